"""The content store after crashes: nothing that the catalog names is lost, nothing else is kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from app.library import content as module
from app.library.content import HEADER, ContentStore, Location
from connectors.sdk import PermanentError


def pair(body: bytes) -> tuple[bytes, bytes]:
    return hashlib.sha256(body).digest(), body


def opened(root: Path, last: list[Location]) -> ContentStore:
    store = ContentStore(root)
    store.open(last)
    return store


def test_bodies_come_back_and_records_describe_themselves(tmp_path: Path) -> None:
    store = opened(tmp_path, [])
    bodies = [b"", b"one", b"two" * 1000]
    places = store.append([pair(body) for body in bodies])
    assert [store.read(place) for place in places] == bodies
    assert [store.intact(place) for place in places] == ["", "", ""]
    assert [(sha, size) for sha, size, _, _ in store.records()] == [
        (hashlib.sha256(body).digest(), len(body)) for body in bodies
    ]
    store.close()


def test_what_no_row_names_is_cut_off_at_the_next_start(tmp_path: Path) -> None:
    store = opened(tmp_path, [])
    (kept,) = store.append([pair(b"kept")])
    store.append([pair(b"never named by the catalog")])
    (store.root / "incoming" / "half").write_bytes(b"half a download")
    store.close()
    again = opened(tmp_path, [kept])
    assert [size for _, size, _, _ in again.records()] == [4]
    assert (tmp_path / "packs" / "000001.pack").stat().st_size == HEADER.size + 4
    assert not list((tmp_path / "incoming").iterdir())
    (more,) = again.append([pair(b"more")])
    assert again.read(kept) == b"kept"
    assert again.read(more) == b"more"
    again.close()


def test_a_rolled_back_batch_leaves_no_bytes(tmp_path: Path) -> None:
    store = opened(tmp_path, [])
    (kept,) = store.append([pair(b"kept")])
    mark = store.mark()
    large = store.incoming()
    large.write_bytes(b"x" * 100)
    added = store.append([pair(b"lost"), (hashlib.sha256(b"x" * 100).digest(), large)])
    store.rollback(mark, added)
    assert len(list(store.records())) == 1
    (next_one,) = store.append([pair(b"next")])
    assert (store.read(kept), store.read(next_one)) == (b"kept", b"next")
    store.close()


def test_packs_roll_over_and_a_pack_without_living_records_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PACK_BYTES", 100)
    store = opened(tmp_path, [])
    places = [store.append([pair(bytes([number]) * 60)])[0] for number in range(5)]
    assert sorted({place.pack for place in places}) == [1, 2, 3, 4, 5][: len({p.pack for p in places})]
    assert [store.read(place)[:1] for place in places] == [bytes([number]) for number in range(5)]
    store.drop([], [places[0].pack])
    assert not (tmp_path / "packs" / "000001.pack").exists()
    with pytest.raises(PermanentError) as raised:
        store.read(places[0])
    assert "library verify" in raised.value.remedy
    store.close()


@pytest.mark.parametrize("where", ["header", "body", "missing"])
def test_damage_is_found(tmp_path: Path, where: str) -> None:
    store = opened(tmp_path, [])
    (place,) = store.append([pair(b"precious")])
    path = tmp_path / "packs" / "000001.pack"
    store.close()
    data = bytearray(path.read_bytes())
    if where == "missing":
        path.unlink()
    else:
        data[0 if where == "header" else HEADER.size] ^= 0xFF
        path.write_bytes(data)
    assert ContentStore(tmp_path).intact(place) != ""
