"""Reads a data set and cuts it into windows."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.piano_roll import ONSET, SOUNDING, Note, notes_to_planes
from opencomposer_training.dataset import (
    DatasetError,
    Piece,
    allowed_shifts,
    build_dataset,
    cut_window,
    own_splits,
    read_dataset,
    read_selection,
    training_windows,
)

CONTRACTS = Path(__file__).resolve().parents[3] / "contracts"
MANIFEST = json.loads((CONTRACTS / "fixtures/dataset-manifest/valid-one-piece.json").read_text())
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
            {"name": "Soprano", "program": 0, "notes": [[0, 8, 72], [8, 8, 74]]},
            {"name": "Piano", "program": 1, "notes": [[0, 16, 48], [0, 16, 52]]},
        ],
        **changes,
    }


def piece(bars: int, *notes: Note) -> Piece:
    planes = notes_to_planes(notes, bars * 16)
    return Piece("a", "train", "a", np.stack([planes, planes]))


def write_channels(folder: Path, *, selection: dict[str, Any] | None = None, **manifest: Any) -> tuple[Path, Path]:
    content = (json.dumps(line("a")) + "\n" + json.dumps(line("b")) + "\n").encode()
    digest = hashlib.sha256(content).hexdigest()
    (folder / "dataset").mkdir()
    (folder / "selection").mkdir()
    (folder / "dataset/pieces.jsonl").write_bytes(content)
    (folder / "dataset/manifest.json").write_text(json.dumps({**MANIFEST, "sha256": digest, **manifest}))
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
    ("manifest", "complaint"),
    [
        ({"schemaVersion": 2}, "The data set's manifest has schemaVersion 2, but this container reads 1."),
        ({"sha256": "A"}, '/sha256 is "A" but must be text that matches ^[0-9a-f]{64}$'),
        ({"pieces": 0}, "/pieces is 0 but must be an integer of at least 1"),
        ({"color": "red"}, 'the document has the unknown member "color"; known are schemaVersion, id'),
    ],
)
def test_a_malformed_manifest_is_named(tmp_path: Path, manifest: dict[str, Any], complaint: str) -> None:
    channel, selection = write_channels(tmp_path, **manifest)
    with pytest.raises(DatasetError, match=re.escape(complaint)):
        read_dataset(channel, read_selection(selection, "unet-gan"))


def voices(*notes: list[Any]) -> dict[str, Any]:
    return {"voices": [{"name": "S", "program": 0, "notes": list(notes)}] * 2}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"bars": 0}, "/bars is 0 but must be an integer from 1 to 4096"),
        ({"bars": 10**9}, "/bars is 1000000000 but must be an integer from 1 to 4096"),
        ({"bars": "4"}, '/bars is "4" but must be an integer from 1 to 4096'),
        ({"split": "dev"}, '/split is "dev" but must be train or validation or test'),
        ({"pickupSteps": 16}, "/pickupSteps is 16 but must be an integer from 0 to 15"),
        ({"color": "red"}, 'the document has the unknown member "color"; known are id, title, tags'),
        ({"voices": voices()["voices"][:1]}, "but must be a list of 2 to 16 entries"),
        ({"phraseEnds": []}, "/phraseEnds is [] but must be a list of 1 to 65536 entries"),
        ({"phraseEnds": [-1]}, "/phraseEnds/0 is -1 but must be an integer of at least 0"),
        ({"voices": 3}, "/voices is 3 but must be a list of 2 to 16 entries"),
        (voices([0, 1, 128]), "/voices/0/notes/0/2 is 128 but must be an integer from 0 to 127"),
        (voices([0, 1, 60], [4, 0, 60]), "/voices/0/notes/1/1 is 0 but must be an integer of at least 1"),
        (voices([-1, 1, 60]), "/voices/0/notes/0/0 is -1 but must be an integer of at least 0"),
        (voices([0, 1]), "/voices/0/notes/0 is [0, 1] but must be a list of 3 entries"),
        (voices([0, 1, 60, 80]), "/voices/0/notes/0 is [0, 1, 60, 80] but must be a list of 3 entries"),
        (voices([0, 1, 60.5]), "/voices/0/notes/0/2 is 60.5 but must be an integer from 0 to 127"),
        (voices([True, 1, 60]), "/voices/0/notes/0/0 is true but must be an integer of at least 0"),
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
        [read] = build_dataset([fixture], own_splits([fixture])).pieces
        assert (read.id, read.tune, read.bars) == (fixture["id"], fixture["tune"], fixture["bars"])
    else:
        with pytest.raises(DatasetError, match="is malformed"):
            own_splits([fixture])
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
    other = line("b", voices=[{"name": "X", "program": 0, "notes": []}, {"name": "Y", "program": 0, "notes": []}])
    with pytest.raises(DatasetError, match="'b' has other voices"):
        build_dataset([line(), other], {"a": "train", "b": "train"})
    with pytest.raises(DatasetError, match="names no pieces"):
        build_dataset([line()], {})


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


@given(st.integers(-6, 6), st.integers(0, 96))
def test_a_window_holds_exactly_the_notes_that_fit_its_pitches(shift: int, lowest: int) -> None:
    one = piece(1, Note(0, 16, 0), Note(0, 16, 60), Note(0, 16, 127))
    window = cut_window(one, 0, 1, lowest, 32, shift)
    expected = {pitch + shift - lowest for pitch in (0, 60, 127) if lowest <= pitch + shift < lowest + 32}
    assert set(np.nonzero(window[0, SOUNDING].any(axis=0))[0]) == expected


def test_transpositions_stay_in_range() -> None:
    planes = piece(1, Note(0, 4, 50), Note(4, 4, 70)).planes
    assert allowed_shifts(planes, 48, 74, 6) == [-2, -1, 0, 1, 2, 3, 4]
    assert allowed_shifts(planes, 0, 127, 0) == [0]
    # Music that does not fit at any shift stays where it is, and the window crops it.
    assert allowed_shifts(planes, 60, 62, 6) == [0]
    assert allowed_shifts(piece(1).planes, 48, 74, 6) == [0]
