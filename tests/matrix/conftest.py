"""One world for each dialect and each worker: a provider process takes a second to start."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.matrix.world import World, world


@pytest.fixture(scope="session")
def worlds() -> Iterator[Callable[[str], World]]:
    """Gives the world of a dialect."""
    made: dict[str, World] = {}
    with ExitStack() as stack:

        def world_of(dialect: str) -> World:
            if dialect not in made:
                made[dialect] = stack.enter_context(world(dialect))
            return made[dialect]

        yield world_of
