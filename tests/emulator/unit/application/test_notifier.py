"""A listener receives every event, or is disconnected."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from drp_emulator.access.claims import Principal, read_claims
from drp_emulator.application.notifier import Listener, Notifier
from drp_emulator.storage.store import Store
from drp_emulator.storage.transaction import Transaction

_EVERYTHING = ("*", "*", "*")
_PATIENCE = 30.0


def _nothing(_: Transaction) -> None:
    return None


def _listener(scope: str = "*", action: str = "*", key: str = "*") -> Listener:
    claims = read_claims([{"scope": scope, "action": action, "specific": key}])
    return Listener(Principal("somebody", claims))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    made = Store(tmp_path / "store.db", _nothing)
    yield made
    made.close()


def _record(store: Store, *keys: str) -> None:
    with store.transaction(write=True) as transaction:
        for key in keys:
            event = {"Type": "profiles", "Action": "update", "Key": key, "Principal": "user:me"}
            transaction.record(event, (None, None))


def _heard(listener: Listener) -> str | None:
    return listener.outbox.get(timeout=_PATIENCE)


def test_only_what_comes_after_the_receipt_is_told(store: Store) -> None:
    notifier, listener = Notifier(store), _listener()
    _record(store, "before")
    notifier.register(listener, _EVERYTHING, "receipt")
    _record(store, "after")
    notifier.wake()
    assert _heard(listener) == "receipt"
    assert '"Key":"after"' in str(_heard(listener))
    notifier.close()


def test_a_later_filter_does_not_tell_of_what_was_before_it(store: Store) -> None:
    notifier, listener = Notifier(store), _listener()
    notifier.register(listener, ("params", "*", "*"), "first")
    _record(store, "between")
    notifier.register(listener, ("profiles", "*", "*"), "second")
    _record(store, "after")
    assert [_heard(listener), _heard(listener)] == ["first", "second"]
    assert '"Key":"after"' in str(_heard(listener))
    notifier.close()


def test_an_event_is_hidden_from_a_principal_without_a_claim(store: Store) -> None:
    notifier, listener = Notifier(store), _listener("profiles", "update", "mine")
    notifier.register(listener, _EVERYTHING, "receipt")
    _record(store, "theirs", "mine")
    assert _heard(listener) == "receipt"
    assert '"Key":"mine"' in str(_heard(listener))
    notifier.close()


def test_a_listener_that_takes_nothing_is_disconnected(store: Store) -> None:
    notifier, listener = Notifier(store), _listener()
    notifier.register(listener, _EVERYTHING, "receipt")
    for _ in range(20_000):
        listener.send("more")
        if listener.lost:
            break
    assert listener.lost
    assert _heard(listener) is None
    notifier.close()


def test_a_listener_that_takes_no_long_text_is_disconnected() -> None:
    listener = _listener()
    listener.send("x" * 100_000_000)  # a single one is taken, however long it is
    assert not listener.lost
    listener.send("more")
    assert listener.lost
    assert _heard(listener) is None


def test_a_listener_that_keeps_up_may_take_any_number() -> None:
    listener, text = _listener(), "x" * 40_000_000
    for _ in range(5):
        listener.send(text)
        assert _heard(listener) == text
    assert not listener.lost


@pytest.mark.parametrize("length", [1, 60_000])
def test_a_listener_with_too_many_filters_is_told_so(store: Store, length: int) -> None:
    notifier, listener = Notifier(store), _listener()
    for number in range(2000):
        notifier.register(listener, ("a", "b", f"{number}" + "k" * length), "receipt")
        if listener.lost:
            break
    assert (listener.lost.partition(":")[0], len(listener.filters)) == ("Too many filters are registered", 0)
    assert _heard(listener) is None
    notifier.close()


def test_a_gap_disconnects_every_listener(store: Store) -> None:
    notifier, listener = Notifier(store), _listener()
    notifier.register(listener, _EVERYTHING, "receipt")
    assert _heard(listener) == "receipt"
    other = sqlite3.connect(store.path)
    with other:
        other.execute("INSERT INTO events VALUES (99, 'profiles', 'update', 'web', '{}')")
    other.close()
    assert _heard(listener) is None
    assert listener.lost
    notifier.close()


def test_closing_disconnects_listeners_and_takes_none(store: Store) -> None:
    notifier, early, late = Notifier(store), _listener(), _listener()
    notifier.register(early, _EVERYTHING, "receipt")
    notifier.close()
    notifier.register(late, _EVERYTHING, "receipt")
    assert all((early.lost, late.lost))
    assert _heard(late) is None


def test_after_the_last_has_left_the_next_hears_again(store: Store) -> None:
    notifier = Notifier(store)
    for number in range(3):
        listener = _listener()
        notifier.register(listener, _EVERYTHING, "receipt")
        _record(store, f"web-{number}")
        notifier.wake()
        assert _heard(listener) == "receipt"
        assert f'"Key":"web-{number}"' in str(_heard(listener))
        notifier.leave(listener)
        assert _heard(listener) is None
    notifier.close()


def test_old_events_are_swept_out_and_numbers_go_on(store: Store) -> None:
    for number in range(15):
        _record(store, *(f"web-{number}-{place}" for place in range(100)))
    with store.transaction(write=False) as transaction:
        kept = transaction.events_after(0)
        assert transaction.last_event() == 1500
    assert 1024 <= len(kept) < 1200
    assert [number for number, *_ in kept] == list(range(kept[0][0], 1501))


def test_long_events_are_swept_out_sooner(store: Store) -> None:
    event = {"Type": "a", "Action": "b", "Key": "c", "Principal": "user:me"}
    for _ in range(20):
        with store.transaction(write=True) as transaction:
            transaction.record(event, ('"' + "x" * 15_000_000 + '"', None))
    with store.transaction(write=False) as transaction:
        kept = transaction.events_after(0)
    assert [number for number, *_ in kept] == list(range(13, 21))
    with store.transaction(write=True) as transaction:
        transaction.record(event, ('"' + "x" * 200_000_000 + '"', None))
        assert [number for number, *_ in transaction.events_after(0)] == [21]
