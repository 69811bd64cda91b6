"""Keys that the program does not declare always keep the values of other writers.

The real lifecycle talks to the real embedded endpoint. Between its requests another writer makes random changes, and
responses get lost.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drp_emulator.server.adapter import EmulatorAdapter
from drp_provider.api.client import Client
from drp_provider.api.transport import Transport
from drp_provider.engine.lifecycles.objects import ObjectLifecycle
from drp_provider.engine.registry import Registry
from drp_provider.errors import DrpError
from drp_provider.models.cluster_profile import ClusterProfile
from drp_provider.models.profile import Profile
from drp_provider.patch.values import ABSENT, same
from tests.strategies import DRP_PARAMS as PARAMS
from tests.strategies import LOSSES, WRITES
from tests.support.concurrent_writer import BASE, KEY, ConcurrentWriter
from tests.support.thoroughness import rounds


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorAdapter]:
    opened = EmulatorAdapter(Path(tmp_path_factory.mktemp("store")) / "endpoint.db", machines=1)
    yield opened
    opened.close()


_names = iter(f"profile-{n}" for n in range(10**9))


def crowded(adapter: EmulatorAdapter) -> tuple[ConcurrentWriter, Client, str]:
    way, name = ConcurrentWriter(adapter), next(_names)
    way.path = f"profiles/{name}"
    return way, Client(Transport(BASE, key=KEY, adapter=way)), name


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the pauses between attempts, because the test decides when the other writer writes."""
    monkeypatch.setattr("drp_provider.engine.retry.LONGEST_PAUSE", 0.0)
    monkeypatch.setattr("drp_provider.api.transport.READ_PAUSE", 0.0)


patient = settings(
    max_examples=rounds(100, 2000), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@patient
@given(olds=PARAMS, news=PARAMS, others=PARAMS, writes=WRITES, losses=LOSSES)
def test_an_update_touches_all_or_none_of_its_declared_keys(
    adapter: EmulatorAdapter, olds: Any, news: Any, others: Any, writes: Any, losses: Any
) -> None:
    way, client, name = crowded(adapter)
    way.make("profiles", {"Name": name, "Params": {**others, **olds}})
    way.writes, way.losses = list(writes), list(losses)
    lifecycle = ObjectLifecycle(Profile, Registry())
    outputs = {"name": name, "params": olds, "adopted": False}
    try:
        lifecycle.update(client, name, outputs, {"name": name, "params": news})
        done = True
    except DrpError:
        done = False
    expected = {**others, **olds}
    declared = {*olds, *news}
    after = way.params()
    for key in {*expected, *way.theirs, *after} - declared:
        assert same(after.get(key, ABSENT), way.theirs.get(key, expected.get(key, ABSENT))), key
    changed = [key for key in declared if not same(olds.get(key, ABSENT), news.get(key, ABSENT))]
    for key in declared - way.theirs.keys():
        before = expected.get(key, ABSENT)
        if done:
            wanted = news.get(key, ABSENT) if key in changed else before
            assert same(after.get(key, ABSENT), wanted), key
    if not done and not losses:
        # A rejection changed nothing: the value is the earlier one, or the other writer's.
        for key in declared:
            assert same(after.get(key, ABSENT), way.theirs.get(key, expected.get(key, ABSENT))), key


@patient
@given(wanted=PARAMS, seeds=PARAMS, present=st.none() | PARAMS, writes=WRITES, losses=LOSSES, adopt=st.booleans())
def test_a_create_claims_declared_keys_only(
    adapter: EmulatorAdapter, wanted: Any, seeds: Any, present: Any, writes: Any, losses: Any, adopt: bool
) -> None:
    way, client, name = crowded(adapter)
    if present is not None:
        way.make("profiles", {"Name": name, "Params": present})
    way.writes, way.losses = list(writes), list(losses)
    seeds = {key: value for key, value in seeds.items() if key not in wanted}
    inputs = {"name": name, "params": wanted, "runtime_params": seeds, "adopt": adopt, "owner": "p/s/r"}
    try:
        ObjectLifecycle(ClusterProfile, Registry()).create(client, inputs)
        done = True
    except DrpError:
        done = False
    if present is None and not done:
        return
    after, before = way.params(), present or {}
    for key in {*before, *way.theirs, *after} - {*wanted, *seeds}:
        assert same(after.get(key, ABSENT), way.theirs.get(key, before.get(key, ABSENT))), key
    for key in before.keys() & seeds.keys() - way.theirs.keys():
        assert same(after[key], before[key]), key
    if done:
        assert all(same(after.get(key, ABSENT), wanted[key]) for key in wanted.keys() - way.theirs.keys())
    if present is not None and not adopt:
        assert not done


@patient
@given(owned=PARAMS, others=PARAMS, writes=WRITES, losses=LOSSES)
def test_giving_back_an_adopted_object_removes_only_our_values(
    adapter: EmulatorAdapter, owned: Any, others: Any, writes: Any, losses: Any
) -> None:
    way, client, name = crowded(adapter)
    way.make("profiles", {"Name": name, "Params": {**others, **owned}})
    way.writes, way.losses = list(writes), list(losses)
    try:
        ObjectLifecycle(Profile, Registry()).delete(client, name, {"name": name, "params": owned, "adopted": True})
    except DrpError:
        return
    after = way.params()
    for key in {*others, *way.theirs, *after} - owned.keys():
        assert same(after.get(key, ABSENT), way.theirs.get(key, others.get(key, ABSENT))), key
    for key in owned:
        theirs = way.theirs.get(key, ABSENT)
        if theirs is ABSENT or same(theirs, owned[key]):
            assert key not in after or same(after[key], theirs)
        else:
            assert same(after.get(key, ABSENT), theirs), key
