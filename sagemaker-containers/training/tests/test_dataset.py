"""Reads a data set and cuts it into windows."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.piano_roll import ONSET, SOUNDING, Note, notes_to_planes, transposed
from opencomposer_testing.tiny_training_job import write_dataset
from opencomposer_training.dataset import (
    DatasetError,
    Piece,
    allowed_shifts,
    build_dataset,
    cut_window,
    read_dataset,
    read_selection,
    training_windows,
)
from opencomposer_training.packed_notes import pack_notes

CONTRACTS = Path(__file__).resolve().parents[3] / "contracts"
CASES = json.loads((CONTRACTS / "cases/packed-notes.json").read_text())["cases"]
BROKEN_NOTES = [
    (case["text"], case["error"]) for case in CASES if case["steps"] == 16 and "has note" in case.get("error", "")
]
PIECES = sorted((CONTRACTS / "fixtures/dataset-piece").glob("*.json"))


def line(identifier: str = "a", bars: int = 4, **changes: Any) -> dict[str, Any]:
    return {
        "id": identifier,
        "title": f"Piece {identifier}",
        "tags": {"composer": ["nobody"]},
        "split": "train",
        "tune": identifier,
        "pickupSteps": 0,
        "bars": bars,
        "voices": [
            {"name": "Soprano", "program": 0, "notes": pack_notes([Note(0, 8, 72), Note(8, 8, 74)])},
            {"name": "Piano", "program": 1, "notes": pack_notes([Note(0, 16, 48), Note(0, 16, 52)])},
        ],
        **changes,
    }


def piece(bars: int, *notes: Note) -> Piece:
    planes = notes_to_planes(notes, bars * 16)
    return Piece.of_planes("a", "train", "a", np.stack([planes, planes]))


def write_channels(folder: Path, *, selection: dict[str, Any] | None = None, **manifest: Any) -> tuple[Path, Path]:
    (folder / "dataset").mkdir()
    (folder / "selection").mkdir()
    written = write_dataset(folder / "dataset", [line("a"), line("b")], shard_pieces=1)
    digest = written["sha256"]
    (folder / "dataset/manifest.json").write_text(json.dumps({**written, **manifest}))
    chosen = {
        "schemaVersion": 1,
        "jobId": "job",
        "technique": "unet-gan",
        "dataset": {"id": "d", "version": "1", "sha256": digest, "licence": "none"},
        "topics": {"mode": ["major"]},
        "pieces": [{"id": "b", "split": "validation"}],
        "melodies": [
            {"id": "m", "name": "M", "tempo": 100, "bars": 1, "notes": [{"onset": 0, "duration": 4, "pitch": 60}]}
        ],
        **(selection or {}),
    }
    (folder / "selection/manifest.json").write_text(json.dumps(chosen))
    return folder / "dataset", folder / "selection/manifest.json"


def test_only_the_selected_pieces_are_read_with_their_split(tmp_path: Path) -> None:
    channel, manifest = write_channels(tmp_path)
    selection = read_selection(manifest, "unet-gan")
    dataset = read_dataset(channel, selection)
    assert [(one.id, one.split, one.bars) for one in dataset.pieces] == [("b", "validation", 4)]
    assert dataset.monophonic == (True, False)
    assert dataset.voices == (("Soprano", 0), ("Piano", 1))
    assert dataset.pitch_range() == (48, 74)
    assert dataset.pitch_range(1) == (48, 52)
    assert selection.melodies[0].notes == (Note(0, 4, 60),)


@pytest.mark.parametrize(
    ("selection", "complaint"),
    [
        ({"schemaVersion": 2}, "schemaVersion 2"),
        ({"technique": "ar-cnn"}, "is for 'ar-cnn'"),
        (
            {"pieces": [{"id": "a", "split": "dev"}]},
            'malformed: /pieces/0/split is "dev" but must be train or validation or test',
        ),
        ({"pieces": None}, "malformed: /pieces is null but must be a list of 1 to 100000 entries"),
        ({"dataset": {"id": "d"}}, "malformed: /dataset lacks version, sha256, licence"),
        (
            {"melodies": [{"id": "../m", "name": "", "tempo": 1, "bars": 1, "notes": []}]},
            r'/melodies/0/id is "../m" but must be text that matches',
        ),
        (
            {"melodies": [{"id": "m", "name": "M", "tempo": 100, "bars": 65, "notes": []}]},
            "bars is 65 but must be an integer from 1 to 64",
        ),
    ],
)
def test_a_broken_selection_is_one_sentence(tmp_path: Path, selection: dict[str, Any], complaint: str) -> None:
    _, manifest = write_channels(tmp_path, selection=selection)
    with pytest.raises(DatasetError, match=complaint):
        read_selection(manifest, "unet-gan")


def test_a_selection_that_is_absent_or_no_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="training selection is missing"):
        read_selection(tmp_path / "manifest.json", "unet-gan")
    (tmp_path / "manifest.json").write_bytes(b"\xff\xfe")
    with pytest.raises(DatasetError, match="is not JSON"):
        read_selection(tmp_path / "manifest.json", "unet-gan")


def test_a_data_set_with_another_checksum_is_refused(tmp_path: Path) -> None:
    channel, manifest = write_channels(tmp_path, sha256="0" * 64)
    with pytest.raises(DatasetError, match="but the manifest says 000"):
        read_dataset(channel, read_selection(manifest, "unet-gan"))
    other = {"dataset": {"id": "d", "version": "1", "sha256": "1" * 64, "licence": "none"}}
    (tmp_path / "other").mkdir()
    channel, manifest = write_channels(tmp_path / "other", selection=other)
    with pytest.raises(DatasetError, match="but the training selection says 111"):
        read_dataset(channel, read_selection(manifest, "unet-gan"))


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda shard: shard.unlink(), "The data set has no pieces-0002.jsonl.gz."),
        (lambda shard: shard.write_bytes(b"PK"), "The data set's pieces-0002.jsonl.gz is damaged: "),
        (lambda shard: shard.write_bytes(shard.read_bytes()[:-9]), "The data set's pieces-0002.jsonl.gz is damaged: "),
        (lambda shard: shard.write_bytes(gzip.compress(b"{}\n[]\n")), "Line 2 of pieces-0002.jsonl.gz is not a JSON"),
        (lambda shard: shard.write_bytes(gzip.compress(b"{")), "Line 1 of pieces-0002.jsonl.gz is not JSON"),
        (
            lambda shard: shard.write_bytes(gzip.compress(b" " * (9 * 1024 * 1024))),
            "Line 1 of pieces-0002.jsonl.gz is beyond the limits",
        ),
    ],
)
def test_a_damaged_shard_is_named(tmp_path: Path, damage: Callable[[Path], object], complaint: str) -> None:
    channel, manifest = write_channels(tmp_path)
    damage(channel / "pieces-0002.jsonl.gz")
    with pytest.raises(DatasetError, match=re.escape(complaint)):
        read_dataset(channel, read_selection(manifest, "unet-gan"))


@pytest.mark.parametrize(
    ("manifest", "complaint"),
    [
        ({"schemaVersion": 1}, "The data set's manifest has schemaVersion 1, but this container reads 2."),
        ({"shards": []}, "/shards is [] but must be a list of 1 to 9999 entries"),
        ({"sha256": "A"}, '/sha256 is "A" but must be text that matches ^[0-9a-f]{64}$'),
        ({"pieces": 0}, "/pieces is 0 but must be an integer of at least 1"),
        ({"color": "red"}, 'the document has the unknown member "color"; known are schemaVersion, id'),
    ],
)
def test_a_malformed_manifest_is_named(tmp_path: Path, manifest: dict[str, Any], complaint: str) -> None:
    channel, selection = write_channels(tmp_path, **manifest)
    with pytest.raises(DatasetError, match=re.escape(complaint)):
        read_dataset(channel, read_selection(selection, "unet-gan"))


def voices(notes: Any) -> dict[str, Any]:
    return {"voices": [{"name": "S", "program": 0, "notes": notes}] * 2}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"bars": 0}, "/bars is 0 but must be an integer from 1 to 4096"),
        ({"bars": 10**9}, "/bars is 1000000000 but must be an integer from 1 to 4096"),
        ({"bars": "4"}, '/bars is "4" but must be an integer from 1 to 4096'),
        ({"split": "dev"}, '/split is "dev" but must be train or validation or test'),
        ({"pickupSteps": 16}, "/pickupSteps is 16 but must be an integer from 0 to 15"),
        ({"color": "red"}, 'the document has the unknown member "color"; known are id, title, tags'),
        ({"voices": voices("")["voices"][:1]}, "but must be a list of 2 to 16 entries"),
        ({"phraseEnds": []}, "/phraseEnds is [] but must be a list of 1 to 65536 entries"),
        ({"phraseEnds": [-1]}, "/phraseEnds/0 is -1 but must be an integer of at least 0"),
        ({"voices": 3}, "/voices is 3 but must be a list of 2 to 16 entries"),
        (voices([[0, 1, 60]]), "/voices/0/notes is [[0, 1, 60]] but must be the base64 of six bytes a note"),
        (voices("AAABAAA="), '/voices/0/notes is "AAABAAA=" but must be the base64 of six bytes a note'),
        (voices("A" * 524_296), "/voices/0/notes is"),
        *(({"bars": 1, **voices(text)}, f"/voices/0/notes {error}") for text, error in BROKEN_NOTES),
    ],
)
def test_a_malformed_piece_is_named_with_its_field_its_value_and_what_is_allowed(
    changes: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(DatasetError, match=re.escape('The piece "a" of the data set is malformed: ')) as raised:
        build_dataset([line(**changes)], {"a": "train"})
    assert complaint in str(raised.value)
    assert len(str(raised.value)) < 1024


@pytest.mark.parametrize("name", ["title", "tags", "split", "tune", "pickupSteps", "bars", "voices"])
def test_a_piece_that_lacks_a_member_is_named(name: str) -> None:
    piece_without = {key: value for key, value in line().items() if key != name}
    with pytest.raises(DatasetError, match=f'The piece "a" of the data set is malformed: the document lacks {name}'):
        build_dataset([piece_without], {"a": "train"})


@pytest.mark.parametrize("path", PIECES, ids=lambda path: path.stem)
def test_pieces_are_read_as_the_contracts_fixtures_say(path: Path) -> None:
    fixture = json.loads(path.read_text())
    if path.name.startswith("valid-"):
        [read] = build_dataset([fixture]).pieces
        assert read.split == fixture["split"]
        assert (read.id, read.tune, read.bars) == (fixture["id"], fixture["tune"], fixture["bars"])
    else:
        with pytest.raises(DatasetError, match="is malformed"):
            build_dataset([fixture])
        with pytest.raises(DatasetError, match="is malformed"):
            build_dataset([fixture], {fixture["id"]: "train"})


def test_a_piece_s_own_phrase_ends_are_kept_and_others_are_derived() -> None:
    (stated,) = build_dataset([line(phraseEnds=[0])], {"a": "train"}).pieces
    assert np.flatnonzero(stated.phrase_ends).tolist() == list(range(8))
    (silent,) = build_dataset([line()], {"a": "train"}).pieces
    assert silent.marked_phrase_ends is None
    assert np.flatnonzero(silent.phrase_ends).tolist() == list(range(8, 16))


def test_a_phrase_end_where_no_note_of_the_melody_begins_is_named() -> None:
    with pytest.raises(DatasetError, match=re.escape("/phraseEnds/1 is 4, not the onset of a note of its first voice")):
        build_dataset([line(phraseEnds=[8, 4])], {"a": "train"})


def test_a_piece_that_was_not_selected_is_not_judged() -> None:
    assert [one.id for one in build_dataset([line("a", bars=0), line("b")], {"b": "train"}).pieces] == ["b"]


def test_pieces_that_are_missing_or_have_other_voices_are_named() -> None:
    with pytest.raises(DatasetError, match="1 selected pieces are not in the data set, the first is 'z'"):
        build_dataset([line()], {"a": "train", "z": "train"})
    other = line("b", voices=[{"name": name, "program": 0, "notes": ""} for name in "XY"])
    with pytest.raises(DatasetError, match="'b' has other voices"):
        build_dataset([line(), other], {"a": "train", "b": "train"})
    with pytest.raises(DatasetError, match="names no pieces"):
        build_dataset([line()], {})


def test_a_selection_of_all_reads_each_piece_in_the_split_that_it_names() -> None:
    lines = [line("a", split="train"), line("b", split="test")]
    assert [(read.id, read.split) for read in build_dataset(lines).pieces] == [("a", "train"), ("b", "test")]


@given(st.integers(1, 40), st.integers(1, 8), st.integers(1, 4), st.integers(0, 9))
def test_windows_cover_every_bar_of_long_pieces_at_each_phase(bars: int, width: int, hop: int, epoch: int) -> None:
    windows = training_windows([piece(bars)], width, hop, epoch)
    assert len({window.start_bar for window in windows}) == len(windows) > 0
    assert all(window.start_bar >= 0 and window.start_bar + width <= max(bars, width) for window in windows)
    seen = {window.start_bar + bar for window in windows for bar in range(width)}
    assert set(range(epoch % hop, bars)) <= seen or hop > width


def test_windows_shift_by_a_bar_from_epoch_to_epoch() -> None:
    starts = [[window.start_bar for window in training_windows([piece(9)], 4, 2, epoch)] for epoch in range(3)]
    assert starts == [[0, 2, 4, 5], [1, 3, 5], [0, 2, 4, 5]]


def test_a_window_starts_its_held_notes_transposes_and_fills_up_with_rest() -> None:
    held = piece(2, Note(8, 16, 60), Note(24, 8, 62))
    window = cut_window(held, 1, 2, 48, 32, 3)
    assert window.shape == (2, 2, 32, 32)
    assert window[0, SOUNDING, :8, 60 + 3 - 48].all()
    assert list(np.nonzero(window[0, ONSET].any(axis=1))[0]) == [0, 8]
    assert window[0, ONSET, 8, 62 + 3 - 48]
    assert not window[0, :, 16:].any()


@given(
    st.integers(0, 10**6),
    st.integers(0, 5),
    st.integers(1, 6),
    st.integers(0, 90),
    st.integers(1, 128),
    st.integers(-6, 6),
)
def test_a_window_drawn_from_notes_is_the_part_of_the_piece_s_planes(
    seed: int, start: int, bars: int, lowest: int, pitches: int, shift: int
) -> None:
    rng = np.random.default_rng(seed)
    # Long, repeated and overlapping notes: what a random roll of onsets and sounding cells holds.
    sounding = rng.random((3, 5 * 16, 128)) < rng.choice([0.02, 0.4])
    planes = np.stack([sounding, sounding & (rng.random(sounding.shape) < 0.3)], axis=1)
    begun = sounding & ~np.concatenate([np.zeros_like(sounding[:, :1]), sounding[:, :-1]], axis=1)
    planes[:, ONSET] |= begun
    drawn = Piece.of_planes("a", "train", "a", planes)
    assert np.array_equal(drawn.planes, planes)
    pitches = min(pitches, 128 - lowest)
    expected = np.zeros((3, 2, bars * 16, 128), dtype=np.bool_)
    taken = planes[:, :, start * 16 : (start + bars) * 16]
    expected[:, :, : taken.shape[2]] = transposed(taken, shift, fill=np.False_)
    expected[:, ONSET, 0] |= expected[:, SOUNDING, 0]
    window = cut_window(drawn, start, bars, lowest, pitches, shift)
    assert np.array_equal(window, expected[..., lowest : lowest + pitches])


def test_the_end_of_a_piece_cuts_off_what_sounds_on() -> None:
    voices = [{"name": "S", "program": 0, "notes": pack_notes([Note(60, 40, 60)])}] * 2
    (read,) = build_dataset([line(voices=voices)], {"a": "train"}).pieces
    assert cut_window(read, 3, 2, 0, 128)[0, SOUNDING].sum() == 4


@given(st.integers(-6, 6), st.integers(0, 96))
def test_a_window_holds_exactly_the_notes_that_fit_its_pitches(shift: int, lowest: int) -> None:
    one = piece(1, Note(0, 16, 0), Note(0, 16, 60), Note(0, 16, 127))
    window = cut_window(one, 0, 1, lowest, 32, shift)
    expected = {pitch + shift - lowest for pitch in (0, 60, 127) if lowest <= pitch + shift < lowest + 32}
    assert set(np.nonzero(window[0, SOUNDING].any(axis=0))[0]) == expected


def test_transpositions_stay_in_range() -> None:
    placed = piece(1, Note(0, 4, 50), Note(4, 4, 70))
    assert allowed_shifts(placed, 48, 74, 6) == [-2, -1, 0, 1, 2, 3, 4]
    assert allowed_shifts(placed, 0, 127, 0) == [0]
    # Music that does not fit at any shift stays where it is, and the window crops it.
    assert allowed_shifts(placed, 60, 62, 6) == [0]
    assert allowed_shifts(piece(1), 48, 74, 6) == [0]
