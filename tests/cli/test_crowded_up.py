"""`pulumi up` adds a key to a profile while machines write to it 25 times a second."""

import pytest

from tests.support.admin import AdminClient
from tests.support.stack import Stack, succeeded
from tests.support.writers import writing

pytestmark = pytest.mark.cli


def test_each_up_adds_its_key_while_machines_write(stack: Stack, admin: AdminClient) -> None:
    succeeded(stack.up(program(0)))
    with writing(admin.base, "web", a_second=25) as writers:
        for number in range(1, 4):
            succeeded(stack.up(program(number)))
    held = admin.params("web")
    assert {key for key in held if key.startswith("my/")} == {f"my/key-{number}" for number in range(4)}
    assert {key: value for key, value in held.items() if key.startswith("theirs/")} == writers.written
    assert writers.refused == []


def program(number: int) -> str:
    params = {f"my/key-{count}": count for count in range(number + 1)}
    return f'drp.Profile("web", params={params!r})'
