"""Who goes on with music: retrieval finds what it should, and the product's decoding writes only new bars."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_evaluation.continuations import (
    BARS,
    NEW_BARS,
    PRIME_BARS,
    PRIME_STEPS,
    EventContinuer,
    NearestContinuation,
    continuation_of,
    cut_music,
    go_on_with_all,
    planes_of,
    prime_of,
    settings_of_call,
)
from opencomposer_music.piano_roll import ONSET, SOUNDING, STEPS_PER_BAR, planes_to_notes, transposed
from opencomposer_testing.tiny_music import random_piece
from opencomposer_testing.tiny_transformer import tiny_metadata, tiny_transformer
from opencomposer_transformer.cached_network import CachedNetwork, load_network

TRAINING = [random_piece(seed, bars) for seed, bars in ((0, 20), (1, 16), (2, 8))]


@pytest.fixture(scope="module")
def player() -> EventContinuer:
    network = load_network(tiny_transformer(tiny_metadata(context=1600)), 1)
    return EventContinuer(
        partial(CachedNetwork, network), network.metadata, settings_of_call(ending="open", candidates=1)
    )


@given(st.integers(0, 1), st.integers(0, 4), st.integers(-6, 6))
def test_bars_of_a_training_piece_in_another_key_are_gone_on_with_as_there(
    number: int, first_bar: int, shift: int
) -> None:
    piece = TRAINING[number].planes
    start = min(first_bar, piece.shape[2] // STEPS_PER_BAR - BARS)
    window = cut_music(piece, start, start + BARS)
    moved = transposed(window, shift, fill=np.bool_(False))
    found = NearestContinuation(TRAINING).go_on(prime_of(moved), 0)
    assert np.array_equal(found, continuation_of(moved))


def test_the_own_tune_can_be_left_out() -> None:
    window = TRAINING[0].planes[:, :, : BARS * STEPS_PER_BAR]
    found = NearestContinuation(TRAINING).go_on_without(prime_of(window), TRAINING[0].tune)
    assert not np.array_equal(found, continuation_of(window))
    assert found.shape == continuation_of(window).shape


def test_what_sounds_into_a_cut_starts_with_it() -> None:
    music = np.zeros((1, 2, 3 * STEPS_PER_BAR, 128), dtype=np.bool_)
    music[0, SOUNDING, 12:40, 60] = True
    music[0, ONSET, 12, 60] = True
    cut = cut_music(music, 1, 2)
    assert [(note.onset, note.duration, note.pitch) for note in planes_to_notes(cut[0])] == [(0, 16, 60)]
    assert not music[0, ONSET, 16].any()


def test_the_product_writes_as_many_new_bars_and_the_same_for_a_seed(player: EventContinuer) -> None:
    primes = [prime_of(piece.planes) for piece in TRAINING]
    once, again = go_on_with_all(player, primes), [player.go_on(prime, seed) for seed, prime in enumerate(primes)]
    assert all(np.array_equal(one, two) for one, two in zip(once, again, strict=True))
    assert {music.shape for music in once} == {(4, 2, NEW_BARS * STEPS_PER_BAR, 128)}
    assert not np.array_equal(player.go_on(primes[0], 0), player.go_on(primes[0], 1))
    written = player.write(primes[0], 0)
    assert all(note.onset >= PRIME_STEPS for notes in written.voices for note in notes)
    assert np.array_equal(planes_of(written.voices, PRIME_BARS, BARS), once[0])


def test_parameters_are_those_of_a_call(player: EventContinuer) -> None:
    prime = prime_of(TRAINING[0].planes)
    assert len(player.with_parameters(candidates=3).write(prime, 0).endings) == 3
    assert player.write(prime, 0).endings == ()
    alone = player.write(np.concatenate([prime[:1], np.zeros_like(prime[1:])]), 0, [True, False, False, False])
    assert alone.voices[0]
    assert not any(alone.voices[1:])
