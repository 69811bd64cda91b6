"""A program seen through Pulumi's own mocks: every resource that it registers, with its inputs."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.stack import wait_for_rpcs


class Recorder(Mocks):
    """Keeps every registration; outputs are the inputs."""

    def __init__(self) -> None:
        self.registered: list[MockResourceArgs] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.registered.append(args)
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        return {}, None

    def inputs(self, type_: str) -> dict[str, dict[str, Any]]:
        found = [args for args in self.registered if args.typ.endswith(f"drp:{type_}")]
        return {args.name: {k: v for k, v in args.inputs.items() if not k.startswith("__")} for args in found}


@pytest.fixture
def recorded() -> Iterator[Callable[[Callable[[], object]], Recorder]]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loops = [loop]
    # Of a program that fails Pulumi leaves tasks behind, and the loop would report each of them.
    loop.set_exception_handler(lambda _loop, _context: None)

    def own_loop() -> None:
        # Pulumi's mocks would make a loop in each worker thread and never close it.
        loops.append(asyncio.new_event_loop())
        asyncio.set_event_loop(loops[-1])

    workers = ThreadPoolExecutor(4, initializer=own_loop)
    loop.set_default_executor(workers)

    def run(program: Callable[[], object]) -> Recorder:
        recorder = Recorder()
        set_mocks(recorder, project="proj", stack="dev")

        async def whole() -> None:
            try:
                program()
            finally:  # What is left over would keep the next program of this process waiting for ever.
                await wait_for_rpcs()

        loop.run_until_complete(whole())
        return recorder

    yield run
    workers.shutdown()
    for each in loops:
        each.close()
    asyncio.set_event_loop(None)


Run = Callable[[Callable[[], object]], Recorder]
