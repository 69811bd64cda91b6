"""The store keeps whole transactions or nothing."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from drp_emulator.storage.store import Store
from drp_emulator.storage.transaction import Transaction


def _nothing(_: Transaction) -> None:
    return None


def test_a_failed_transaction_leaves_no_trace(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db", _nothing)

    def put_and_fail() -> None:
        with store.transaction(write=True) as transaction:
            transaction.put("profiles", "web", {"Name": "web"})
            raise KeyError

    with pytest.raises(KeyError):
        put_and_fail()
    with store.transaction(write=False) as transaction:
        assert transaction.get("profiles", "web") is None
    store.close()


def test_a_failed_seed_leaves_no_file(tmp_path: Path) -> None:
    def fail(_: Transaction) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        Store(tmp_path / "store.db", fail)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_is_not_held_up_by_a_writer(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db", _nothing)
    seen = []

    def read() -> None:
        with store.transaction(write=False) as transaction:
            seen.append(transaction.get("profiles", "web"))

    with store.transaction(write=True) as transaction:
        transaction.put("profiles", "web", {"Name": "web"})
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(timeout=20)
    assert seen == [None]
    store.close()


def test_two_stores_on_one_file_see_each_other(tmp_path: Path) -> None:
    first, second = (Store(tmp_path / "store.db", _nothing) for _ in range(2))
    with first.transaction(write=True) as transaction:
        transaction.put("machines", "1-2-3", {"Uuid": "1-2-3", "Name": "node-1"}, "node-1")
    with second.transaction(write=False) as transaction:
        assert transaction.key_of("machines", "node-1") == "1-2-3"
        assert transaction.count("machines") == 1
    first.close()
    second.close()


def test_a_writer_is_not_held_up_by_a_reader_who_keeps_its_view(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db", _nothing)
    with store.transaction(write=False) as reader:
        assert reader.get("profiles", "web") is None
        with store.transaction(write=True) as writer:
            writer.put("profiles", "web", {"Name": "web"})
        assert reader.get("profiles", "web") is None
    with store.transaction(write=False) as later:
        assert later.has("profiles", "web")
    store.close()


def test_writers_through_two_stores_take_turns(tmp_path: Path) -> None:
    stores = [Store(tmp_path / "store.db", _nothing) for _ in range(4)]
    with stores[0].transaction(write=True) as transaction:
        transaction.put("profiles", "web", {"count": 0})
    gate = threading.Barrier(len(stores))
    done: list[Store] = []

    def increment(store: Store) -> None:
        gate.wait(timeout=30)
        for _ in range(100):
            with store.transaction(write=True) as transaction:
                now = transaction.get("profiles", "web")
                assert now is not None
                transaction.put("profiles", "web", {"count": now["count"] + 1})
        done.append(store)

    threads = [threading.Thread(target=increment, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert len(done) == len(stores)
    with stores[0].transaction(write=False) as transaction:
        assert transaction.get("profiles", "web") == {"count": 400}
    for store in stores:
        store.close()


def test_a_store_from_before_keys_gets_room_for_them(tmp_path: Path) -> None:
    Store(tmp_path / "store.db", lambda transaction: _put(transaction, "web")).close()
    with closing(sqlite3.connect(tmp_path / "store.db")) as older:
        older.executescript("DROP TABLE private_keys; PRAGMA user_version = 2;")
    store = Store(tmp_path / "store.db", _nothing)
    with store.transaction(write=True) as transaction:
        assert transaction.private_key("profiles", "web") is None
        transaction.set_private_key("profiles", "web", b"\x00secret")
    with store.transaction(write=True) as transaction:
        assert transaction.private_key("profiles", "web") == b"\x00secret"
        transaction.delete("profiles", "web")
        assert transaction.private_key("profiles", "web") is None
    store.close()


def _put(transaction: Transaction, name: str) -> None:
    transaction.put("profiles", name, {"Name": name})
