"""The n-gram baseline: it is a distribution, knows what it has seen, and plays by the Transformer's grammar."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_evaluation.baselines.n_gram import NGramModel, NGramPlayer
from opencomposer_music.piano_roll import Note
from opencomposer_music.time_signatures import BAR_SHAPES
from opencomposer_testing.tiny_transformer import tiny_metadata
from opencomposer_transformer.events import EventWriter, Integers, VoicedPiece
from opencomposer_transformer.generation import Wishes, extend
from opencomposer_transformer.grammar import WritingLimits
from opencomposer_transformer.sampling import DrawSettings


def sequence(*tokens: int) -> Integers:
    return np.array(tokens, dtype=np.int64)


SEQUENCES = st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=20), min_size=1, max_size=6)


@given(SEQUENCES, st.integers(1, 4), st.lists(st.integers(0, 5), min_size=3, max_size=3))
def test_after_any_history_the_probabilities_of_all_events_are_one(
    sequences: list[list[int]], order: int, history: list[int]
) -> None:
    model = NGramModel([sequence(*tokens) for tokens in sequences], order, 6)
    probabilities = model.next_probabilities(np.array([history[3 - (order - 1) :]], dtype=np.int64).reshape(1, -1))
    assert probabilities.shape == (1, 6)
    assert (probabilities > 0).all()
    assert probabilities.sum() == pytest.approx(1.0)


def test_the_usual_event_after_a_history_is_the_likeliest_and_costs_few_nats() -> None:
    model = NGramModel([sequence(*[1, 2, 3, 4] * 30)], 3, 6)
    assert int(np.argmax(model.next_probabilities(np.array([[2, 3]])))) == 4
    usual, odd = sequence(1, 2, 3, 4, 1, 2), sequence(1, 3, 2, 4, 4, 1)
    assert len(model.nats(usual)) == 5
    assert model.nats(usual).sum() < 0.5
    assert model.nats(odd).sum() > 5 * np.log(6)


@given(SEQUENCES, st.integers(1, 4), st.lists(st.integers(0, 5), min_size=3, max_size=3))
def test_what_may_come_next_is_as_likely_as_the_event_that_comes(
    sequences: list[list[int]], order: int, history: list[int]
) -> None:
    model = NGramModel([sequence(*tokens) for tokens in sequences], order, 6)
    before = sequence(*history[3 - (order - 1) :])
    windows = np.array([[*before, token] for token in range(6)], dtype=np.int64)
    expected = model.probabilities(windows)
    assert model.next_probabilities(before[np.newaxis])[0] == pytest.approx(expected)


def test_a_shorter_history_counts_in_how_many_ways_an_event_is_reached() -> None:
    # The event 5 is frequent, but follows only 4; the event 3 is rare, and follows 1 and 2.
    model = NGramModel([sequence(*[4, 5] * 20, 1, 3, 2, 3)], 2, 8)
    after_the_unknown = model.next_probabilities(np.array([[7]]))[0]
    assert after_the_unknown[3] > after_the_unknown[5]


def test_nothing_to_count_is_refused() -> None:
    for sequences, order in (([], 2), ([sequence()], 2), ([sequence(1)], 0)):
        with pytest.raises(ValueError, match=f"the order is {order}"):
            NGramModel(sequences, order, 4)


def test_it_plays_by_the_grammar_and_goes_on_as_it_has_heard() -> None:
    metadata = tiny_metadata()
    scale = (60, 62, 64, 65, 67, 69, 71, 72)
    tune = tuple(Note(4 * at, 4, scale[at % 8]) for at in range(64))
    present = [True, False, False, False]
    piece = VoicedPiece(BAR_SHAPES["4/4"], 16, (tune, (), (), ()))
    model = NGramModel([EventWriter(metadata.vocabulary, piece, present).whole().tokens], 5, metadata.vocabulary.size)
    prime = VoicedPiece(BAR_SHAPES["4/4"], 2, (tune[:8], (), (), ()))
    limits = WritingLimits(tuple(metadata.line_up.pitch_range(voice) for voice in range(4)))
    wishes = Wishes(DrawSettings("random", 0.0, 0.0), limits, seed=0, candidates=2, cadence=False)
    written = extend(NGramPlayer(model), metadata, prime, present, 4, wishes)
    assert [note.pitch for note in written.voices[0]] == list(scale)
