"""Machine settings with another writer and lost responses: others keep their keys, and their values are restored."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drp_emulator.server.adapter import EmulatorAdapter
from drp_provider.api.client import Client
from drp_provider.api.transport import Transport
from drp_provider.engine.lifecycles.machine_settings import MachineSettingsLifecycle
from drp_provider.engine.registry import Registry
from drp_provider.errors import DrpError
from drp_provider.models.machine_settings import MachineSettings
from drp_provider.patch.pointer import pointer_to
from drp_provider.patch.values import ABSENT, same
from tests.strategies import DRP_KEYS, LOSSES, WRITES
from tests.strategies import DRP_PARAMS as PARAMS
from tests.support.concurrent_writer import BASE, KEY, ConcurrentWriter
from tests.support.thoroughness import rounds

FORCED = st.sets(DRP_KEYS)
_numbers = iter(range(10**9))


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorAdapter]:
    opened = EmulatorAdapter(Path(tmp_path_factory.mktemp("store")) / "endpoint.db", machines=1)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the pauses between attempts, because the test decides when the other writer writes."""
    monkeypatch.setattr("drp_provider.engine.retry.LONGEST_PAUSE", 0.0)
    monkeypatch.setattr("drp_provider.api.transport.READ_PAUSE", 0.0)


def crowded(adapter: EmulatorAdapter, params: dict[str, Any]) -> tuple[ConcurrentWriter, Client, str]:
    way = ConcurrentWriter(adapter)
    uuid = way.make("machines", {"Name": f"machine-{next(_numbers)}", "Params": params}, key="Uuid")
    return way, Client(Transport(BASE, key=KEY, adapter=way)), uuid


def lifecycle() -> MachineSettingsLifecycle:
    return MachineSettingsLifecycle(MachineSettings, Registry())


patient = settings(
    max_examples=rounds(100, 750), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@patient
@given(present=PARAMS, wanted=PARAMS, force=FORCED, writes=WRITES, losses=LOSSES)
def test_settings_touch_all_or_none_of_their_declared_keys(
    adapter: EmulatorAdapter, present: Any, wanted: Any, force: set[str], writes: Any, losses: Any
) -> None:
    way, client, uuid = crowded(adapter, present)
    way.writes, way.losses = list(writes), list(losses)
    overwritten = None
    try:
        inputs = {"machine": uuid, "params": wanted, "force": sorted(force)}
        overwritten = lifecycle().create(client, inputs).outputs["overwritten"]
    except DrpError:
        pass
    after = way.params()
    for key in {*present, *way.theirs, *after} - wanted.keys():
        assert same(after.get(key, ABSENT), way.theirs.get(key, present.get(key, ABSENT))), key
    for key in wanted.keys() - way.theirs.keys():
        before = present.get(key, ABSENT)
        if overwritten is not None:
            assert same(after.get(key, ABSENT), wanted[key]), key
            taken = key in force and before is not ABSENT and not same(before, wanted[key])
            assert same(overwritten.get(pointer_to("Params", key), ABSENT), before if taken else ABSENT), key
        elif not losses:
            assert same(after.get(key, ABSENT), before), key


@patient
@given(present=PARAMS, first=PARAMS, second=PARAMS, drift=WRITES, refresh=st.booleans(), losses=LOSSES)
def test_overwritten_values_are_restored_and_others_kept(
    adapter: EmulatorAdapter, present: Any, first: Any, second: Any, drift: Any, refresh: bool, losses: Any
) -> None:
    way, client, uuid = crowded(adapter, present)
    settings_of, force = lifecycle(), sorted({*first, *second})
    way.losses = list(losses)
    try:
        state = settings_of.create(client, {"machine": uuid, "params": first, "force": force})
        state = settings_of.update(client, uuid, state.outputs, {"machine": uuid, "params": second, "force": force})
    except DrpError:
        return
    way.losses = []
    for write in filter(None, drift):
        way.write(*write)
    if refresh:
        read = settings_of.read(client, uuid, state.outputs)
        assert read is not None
        state = read
    way.losses = list(reversed(losses))
    try:
        settings_of.delete(client, uuid, state.outputs)
    except DrpError:
        return
    after = way.params()
    for key in {*present, *first, *second, *way.theirs, *after}:
        theirs = way.theirs.get(key, ABSENT)
        if key in way.theirs and not (key in second and same(theirs, second[key])):
            expected = theirs
        else:
            ours = [params[key] for params in (first, second) if key in params]
            before = present.get(key, ABSENT)
            expected = ABSENT if ours and same(before, ours[0]) else before
        assert same(after.get(key, ABSENT), expected), key
