"""The parameters of the technique's document, and what they mean at a tempo."""

from __future__ import annotations

from typing import get_args

import pytest
from opencomposer_music.parameter_set import ParameterValue
from opencomposer_music.technique_document import load_technique
from opencomposer_music.time_signatures import BAR_SHAPES
from opencomposer_testing.voiced_pieces import CHORALE
from opencomposer_transformer.events import DENSITY_UNKNOWN
from opencomposer_transformer.generation import Wishes
from opencomposer_transformer.sampling import SamplingTechnique
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


def test_a_voice_that_should_write_and_has_no_pitch_is_named() -> None:
    with pytest.raises(NoPitchToWrite, match="Soprano") as problem:
        wishes(shifts=(12, 0, 0, 0), lowestPitch=90)
    assert (problem.value.lowest, problem.value.highest) == (46, 71)


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
