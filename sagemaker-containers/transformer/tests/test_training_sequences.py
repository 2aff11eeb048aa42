"""The sequences that are learned: the same for the same seed, every piece once an epoch, and what weighs in them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from opencomposer_music.random_numbers import random_generator
from opencomposer_music.time_signatures import COMMON_TIME
from opencomposer_testing.tiny_training_job import made_up_piece, packed
from opencomposer_training.dataset import Dataset, build_dataset
from opencomposer_transformer.events import BAR, DENSITY_UNKNOWN, END, FILL, GAP, LEFT_UNKNOWN, PAD, read_piece
from opencomposer_transformer.losses import HeldOutLosses, negative_log_likelihood
from opencomposer_transformer.training_sequences import (
    CONTEXT,
    Corpus,
    EpochSequences,
    LearnedSequence,
    to_batch,
)

CPU = torch.device("cpu")


def dataset(*lengths: int, polyphonic: bool = False) -> Dataset:
    """Returns training pieces of so many bars each."""
    lines = [
        packed({**made_up_piece(index, bars=bars, polyphonic=polyphonic), "split": "train"})
        for index, bars in enumerate(lengths)
    ]
    return build_dataset(lines, {line["id"]: "train" for line in lines})


def drawn(corpus: Corpus, data: Dataset, seed: int, gap_share: float) -> LearnedSequence:
    return corpus.draw(corpus.learned(data.pieces[0]), random_generator(seed), gap_share)


@settings(max_examples=30)
@given(st.integers(1, 12), st.booleans(), st.integers(0, 6), st.integers(0, 10**6))
def test_a_sequence_is_music_of_the_piece_in_another_key(bars: int, polyphonic: bool, reach: int, seed: int) -> None:
    data = dataset(bars, polyphonic=polyphonic)
    corpus = Corpus(data, reach)
    events = drawn(corpus, data, seed, gap_share=0.0).events
    assert events.tokens[0] == BAR
    assert events.tokens[-1] == END
    music = read_piece(corpus.vocabulary, COMMON_TIME, events.tokens)
    original = corpus.learned(data.pieces[0]).piece
    first = original.bars - music.bars
    present = [voice for voice in range(corpus.vocabulary.voices) if events.voices[voice]]
    assert present
    shifts = set()
    for voice, notes in enumerate(music.voices):
        if voice not in present:
            assert notes == ()
            continue
        kept = [note for note in original.voices[voice] if note.onset + note.duration > first * COMMON_TIME.steps]
        assert len(notes) == len(kept)
        shifts |= {note.pitch - old.pitch for note, old in zip(notes, kept, strict=True)}
    assert len(shifts) <= 1
    assert all(abs(shift) <= reach for shift in shifts)
    if events.left[0] != LEFT_UNKNOWN:
        assert events.left[0] == min(16, music.bars - 1)
        assert events.left[-1] == 0


def test_tasks_are_mixed_and_in_the_shares_that_were_meant() -> None:
    data = dataset(12)
    corpus = Corpus(data, 6)
    piece, rng = corpus.learned(data.pieces[0]), random_generator(1)
    sequences = [corpus.draw(piece, rng, 0.3) for _ in range(400)]
    events = [sequence.events for sequence in sequences]

    def share(flags: list[bool]) -> float:
        return sum(flags) / len(flags)

    assert share([GAP in part.tokens for part in events]) == pytest.approx(0.3, abs=0.06)
    assert share([bool(part.voices.all()) for part in events]) == pytest.approx(12 / 23, abs=0.07)
    assert share([part.voices.tolist() == [1, 0, 0] for part in events]) > 4 / 23 - 0.05
    assert share([part.density[0] != DENSITY_UNKNOWN for part in events]) == pytest.approx(0.3, abs=0.06)
    whole = [part for part in events if GAP not in part.tokens]
    assert share([part.left[0] != LEFT_UNKNOWN for part in whole]) == pytest.approx(0.5, abs=0.08)
    assert share([part.times[0] > 0 for part in whole]) == pytest.approx(0.25 * 7 / 8, abs=0.06)
    for sequence in sequences:
        asked = np.isin(sequence.events.tokens, (GAP, FILL))
        assert np.array_equal(sequence.weights == 0, asked)


def test_an_epoch_has_each_piece_once_and_is_a_function_of_seed_and_epoch() -> None:
    data = dataset(*range(1, 12))
    corpus = Corpus(data, 3)

    def epochs(seed: int) -> EpochSequences:
        return EpochSequences(corpus, data.pieces, batch_size=4, epochs=10, seed=seed)

    def lasts(sequences: EpochSequences, epoch: int) -> list[list[int]]:
        """Returns the last bar of each sequence of each batch, which tells the pieces apart."""
        batches = [sequences.batch(epoch, number) for number in range(sequences.batches)]
        return [[int(sequence.events.bars.max()) for sequence in batch] for batch in batches]

    one, other = epochs(5), epochs(5)
    assert one.batches == 3
    assert sorted(last for batch in lasts(one, 0) for last in batch) == list(range(11))
    # In another order than before.
    assert lasts(other, 3) == lasts(one, 3) != lasts(one, 4)
    assert lasts(other, 0) == lasts(one, 0) != lasts(epochs(6), 0)


def test_a_piece_longer_than_the_context_is_cut_and_begins_anywhere() -> None:
    data = dataset(200)
    corpus = Corpus(data, 0)
    sequences = [drawn(corpus, data, seed, gap_share=0.5) for seed in range(40)]
    assert max(len(sequence.events) for sequence in sequences) == CONTEXT + 1
    assert max(int(sequence.events.times[0]) for sequence in sequences) > 100 * COMMON_TIME.steps


def test_a_batch_tells_each_event_and_asks_for_the_next_one() -> None:
    data = dataset(1, 3)
    corpus = Corpus(data, 0)
    sequences = [corpus.whole(corpus.learned(piece)) for piece in data.pieces]
    batch = to_batch(sequences, CPU)
    longest = max(len(sequence.events) for sequence in sequences) - 1
    assert batch.targets.shape == (2, longest)
    for row, sequence in enumerate(sequences):
        length = len(sequence.events) - 1
        for name in ("tokens", "places", "left", "density", "times"):
            assert getattr(batch.events, name)[row, :length].tolist() == getattr(sequence.events, name)[:-1].tolist()
        assert batch.targets[row, :length].tolist() == sequence.events.tokens[1:].tolist()
        assert set(batch.events.tokens[row, length:].tolist()) <= {PAD}
        assert batch.weights[row].tolist() == [1.0] * length + [0.0] * (longest - length)
    assert batch.events.numbers.tolist() == [list(range(longest))] * 2


def test_losses_of_a_network_that_finds_all_events_equally_likely() -> None:
    data = dataset(2, 3)
    corpus = Corpus(data, 0)
    size = corpus.vocabulary.size
    sequences = [corpus.whole(corpus.learned(piece)) for piece in data.pieces]
    batch = to_batch(sequences, CPU)
    logits = torch.zeros(*batch.targets.shape, size)
    assert float(negative_log_likelihood(logits, batch)) == pytest.approx(math.log(size), rel=1e-5)
    losses = HeldOutLosses(torch.from_numpy(corpus.vocabulary.is_onset))
    for sequence in sequences:
        alone = to_batch([sequence], CPU)
        losses.add(torch.zeros(*alone.targets.shape, size), alone)
    events = sum(len(sequence.events) - 1 for sequence in sequences)
    notes = sum(len(voice) for piece in data.pieces for voice in corpus.learned(piece).piece.voices)
    found = losses.by_name()
    assert found["validationLoss"] == pytest.approx(math.log(size), rel=1e-5)
    assert found["noteLoss"] == pytest.approx(math.log(size) * events / notes, rel=1e-5)
    # PAD, the first of equally likely events, is never right.
    assert found["zeroOneLoss"] == 1.0


def test_the_edges_of_density_part_the_bars_of_the_training_music_in_four() -> None:
    data = dataset(40, 40)
    edges = np.array(Corpus(data, 0).density_edges)
    counts = [
        sum(note.onset // 16 == bar for voice in piece.voices for note in voice) / 3
        for piece in (Corpus(data, 0).learned(piece).piece for piece in data.pieces)
        for bar in range(40)
    ]
    assert edges.tolist() == pytest.approx(np.quantile(counts, [0.25, 0.5, 0.75]), abs=1e-3)
