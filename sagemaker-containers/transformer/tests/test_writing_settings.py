"""The parameters of the technique's document, and what they mean at a tempo."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.model_metadata import Voice
from opencomposer_music.parameter_set import ParameterValue
from opencomposer_music.piano_roll import Note
from opencomposer_music.technique_document import load_technique
from opencomposer_music.time_signatures import BAR_SHAPES
from opencomposer_testing.voiced_pieces import CHORALE
from opencomposer_transformer.events import DENSITY_UNKNOWN, LineUp
from opencomposer_transformer.generation import Wishes
from opencomposer_transformer.sampling import SamplingTechnique
from opencomposer_transformer.voice_assignment import assign_voices
from opencomposer_transformer.writing_settings import NoPitchToWrite, writing_settings

FOUR, SIX_EIGHT = BAR_SHAPES["4/4"], BAR_SHAPES["6/8"]
SOPRANO = (True, False, False, False)


def wishes(tempo: float = 120.0, shifts: tuple[int, ...] = (0, 0, 0, 0), **parameters: ParameterValue) -> Wishes:
    return writing_settings(parameters).wishes(CHORALE, shifts, SOPRANO, FOUR, tempo, 7)


def test_the_document_lists_the_sampling_techniques_that_there_are() -> None:
    described = load_technique("transformer").parameters.parameters["samplingTechnique"]
    assert set(described.allowed.split(" or ")) == set(get_args(SamplingTechnique))


def test_an_empty_request_is_thirty_seconds_more_that_end_with_a_cadence() -> None:
    settings = writing_settings({})
    assert (settings.added_bars(FOUR, 120), settings.added_bars(FOUR, 60)) == (15, 8)
    asked = wishes()
    assert (asked.cadence, asked.candidates, asked.density, asked.context_bars) == (True, 8, DENSITY_UNKNOWN, None)
    assert (asked.limits.max_note, asked.limits.max_rest) == (None, None)
    assert (asked.draw.technique, asked.draw.threshold, asked.draw.temperature) == ("minP", 0.05, 0.9)


def test_seconds_are_bars_and_sixteenths_at_the_tempo() -> None:
    assert writing_settings({"extensionBars": 3}).added_bars(FOUR, 120) == 3
    assert writing_settings({"trackExtensionDuration": 2.0}).added_bars(FOUR, 20) == 1
    assert writing_settings({"trackExtensionDuration": 12.0}).added_bars(SIX_EIGHT, 120) == 8
    asked = wishes(tempo=60.0, maximumNoteLength=1.0, maximumRestTime=0.3, inputDuration=9.0, density=1, ending="open")
    assert (asked.limits.max_note, asked.limits.max_rest) == (4, 1)
    assert (asked.context_bars, asked.density, asked.cadence) == (2, 0, False)
    assert wishes(tempo=20.0, maximumNoteLength=0.1).limits.max_note == 1


def test_a_voice_stays_near_the_range_that_it_has_learned_and_inside_the_pitches_asked_for() -> None:
    assert wishes().limits.registers[0] == (58, 83)
    assert wishes(lowestPitch=60, highestPitch=65).limits.registers[0] == (60, 65)
    assert wishes(shifts=(12, 0, 0, 0), lowestPitch=48, highestPitch=53).limits.registers[0] == (60, 65)
    assert wishes(shifts=(84, 0, 0, 0)).limits.registers[0] == (84, 87)
    # Voices that do not write need no pitch.
    assert wishes(lowestPitch=80).limits.registers[3] == (34, 66)


def line(*pitches: int) -> tuple[Note, ...]:
    return tuple(Note(4 * at, 4, pitch) for at, pitch in enumerate(pitches))


def placed(*tracks: tuple[Note, ...], **parameters: ParameterValue) -> tuple[list[int], list[tuple[int, int]]]:
    """Returns by how many semitones what each track goes on with is moved, and between which pitches it stays."""
    settings = writing_settings(parameters)
    assignment = assign_voices(CHORALE, FOUR, 2, tracks)
    shifts = settings.placed_shifts(CHORALE, assignment)
    voices = assignment.heard.voices
    registers = settings.wishes(CHORALE, shifts, assignment.given, FOUR, 120.0, 7, voices).limits.registers
    owned = [(track, voice) for voice, track in enumerate(assignment.track_of) if track is not None]
    moves = [assignment.shifts[voice] - shifts[voice] for _, voice in sorted(owned)]
    return moves, [(registers[voice][0] - shifts[voice], registers[voice][1] - shifts[voice]) for _, voice in owned]


def test_what_is_added_is_moved_by_octaves_where_the_voice_has_too_few_of_the_allowed_pitches() -> None:
    tune, bass = line(64, 65, 67, 64), line(48, 50, 43, 48)
    assert placed(tune) == ([0], [(58, 83)])
    assert placed(tune, lowestPitch=72) == ([0], [(72, 83)])
    assert placed(tune, lowestPitch=73) == ([12], [(73, 95)])
    assert placed(tune, lowestPitch=100) == ([36], [(100, 119)])
    assert placed(tune, highestPitch=20) == ([-60], [(0, 20)])
    assert placed(tune, lowestPitch=60, highestPitch=62) == ([0], [(60, 62)])
    assert placed(tune, lowestPitch=84, highestPitch=84) == ([12], [(84, 84)])
    assert placed(tune, bass, lowestPitch=60) == ([0, 12], [(60, 83), (60, 78)])


def test_a_kept_register_is_that_of_the_track_and_gives_way_to_the_pitches_asked_for() -> None:
    tune = line(64, 65, 67, 64)
    assert placed(tune, keepRegister=True) == ([0], [(62, 69)])
    assert placed(tune, keepRegister=True, lowestPitch=66) == ([0], [(66, 69)])
    # Only the margin above the tune is left, and none of its own pitches.
    assert placed(tune, keepRegister=True, lowestPitch=69) == ([12], [(74, 81)])
    assert placed(tune, keepRegister=True, lowestPitch=70, highestPitch=71) == ([0], [(70, 71)])
    assert placed(line(100, 101), keepRegister=True) == ([0], [(98, 103)])
    # A voice that enters has no register to keep.
    assert wishes(keepRegister=True).limits.registers[0] == (58, 83)


@given(
    st.lists(st.lists(st.integers(0, 127), min_size=1, max_size=8), min_size=1, max_size=5),
    st.tuples(st.integers(0, 127), st.integers(0, 127)).map(sorted),
    st.booleans(),
)
def test_there_is_always_a_pitch_to_write_and_it_lies_between_those_asked_for(
    tracks: list[list[int]], limits: list[int], keep: bool
) -> None:
    given_tracks = [line(*pitches) for pitches in tracks]
    lowest, highest = limits
    _, registers = placed(*given_tracks, lowestPitch=lowest, highestPitch=highest, keepRegister=keep)
    assert all(lowest <= low <= high <= highest for low, high in registers)
    moves, free = placed(*given_tracks)
    assert not any(moves)
    assert all(high - low >= 8 for low, high in free)


@given(
    st.lists(st.integers(60, 80), min_size=1, max_size=8),
    st.integers(0, 36),
    st.integers(0, 36),
)
def test_a_kept_register_does_not_move_where_the_track_itself_may_be_written(
    pitches: list[int], below: int, above: int
) -> None:
    limits = {"lowestPitch": max(0, min(pitches) - below), "highestPitch": min(127, max(pitches) + above)}
    moves, registers = placed(line(*pitches), keepRegister=True, **limits)
    assert moves == [0]
    assert all(low <= min(pitches) and max(pitches) <= high for low, high in registers)


def test_a_voice_of_less_than_an_octave_that_has_no_pitch_is_named() -> None:
    narrow = LineUp((Voice("Bell", 14, "monophonic", 72, 75),))
    assignment = assign_voices(narrow, FOUR, 1, [line(72, 74)])
    settings = writing_settings({"lowestPitch": 77, "highestPitch": 80})
    shifts = settings.placed_shifts(narrow, assignment)
    with pytest.raises(NoPitchToWrite, match="Bell") as problem:
        settings.wishes(narrow, shifts, [True], FOUR, 120.0, 7)
    assert (problem.value.lowest, problem.value.highest) == (72, 75)


def test_the_document_has_the_parameters_that_the_original_had() -> None:
    original = {
        "samplingTechnique",
        "samplingThreshold",
        "creativeRisk",
        "inputDuration",
        "trackExtensionDuration",
        "maximumRestTime",
        "maximumNoteLength",
    }
    assert original <= set(load_technique("transformer").parameters.parameters)
