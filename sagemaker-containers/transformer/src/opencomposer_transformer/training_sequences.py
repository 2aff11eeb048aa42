"""The pieces of a data set as sequences of events, in the order in which they are learned.

One network learns all tasks of the technique, mixed: each sequence is a piece in a random key, with all of its voices
or some of them, from its beginning or from later on, with bars to fill in or without, told more or less of what is
wanted. A sequence is a function of (seed, epoch) alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from opencomposer_music.model_metadata import Head, Voice
from opencomposer_music.piano_roll import ONSET, PITCHES
from opencomposer_music.random_numbers import random_generator
from opencomposer_music.time_signatures import time_signature_of
from opencomposer_training.dataset import Dataset, Piece, allowed_shifts
from torch import Tensor

from opencomposer_transformer.events import (
    DENSITY_LEVELS,
    FILL,
    GAP,
    EventSequence,
    EventWriter,
    Floats,
    LineUp,
    Vocabulary,
    VoicedPiece,
    density_levels,
)
from opencomposer_transformer.network import EventInputs

PITCH_MARGIN = 6
"""The semitones beyond a voice's range that have tokens, too: the largest transposition that a training can ask for, so
that its vocabulary does not depend on what it asks."""
CONTEXT = 1600
"""The most events of a sequence: 64 bars of four voices."""
ALL_VOICES = 12 / 23
FIRST_VOICE = 4 / 23
"""The shares of sequences with every voice, and with the first one alone. The rest have any other of them."""
GAP_SHARES = (0.25, 0.4)
"""The shares of sequences with bars to fill in, in the first half of a training and in the second. What is after a gap
helps little before the network writes well."""
MAX_GAP_BARS = 8
BARS_AROUND_GAP = 16
LATER_START = 0.25
TOLD_BARS_LEFT = 0.5
TOLD_DENSITY = 0.3
LENGTH_JITTER = 40
"""Pieces that differ in length by up to so many events may change places, so that batches are not the same ones in
every epoch."""


class LearnedSequence(NamedTuple):
    """A sequence and the weight of each event as a target, [events]."""

    events: EventSequence
    weights: Floats


class SequenceBatch(NamedTuple):
    """Sequences side by side: what the network is told, the event that comes next, and its weight, [b, t] each. Shorter
    sequences are filled up with PAD, which weighs nothing."""

    events: EventInputs
    targets: Tensor
    weights: Tensor


@dataclass(frozen=True)
class LearnedPiece:
    """A piece, and the transpositions that keep it on the keyboard."""

    piece: VoicedPiece
    shifts: tuple[int, ...]


class Corpus:
    """The music of a data set as one line-up has it.

    density_edges: the quartiles of the onsets in a bar and voice of the training pieces.
    """

    def __init__(self, dataset: Dataset, reach: int) -> None:
        """reach: the largest transposition in semitones."""
        self._reach = reach
        heads: list[Head] = ["monophonic" if alone else "polyphonic" for alone in dataset.monophonic]
        voices = tuple(
            Voice(name, program, heads[number], *dataset.pitch_range(number))
            for number, (name, program) in enumerate(dataset.voices)
        )
        self.line_up = LineUp(voices, (time_signature_of(dataset.bar),), PITCH_MARGIN)
        densities = [_onsets_by_bar(piece) for piece in dataset.of_split("train")]
        quartiles = np.quantile(np.concatenate(densities), np.arange(1, DENSITY_LEVELS) / DENSITY_LEVELS)
        self.density_edges = tuple(round(float(edge), 4) for edge in quartiles)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Returns the tokens of the line-up."""
        return Vocabulary(self.line_up)

    def learned(self, piece: Piece) -> LearnedPiece:
        """Returns a piece of the data set."""
        voiced = VoicedPiece.of_planes(piece.bar, piece.planes)
        return LearnedPiece(voiced, tuple(allowed_shifts(piece, 0, PITCHES - 1, self._reach)))

    def whole(self, piece: LearnedPiece) -> LearnedSequence:
        """Returns a piece in its own key with all voices, of which nothing is told beforehand."""
        writer = EventWriter(self.vocabulary, piece.piece, [True] * self.vocabulary.voices)
        return _learned(writer.whole().cut(CONTEXT + 1))

    def draw(self, learned: LearnedPiece, rng: np.random.Generator, gap_share: float) -> LearnedSequence:
        """Returns a piece as one of the tasks has it, chosen at random."""
        piece = learned.piece
        present = _present(self.vocabulary.voices, rng)
        writer = EventWriter(self.vocabulary, piece, present, int(rng.choice(learned.shifts)))
        density = density_levels(piece, present, self.density_edges) if rng.random() < TOLD_DENSITY else None
        if rng.random() < gap_share and piece.bars > 2:
            length = int(rng.integers(1, min(MAX_GAP_BARS, piece.bars - 2) + 1))
            start = int(rng.integers(piece.bars - length + 1))
            first, last = max(0, start - BARS_AROUND_GAP), min(piece.bars, start + length + BARS_AROUND_GAP)
            filled = writer.filled((start, start + length), first, last, density=density)
            if len(filled) <= CONTEXT + 1:
                return _learned(filled)
        told_left = bool(rng.random() < TOLD_BARS_LEFT)
        later = int(rng.integers(max(1, piece.bars - 4)))
        events = writer.whole(later if rng.random() < LATER_START else 0, told_left=told_left, density=density)
        if len(events) > CONTEXT + 1:
            events = writer.whole(int(rng.integers(piece.bars)), told_left=told_left, density=density)
        return _learned(events.cut(CONTEXT + 1))


class EpochSequences:
    """Batches of sequences of the training pieces. Epochs and batches count from 0."""

    def __init__(self, corpus: Corpus, pieces: Sequence[Piece], *, batch_size: int, epochs: int, seed: int) -> None:
        """epochs: the number of epochs of the training."""
        self._corpus = corpus
        self._pieces = [corpus.learned(piece) for piece in pieces]
        self._batch_size = batch_size
        self._epochs = epochs
        self._seed = seed
        self._drawn: tuple[int, list[list[LearnedSequence]]] | None = None

    @property
    def batches(self) -> int:
        """Returns the number of batches of an epoch, of which one may be smaller."""
        return -(-len(self._pieces) // self._batch_size)

    def batch(self, epoch: int, batch: int) -> list[LearnedSequence]:
        """Returns the sequences of one batch, which are of about the same length."""
        if self._drawn is None or self._drawn[0] != epoch:
            self._drawn = epoch, self._draw(epoch)
        return self._drawn[1][batch]

    def _draw(self, epoch: int) -> list[list[LearnedSequence]]:
        rng = random_generator(self._seed, epoch)
        gap_share = GAP_SHARES[int(2 * epoch >= self._epochs)]
        sequences = [self._corpus.draw(piece, rng, gap_share) for piece in self._pieces]
        lengths = np.array([len(sequence.events) for sequence in sequences])
        order = np.argsort(lengths + LENGTH_JITTER * rng.random(len(lengths)))
        size = self._batch_size
        return [
            [sequences[number] for number in order[size * batch : size * (batch + 1)]]
            for batch in rng.permutation(self.batches)
        ]


def to_batch(sequences: Sequence[LearnedSequence], device: torch.device) -> SequenceBatch:
    """Returns sequences as the tensors that the network and the loss take."""
    length = max(len(sequence.events) for sequence in sequences) - 1

    def padded(rows: Sequence[npt.NDArray[Any]]) -> Tensor:
        filled = np.zeros((len(rows), length), dtype=rows[0].dtype)
        for number, row in enumerate(rows):
            filled[number, : len(row)] = row
        return torch.from_numpy(filled).to(device)

    events = [sequence.events for sequence in sequences]
    return SequenceBatch(
        EventInputs(
            tokens=padded([part.tokens[:-1] for part in events]),
            places=padded([part.places[:-1] for part in events]),
            # What is wanted is told for the bar of the event that was there, because the next one must not show in it.
            left=padded([part.left[:-1] for part in events]),
            density=padded([part.density[:-1] for part in events]),
            times=padded([part.times[:-1] for part in events]),
            numbers=torch.arange(length, device=device).expand(len(events), -1),
            voices=torch.from_numpy(np.stack([part.voices for part in events])).to(device),
        ),
        targets=padded([part.tokens[1:] for part in events]),
        weights=padded([sequence.weights[1:] for sequence in sequences]),
    )


def _learned(events: EventSequence) -> LearnedSequence:
    """Returns a sequence whose every event is a target, but for those that only say what is asked."""
    return LearnedSequence(events, (~np.isin(events.tokens, (GAP, FILL))).astype(np.float32))


def _present(voices: int, rng: np.random.Generator) -> list[bool]:
    """Returns the voices that a sequence has."""
    chance = rng.random()
    if voices == 1 or chance < ALL_VOICES:
        return [True] * voices
    if chance < ALL_VOICES + FIRST_VOICE:
        return [True] + [False] * (voices - 1)
    some = int(rng.integers(1, 2**voices - 1))
    return [bool(some >> voice & 1) for voice in range(voices)]


def _onsets_by_bar(piece: Piece) -> npt.NDArray[np.float64]:
    """Returns the onsets in each bar, a voice of the piece."""
    by_step = piece.planes[:, ONSET].sum(axis=(0, 2))  # [steps]
    by_bar: npt.NDArray[np.float64] = by_step.reshape(-1, piece.bar.steps).sum(axis=1) / len(piece.planes)
    return by_bar
