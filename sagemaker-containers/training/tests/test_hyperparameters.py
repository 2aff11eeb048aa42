"""Hyperparameters get types and defaults, and one sentence names every broken one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.technique_document import load_technique
from opencomposer_training.environment import TrainingFailure, failure_text
from opencomposer_training.hyperparameters import parse_hyperparameters

KNOWN = load_technique("unet-gan").hyperparameters


def test_defaults_fill_what_is_not_given() -> None:
    values = parse_hyperparameters(KNOWN, {"epochs": "3"})
    assert values["epochs"] == 3
    assert values["learningRate"] == 0.001
    assert values["modelSize"] == "small"
    assert values["earlyStopping"] is False


def test_types_are_those_of_the_schema() -> None:
    values = parse_hyperparameters(
        KNOWN, {"epochs": "60.0", "reconstructionWeight": "20", "earlyStopping": "true", "modelSize": "large"}
    )
    assert [type(values[name]) for name in ("epochs", "reconstructionWeight", "earlyStopping")] == [int, float, bool]
    assert values["modelSize"] == "large"


def test_every_broken_field_is_named_with_its_value_and_what_is_allowed() -> None:
    with pytest.raises(TrainingFailure) as caught:
        parse_hyperparameters(
            KNOWN,
            {"epochs": "0", "learningRate": "fast", "modelSize": "huge", "earlyStopping": "1", "momentum": "0.9"},
        )
    sentence = str(caught.value)
    for part in (
        'epochs is "0" but must be an integer from 1 to 2000',
        'learningRate is "fast" but must be a number from 1e-05 to 0.01',
        'modelSize is "huge" but must be small or large',
        'earlyStopping is "1" but must be true or false',
        '"momentum" is not a hyperparameter',
    ):
        assert part in sentence


@pytest.mark.parametrize("text", ["1.5", "true", "NaN", "Infinity", "1e999", "[1]", '"1"', "", " ", "null", "2001"])
def test_what_is_no_integer_in_range_is_refused(text: str) -> None:
    with pytest.raises(TrainingFailure, match="epochs is"):
        parse_hyperparameters(KNOWN, {"epochs": text})


@given(st.dictionaries(st.text(max_size=300), st.text(max_size=3000), min_size=1, max_size=100))
def test_any_strings_give_values_or_a_failure_that_fits_the_file(values: dict[str, str]) -> None:
    try:
        parse_hyperparameters(KNOWN, values)
    except TrainingFailure as error:
        assert len(failure_text(str(error)).decode()) <= 1024
