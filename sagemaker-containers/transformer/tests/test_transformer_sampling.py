"""Drawing a token: what each setting leaves of the possibilities, and parallels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.time_signatures import BAR_SHAPES
from opencomposer_testing.voiced_pieces import CHORALE
from opencomposer_transformer.candidates import Candidate, Writer
from opencomposer_transformer.events import BAR, END, FIRST_POSITION, Vocabulary
from opencomposer_transformer.grammar import Grammar, Stretch, WritingLimits
from opencomposer_transformer.sampling import (
    FLOORED_TEMPERATURE,
    RISK_FLOOR,
    SAMPLING_TECHNIQUES,
    DrawSettings,
    NotFinite,
    ParallelMotion,
    SamplingTechnique,
    draw,
)

LOGITS = np.log(np.array([0.4, 0.3, 0.2, 0.1], dtype=np.float32))
ALL = np.ones(4, dtype=np.bool_)
VOCABULARY = Vocabulary(CHORALE)
FULL = WritingLimits(tuple(CHORALE.pitch_range(voice) for voice in range(4)))


def drawn(settings: DrawSettings, mask: np.ndarray = ALL) -> set[int]:
    """Returns all tokens that some uniform number draws."""
    return {draw(LOGITS, mask, settings, uniform)[0] for uniform in np.linspace(0, 0.9999, 200)}


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        (DrawSettings("random", 0.0, 1.0), {0, 1, 2, 3}),
        (DrawSettings("minP", 0.6, 1.0), {0, 1}),
        (DrawSettings("minP", 1.0, 1.0), {0}),
        (DrawSettings("nucleus", 0.6, 1.0), {0, 1}),
        (DrawSettings("nucleus", 0.0, 1.0), {0}),
        (DrawSettings("nucleus", 1.0, 1.0), {0, 1, 2, 3}),
        (DrawSettings("topK", 0.0, 1.0), {0}),
        (DrawSettings("topK", 2 / 31, 1.0), {0, 1, 2}),
        (DrawSettings("topK", 1.0, 1.0), {0, 1, 2, 3}),
        (DrawSettings("random", 0.5, 0.0), {0}),
    ],
)
def test_each_technique_leaves_what_its_threshold_says(settings: DrawSettings, left: set[int]) -> None:
    assert drawn(settings) == left


def test_only_open_tokens_are_drawn_and_the_likelihood_is_among_them() -> None:
    mask = np.array([False, True, False, True])
    assert drawn(DrawSettings("random", 0.0, 1.0), mask) == {1, 3}
    token, likelihood = draw(LOGITS, mask, DrawSettings("random", 0.0, 0.5), 0.0, favor=np.array([0.0, 0.0, 0.0, 9.0]))
    assert (token, np.exp(likelihood)) == (3, pytest.approx(0.25))


def test_shares_are_those_of_the_temperature() -> None:
    uniforms = (np.arange(4000) + 0.5) / 4000
    for temperature, shares in ((1.0, LOGITS), (0.5, 2 * LOGITS)):
        tokens = [draw(LOGITS, ALL, DrawSettings("random", 0.0, temperature), uniform)[0] for uniform in uniforms]
        expected = np.exp(shares) / np.exp(shares).sum()
        assert np.bincount(tokens, minlength=4) / 4000 == pytest.approx(expected, abs=1e-3)


def test_the_greatest_risk_draws_nothing_that_is_far_too_unlikely() -> None:
    logits = np.log(np.array([1.0, RISK_FLOOR * 1.01, RISK_FLOOR * 0.99, 1e-6], dtype=np.float32))
    tokens = {draw(logits, ALL, DrawSettings("random", 0.0, 2.0), u)[0] for u in np.linspace(0, 0.9999, 200)}
    assert tokens == {0, 1}


RISING = st.one_of(
    st.lists(st.floats(0.05, 1), min_size=2, max_size=2),
    st.lists(st.floats(FLOORED_TEMPERATURE, 2), min_size=2, max_size=2),
).map(sorted)
"""Two temperatures between which no floor rises."""


@given(
    st.lists(st.floats(-8, 0, width=32), min_size=4, max_size=4),
    st.sampled_from(SAMPLING_TECHNIQUES),
    st.floats(0, 1),
    RISING,
    st.floats(0.001, 0.999),
)
def test_more_risk_never_draws_what_is_likelier(
    logits: list[float],
    technique: SamplingTechnique,
    threshold: float,
    temperatures: list[float],
    uniform: float,
) -> None:
    drawn = [
        draw(np.array(logits, dtype=np.float32), ALL, DrawSettings(technique, threshold, temperature), uniform)
        for temperature in temperatures
    ]
    assert drawn[1][1] <= drawn[0][1] + 1e-9


@pytest.mark.parametrize("technique", SAMPLING_TECHNIQUES)
def test_the_greatest_risk_takes_the_unlikely_more_often_than_any_less(technique: SamplingTechnique) -> None:
    logits = np.log(np.array([0.65, 0.22, 0.08, 0.05], dtype=np.float32))
    threshold = {"minP": 0.05, "nucleus": 0.95}.get(technique, 1.0)
    uniforms = (np.arange(2000) + 0.5) / 2000
    prices = [
        -np.mean([draw(logits, ALL, DrawSettings(technique, threshold, risk), uniform)[1] for uniform in uniforms])
        for risk in (0.0, 0.5, 0.9, 1.2, 1.5, 2.0)
    ]
    assert prices == sorted(prices)
    assert prices[-1] > 1.05 * prices[-3]


@given(
    st.lists(st.floats(-30, 30, width=32), min_size=4, max_size=4),
    st.lists(st.booleans(), min_size=4, max_size=4).filter(any),
    st.sampled_from(SAMPLING_TECHNIQUES),
    st.floats(0, 1),
    st.floats(0, 2),
    st.floats(0, 1, exclude_max=True),
)
def test_whatever_is_asked_for_one_open_token_is_drawn(
    logits: list[float], mask: list[bool], technique: str, threshold: float, temperature: float, uniform: float
) -> None:
    known = next(name for name in SAMPLING_TECHNIQUES if name == technique)
    token, likelihood = draw(
        np.array(logits, dtype=np.float32), np.array(mask), DrawSettings(known, threshold, temperature), uniform
    )
    assert mask[token]
    assert likelihood <= 1e-9


def test_numbers_that_are_not_finite_are_an_error() -> None:
    for wrong in (np.nan, np.inf):
        with pytest.raises(NotFinite):
            draw(np.array([0.0, wrong], dtype=np.float32), ALL[:2], DrawSettings(), 0.5)
    with pytest.raises(NotFinite):
        draw(np.full(2, -np.inf, dtype=np.float32), ALL[:2], DrawSettings(), 0.5)


def candidate(settings: DrawSettings, table: list[float] | None = None, bars: int = 4) -> Candidate:
    grammar = Grammar(
        VOCABULARY, Stretch(BAR_SHAPES["4/4"], 0, bars - 1, "end"), FULL, [True, False, False, True], [{}] * 4
    )
    parallels = None if table is None else ParallelMotion(VOCABULARY, table, 3.0)
    return Candidate(Writer(VOCABULARY, settings, parallels, 10_000), grammar, 0, 0)


def take(one: Candidate, *tokens: int) -> None:
    """Lets a candidate take tokens, each of which the network likes by far the most."""
    for token in tokens:
        logits = np.zeros(VOCABULARY.size, dtype=np.float32)
        logits[token] = 50.0
        one.take(logits)
        assert one.tokens[-1] == token


@pytest.mark.parametrize(("table", "octave"), [(None, True), ([-10.0, *[0.0] * 11], False)])
def test_a_note_that_would_be_parallel_is_disfavored(table: list[float] | None, octave: bool) -> None:
    one = candidate(DrawSettings("random", 0.0, 0.0), table)
    take(one, BAR, FIRST_POSITION, VOCABULARY.onset(0, 72), VOCABULARY.onset(3, 60))
    take(one, FIRST_POSITION + 4, VOCABULARY.onset(0, 74))
    logits = np.zeros(VOCABULARY.size, dtype=np.float32)
    logits[VOCABULARY.onset(3, 62)] = 2.0
    logits[VOCABULARY.onset(3, 59)] = 1.0
    one.take(logits)
    assert one.tokens[-1] == VOCABULARY.onset(3, 62 if octave else 59)


def test_an_interval_that_is_kept_in_contrary_motion_or_by_staying_is_no_parallel() -> None:
    one = candidate(DrawSettings("random", 0.0, 0.0), [-10.0, *[0.0] * 11])
    take(one, BAR, FIRST_POSITION, VOCABULARY.onset(0, 72), VOCABULARY.onset(3, 60))
    take(one, FIRST_POSITION + 4, VOCABULARY.onset(0, 74))
    logits = np.zeros(VOCABULARY.size, dtype=np.float32)
    logits[VOCABULARY.onset(3, 50)] = 2.0
    one.take(logits)
    assert one.tokens[-1] == VOCABULARY.onset(3, 50)


def wanting(one: Candidate, *tokens: int) -> list[int]:
    """Asks for tokens in their order, and returns those that were taken."""
    before = len(one.tokens)
    for token in tokens:
        logits = np.zeros(VOCABULARY.size, dtype=np.float32)
        logits[token] = 50.0
        one.take(logits)
    return one.tokens[before:]


@pytest.mark.parametrize(("temperature", "repeats"), [(0.4, False), (0.6, True)])
def test_at_low_risk_a_bar_does_not_close_as_a_repetition(temperature: float, repeats: bool) -> None:
    bar = [FIRST_POSITION, VOCABULARY.onset(0, 72), FIRST_POSITION + 8, VOCABULARY.onset(0, 74), BAR]
    one = candidate(DrawSettings("random", 0.0, temperature))
    take(one, BAR, *bar)
    taken = wanting(one, *bar)
    assert taken[:-1] == bar[:-1]
    assert (taken[-1] == BAR) == repeats


def test_after_its_most_tokens_a_candidate_only_lets_time_go_on() -> None:
    grammar = Grammar(VOCABULARY, Stretch(BAR_SHAPES["4/4"], 0, 30, "end"), FULL, [True] * 4, [{}] * 4)
    one = Candidate(Writer(VOCABULARY, DrawSettings(), None, 50), grammar, 0, 0)
    likes = np.where(VOCABULARY.is_onset, 50.0, 0.0).astype(np.float32)
    while not one.grammar.finished:
        one.take(likes)
    assert set(one.tokens[60:]) <= {BAR, END}
    assert one.tokens[-1] == END
