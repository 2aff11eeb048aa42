"""Drums in a data set: hits, whose pitches are no tones and are never transposed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.piano_roll import ONSET, SOUNDING, transposed
from opencomposer_testing.tiny_training_job import made_up_band, packed
from opencomposer_testing.tiny_training_runs import RUNS
from opencomposer_training.dataset import (
    Dataset,
    DatasetError,
    VoicePlanes,
    allowed_shifts,
    build_dataset,
    cut_window,
    without_drums,
)

STEPS = 64
NOTE = st.builds(
    lambda onset, duration, pitch: [onset, duration, pitch],
    st.integers(0, STEPS - 1),
    st.integers(1, 24),
    st.integers(24, 100),
)
NOTES = st.lists(NOTE, min_size=1, max_size=12)


def voice(kind: str, notes: list[list[int]]) -> dict[str, Any]:
    return {"name": "V", "program": 0, "notes": notes, **({"kind": "drums"} if kind == "drums" else {})}


def line_up(*kinds: str) -> list[dict[str, Any]]:
    return [voice(kind, [[0, 4, 60]]) for kind in kinds]


def read(*voices: dict[str, Any]) -> Dataset:
    piece = packed({**made_up_band(0, bars=4), "voices": list(voices)})
    piece.pop("phraseEnds", None)
    return build_dataset([piece], {piece["id"]: "train"})


@st.composite
def bands(draw: st.DrawFn) -> Dataset:
    """Draws a melody, a voice with tones, and up to 14 more voices of either kind, in any order."""
    kinds = draw(st.permutations(["tones", *draw(st.lists(st.sampled_from(["tones", "drums"]), max_size=14))]))
    return read(*(voice(kind, draw(NOTES)) for kind in ["tones", *kinds]))


@given(bands(), st.integers(-6, 6), st.integers(0, 40), st.integers(24, 88))
def test_tones_are_transposed_and_drums_are_not(data: Dataset, shift: int, lowest: int, pitches: int) -> None:
    (piece,) = data.pieces
    untouched = piece.planes
    window: VoicePlanes = cut_window(piece, 0, 4, lowest, pitches, shift)
    for drawn, planes, is_drums in zip(window, untouched, data.drums, strict=True):
        expected = planes if is_drums else transposed(planes, shift, np.False_)
        assert np.array_equal(drawn, expected[..., lowest : lowest + pitches])


@given(bands())
def test_every_note_of_drums_is_a_hit_of_one_step(data: Dataset) -> None:
    planes = data.pieces[0].planes
    for voice_planes, is_drums, monophonic in zip(planes, data.drums, data.monophonic, strict=True):
        if is_drums:
            assert np.array_equal(voice_planes[SOUNDING], voice_planes[ONSET])
            assert not monophonic


@given(bands(), st.integers(0, 6))
def test_without_drums_the_tones_are_as_they_were(data: Dataset, reach: int) -> None:
    tones = without_drums(data)
    kept = [index for index, is_drums in enumerate(data.drums) if not is_drums]
    assert tones.drums == (False,) * len(kept)
    assert tones.voices == tuple(data.voices[index] for index in kept)
    assert tones.monophonic == tuple(data.monophonic[index] for index in kept)
    assert np.array_equal(tones.pieces[0].planes, data.pieces[0].planes[kept])
    assert tones.pitch_range() == data.pitch_range()
    assert allowed_shifts(tones.pieces[0], 20, 104, reach) == allowed_shifts(data.pieces[0], 20, 104, reach)
    assert without_drums(tones) is tones


@given(bands(), st.integers(0, 12))
def test_the_part_of_the_keyboard_holds_transposed_tones_and_untouched_drums(data: Dataset, reach: int) -> None:
    lowest, pitches = data.keyboard_window(reach, 16)
    for number, is_drums in enumerate(data.drums):
        low, high = data.pitch_range(number)
        moved = 0 if is_drums else reach
        assert lowest <= max(0, low - moved) and min(127, high + moved) < lowest + pitches


@pytest.mark.parametrize(
    ("kinds", "place"),
    [(("drums", "tones", "tones"), 0), (("tones", "drums"), 1), (("tones", "drums", "drums"), 1)],
)
def test_a_line_up_without_a_melody_or_without_another_voice_with_tones_is_refused(
    kinds: tuple[str, ...], place: int
) -> None:
    with pytest.raises(DatasetError, match=f'malformed: /voices/{place}/kind is "drums", but the first voice'):
        read(*line_up(*kinds))


def test_pieces_whose_voices_are_of_another_kind_are_refused() -> None:
    band = packed({**made_up_band(0), "voices": line_up("tones", "tones", "drums")})
    others = packed({**made_up_band(1), "voices": line_up("tones", "tones", "tones")})
    band.pop("phraseEnds", None)
    others.pop("phraseEnds", None)
    with pytest.raises(DatasetError, match="'piece-1' has other voices"):
        build_dataset([band, others], {"piece-0": "train", "piece-1": "train"})


@pytest.mark.parametrize("technique", ["ar-cnn", "transformer"])
def test_a_technique_that_writes_no_drums_learns_from_the_tones(tmp_path: Path, technique: str) -> None:
    run = RUNS[technique](tmp_path, 1, band=True)
    run.run()
    assert run.learner.dataset.voices == (("Melody", 73), ("Chords", 26), ("Bass", 0))


def test_a_kind_that_nobody_knows_is_refused() -> None:
    with pytest.raises(DatasetError, match='/voices/1/kind is "noise" but must be "drums"'):
        read(*line_up("tones"), {**voice("tones", []), "kind": "noise"})
