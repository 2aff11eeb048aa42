"""Nats of held-out music: by the event, by its kind, and the same however much is heard at once."""

from __future__ import annotations

import numpy as np
import pytest
from opencomposer_evaluation.baselines.n_gram import NGramModel
from opencomposer_evaluation.intervals import Resampling
from opencomposer_evaluation.likelihood import (
    PER_NOTE,
    Likelihoods,
    count_nats,
    events_of,
    likelihood_section,
    nats_of,
    of_n_gram,
    of_network,
)
from opencomposer_testing.tiny_music import random_piece
from opencomposer_testing.tiny_transformer import tiny_transformer
from opencomposer_transformer.cached_network import CachedNetwork, LoadedNetwork, load_network
from opencomposer_transformer.events import EventColumns, Floats, Vocabulary

PIECES = [random_piece(seed, 2) for seed in range(3)]


class Undecided:
    """Finds all events equally likely."""

    def __init__(self, tokens: int) -> None:
        self._logits = np.full((1, tokens), 3.5, dtype=np.float32)

    def start(self, events: EventColumns, voices: Floats, *, candidates: int = 1) -> Floats:
        return self._logits

    def step(self, events: EventColumns) -> Floats:
        return self._logits

    def keep(self, number: int) -> None:
        self._logits = self._logits[number : number + 1]


@pytest.fixture(scope="module")
def network() -> LoadedNetwork:
    return load_network(tiny_transformer(), 1)


@pytest.fixture(scope="module")
def vocabulary(network: LoadedNetwork) -> Vocabulary:
    return network.metadata.vocabulary


def test_who_knows_nothing_needs_as_many_nats_as_there_are_events_to_choose_from(vocabulary: Vocabulary) -> None:
    events = events_of(PIECES[0], vocabulary)
    nats = nats_of(Undecided(vocabulary.size), events)
    assert nats == pytest.approx(np.full(len(events) - 1, np.log(vocabulary.size)))


def test_an_event_costs_the_same_however_much_is_told_at_once(network: LoadedNetwork, vocabulary: Vocabulary) -> None:
    events = events_of(PIECES[0], vocabulary)
    whole = nats_of(CachedNetwork(network), events)
    for first in (2, 9, len(events) - 1):
        assert nats_of(CachedNetwork(network), events, first) == pytest.approx(whole[first - 1 :], abs=1e-4)


def test_the_kinds_of_events_are_all_events(vocabulary: Vocabulary) -> None:
    events = events_of(PIECES[1], vocabulary)
    rng = np.random.default_rng(0)
    counts = count_nats(rng.random(len(events) - 1), events, vocabulary)
    assert counts["pitches"] + counts["time"] + counts["ends"] == pytest.approx(counts["nats"])
    assert counts["notes"] == PIECES[1].planes[:, 0].sum() or counts["notes"] == PIECES[1].planes[:, 1].sum()
    assert (counts["bars"], counts["cells"], counts["events"]) == (2, 128, len(events) - 1)


def test_models_stand_side_by_side_and_the_trainings_have_a_mean(
    network: LoadedNetwork, vocabulary: Vocabulary
) -> None:
    n_gram = NGramModel([events_of(piece, vocabulary).tokens for piece in PIECES], 3, vocabulary.size)
    found = [
        Likelihoods("one", "stock", "test", of_network(network, PIECES)),
        Likelihoods("two", "otherSeed", "test", of_n_gram(n_gram, vocabulary, PIECES)),
        Likelihoods("3-gram", "baseline", "test", of_n_gram(n_gram, vocabulary, PIECES)),
    ]
    section, estimates = likelihood_section(found, {"test": PIECES}, Resampling(0, 20))
    assert len(section.tables[0].rows) == 3
    one, two = (estimates[kind, "test"][PER_NOTE].value for kind in ("stock", "otherSeed"))
    assert estimates["seedMean", "test"][PER_NOTE].value == pytest.approx((one + two) / 2)
    # It has counted these very pieces.
    assert estimates["baseline", "test"][PER_NOTE].value < one
    shares = [estimates["stock", "test"][f"shareOf/{kind}"].value for kind in ("pitches", "time", "ends")]
    assert sum(shares) == pytest.approx(1)
