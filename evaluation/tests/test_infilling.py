"""Bars that are filled in: the same events are asked for both ways, and what is around them stays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencomposer_evaluation.continuations import BARS, cut_music
from opencomposer_evaluation.infilling import GAP, fill_gap, gap_both_ways, go_on_into_gap, nats_of_gap
from opencomposer_testing.tiny_music import random_piece
from opencomposer_testing.tiny_transformer import tiny_metadata, tiny_transformer
from opencomposer_transformer.cached_network import LoadedNetwork, load_network
from opencomposer_transformer.events import BAR


@pytest.fixture(scope="module")
def network() -> LoadedNetwork:
    return load_network(tiny_transformer(tiny_metadata(context=1600)), 1)


@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_the_same_events_are_asked_for_both_ways(seed: int) -> None:
    window = random_piece(seed, BARS).planes
    both, left = gap_both_ways(window, tiny_metadata().vocabulary)
    asked = both.events.tokens[both.first :]
    assert np.array_equal(asked, left.events.tokens[left.first :])
    assert (asked == BAR).sum() == GAP[1] - GAP[0]
    heard = [(one.events.tokens[: one.first] == BAR).sum() for one in (both, left)]
    assert heard == [BARS - (GAP[1] - GAP[0]), GAP[0]]


def test_a_gap_costs_nats_both_ways(network: LoadedNetwork) -> None:
    nats = nats_of_gap(network, random_piece(1, BARS).planes)
    assert min(nats.both, nats.left) > 0
    assert nats.both != nats.left


def test_only_the_gap_is_written_anew(network: LoadedNetwork) -> None:
    window = random_piece(2, BARS).planes
    for written in (fill_gap(network, window, 0), go_on_into_gap(network, window, 0)):
        assert written.shape == window.shape
        assert np.array_equal(cut_music(written, 0, GAP[0]), cut_music(window, 0, GAP[0]))
        assert np.array_equal(cut_music(written, GAP[1], BARS), cut_music(window, GAP[1], BARS))
        assert not np.array_equal(cut_music(written, *GAP), cut_music(window, *GAP))
