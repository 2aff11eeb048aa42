"""The common part of the builders: splits, manifests, intact builds, and what a build says of itself."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import stock_dataset
from build_bach_chorales import DATASET as BACH
from build_game_rock_band import DATASET as BAND
from hypothesis import given
from hypothesis import strategies as st
from stock_dataset import MANIFEST, Skipped, StockDataset, build_into_cache, split_tunes

TINY = StockDataset("tiny", "1", "Tiny", "Public domain.", "A test.")


def piece(name: str, bars: int = 4) -> dict[str, Any]:
    return {"id": name, "bars": bars, "title": name, "voices": []}


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.integers(1, 9), min_size=40, max_size=80))
def test_splits_get_their_shares_in_whatever_order_tunes_come(bars: dict[str, int]) -> None:
    splits = split_tunes(bars)
    assert splits == split_tunes(dict(reversed(bars.items())))
    shares = {name: sum(bars[tune] for tune in bars if splits[tune] == name) for name in set(splits.values())}
    total, largest = sum(bars.values()), max(bars.values())
    for name, share in (("train", 0.8), ("validation", 0.1), ("test", 0.1)):
        assert abs(shares[name] - share * total) <= 2 * largest


def test_names_are_spelled_alike() -> None:
    assert stock_dataset.slug("Ich dank’ dir, lieber Herre") == "ich-dank-dir-lieber-herre"
    assert stock_dataset.slug("Wie schön leuchtet") == stock_dataset.slug("Wie schon leuchtet")


def test_the_pieces_that_are_committed_packed_anew_are_the_same_files() -> None:
    shard = (BAND.committed_folder / "pieces-0001.jsonl.gz").read_bytes()
    manifest = json.loads(BAND.committed_manifest.read_text())
    lines = [json.loads(line) for line in gzip.decompress(shard).splitlines()]
    skipped = [Skipped(one["id"], one["reason"]) for one in reversed(manifest["skipped"])]
    files = BAND.pack(lines, manifest["builtWith"], skipped)
    assert files[MANIFEST] == BAND.committed_manifest.read_bytes()
    assert files["pieces-0001.jsonl.gz"] == shard


def test_only_an_intact_build_of_the_committed_version_counts_as_built(tmp_path: Path) -> None:
    assert not BACH.is_built(tmp_path)
    (tmp_path / MANIFEST).write_bytes(BACH.committed_manifest.read_bytes())
    for damaged in (b"not what was built", gzip.compress(b"other pieces"), gzip.compress(b"cut off")[:-9]):
        (tmp_path / "pieces-0001.jsonl.gz").write_bytes(damaged)
        assert not BACH.is_built(tmp_path)


def test_a_build_is_verified_and_replaces_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stock_dataset, "FOLDER", tmp_path / "repository")
    monkeypatch.setattr("os.nice", lambda step: step)
    asked: list[int] = []

    def build(workers: int) -> dict[str, bytes]:
        asked.append(workers)
        return TINY.pack([piece("a")], {"music21": "1"}, [Skipped("b", "it is a song"), Skipped("c", "it is a song")])

    cache = tmp_path / "cache"
    assert build_into_cache(TINY, build, [str(cache), "--workers", "3", "--accept-new-manifest"]) == 0
    assert TINY.is_built(cache / "tiny" / "1")
    assert "tiny 1: 1 pieces, 4 bars" in (out := capsys.readouterr().out)
    assert "skipped 2: it is a song" in out
    assert build_into_cache(TINY, build, [str(cache)]) == 0
    assert asked == [3]

    (cache / "tiny" / "1" / "pieces-0001.jsonl.gz").write_bytes(b"damaged")
    (cache / "tiny" / "1" / "left-over").write_bytes(b"of a build before")
    assert build_into_cache(TINY, build, [str(cache)]) == 0
    assert sorted(path.name for path in (cache / "tiny" / "1").iterdir()) == [MANIFEST, "pieces-0001.jsonl.gz"]

    def other(workers: int) -> dict[str, bytes]:
        return TINY.pack([piece("a"), piece("b")], {"music21": "2"}, [])

    elsewhere = tmp_path / "elsewhere"
    assert build_into_cache(TINY, other, [str(elsewhere)]) == 1
    assert "built with music21 2 instead of music21 1" in capsys.readouterr().err
    assert not elsewhere.exists()


def test_what_was_skipped_is_told_by_whole_reasons() -> None:
    reasons = [
        "it has the same notes as bwv-197.7-a",
        "it is not wholly in 4/4 (3/4)",
        "it is not wholly in 4/4 (3/4, 4/4)",
        "it has 5 parts, not four",
    ]
    assert stock_dataset.skipped_lines(reasons) == [
        "skipped 2: it is not wholly in 4/4",
        "skipped 1: it has the same notes as another piece",
        "skipped 1: it has 5 parts, not four",
    ]
