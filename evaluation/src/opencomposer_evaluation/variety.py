"""Measures whether one melody gets many accompaniments, and how much the composer's harmonizations of a tune differ."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from opencomposer_music.piano_roll import STEPS_PER_BAR, STEPS_PER_BEAT, Planes
from opencomposer_music.voice_lines import REST, Line, Lines, line_of
from opencomposer_training.dataset import Piece

from opencomposer_evaluation.accompaniment_view import AS_VOICES, AccompanimentView
from opencomposer_evaluation.accompanists import Accompanist, accompany_many

MIN_RUN = STEPS_PER_BAR
"""Sopranos count as the same where they are equal for at least so many steps, a bar."""

MIN_ALIGNED = 2 * STEPS_PER_BAR
"""A pair of harmonizations counts when at least so many of its steps, two bars, are aligned."""

SAME_HARMONIZATION = 0.05
"""Harmonizations that differ in a smaller share of cells are the same one, written down twice."""


@dataclass(frozen=True)
class VarietyReport:
    """The variety of accompaniments of several melodies, `seeds` of each. min_different, mean_different: numbers of
    different accompaniments of a melody, over the melodies; mean_difference, min_difference: the mean share of (voice,
    step) that differs between two accompaniments of a melody, over the melodies."""

    melodies: int
    seeds: int
    min_different: int
    mean_different: float
    mean_difference: float
    min_difference: float

    def to_json(self) -> dict[str, float]:
        """Returns the report with the member names of evaluation.json."""
        return {
            "melodies": self.melodies,
            "seeds": self.seeds,
            "minDifferent": self.min_different,
            "meanDifferent": round(self.mean_different, 2),
            "meanDifference": round(self.mean_difference, 4),
            "minDifference": round(self.min_difference, 4),
        }


def mean_pair_difference(variants: npt.NDArray[np.int64]) -> float:
    """Returns the mean over all pairs of variants [n, voices, steps], n >= 2, of the share of (voice, step) with unlike
    pitches."""
    count = len(variants)
    equal_pairs = 0
    for value in np.unique(variants):
        same = (variants == value).sum(axis=0)
        equal_pairs += int((same * (same - 1) // 2).sum())
    cells = variants[0].size
    return float(1 - equal_pairs / (cells * count * (count - 1) / 2))


def report_variety(
    player: Accompanist, melodies: Sequence[Planes], seeds: Sequence[int], view: AccompanimentView = AS_VOICES
) -> VarietyReport:
    """Lets `player` accompany each melody with each seed."""
    return report_variants(
        [
            [view.heard(melody, tracks) for tracks in accompany_many(player, [melody] * len(seeds), seeds)]
            for melody in melodies
        ],
        view,
    )


def report_variants(
    variants: Sequence[Sequence[Sequence[Planes]]], view: AccompanimentView = AS_VOICES
) -> VarietyReport:
    """Compares what was made of the same music under several seeds: the tracks of each seed, for each melody. Two of
    them are different when any note is."""
    different = [len({np.stack(tracks).tobytes() for tracks in played}) for played in variants]
    differences = [mean_pair_difference(np.stack([view.lines(tracks) for tracks in played])) for played in variants]
    return VarietyReport(
        len(variants),
        len(variants[0]),
        min(different),
        float(np.mean(different)),
        float(np.mean(differences)),
        min(differences),
    )


def first_bars_of_each_tune(pieces: Sequence[Piece], bars: int) -> list[Planes]:
    """Returns the melody of the first `bars` bars of one piece of each tune. Shorter pieces are passed over."""
    found: dict[str, Planes] = {}
    for piece in pieces:
        if piece.bars >= bars:
            found.setdefault(piece.tune, piece.planes[0][:, : bars * STEPS_PER_BAR])
    return list(found.values())


@dataclass(frozen=True)
class Alignment:
    """Two pieces of one tune laid over each other: step t + offset of the second is step t of the first, and its
    pitches are `shift` semitones lower. `steps`: those of the first at which the sopranos are the same."""

    offset: int
    shift: int
    steps: npt.NDArray[np.int64]


def align_sopranos(first: Line, second: Line) -> Alignment:
    """Returns the offset (whole beats) and the transposition that make most steps equal. Only stretches of a bar or
    more count in which the sopranos are the same throughout (silence is equal to nothing)."""
    best = Alignment(0, 0, np.zeros(0, dtype=np.int64))
    nearest = -(-len(second) // STEPS_PER_BEAT) * STEPS_PER_BEAT
    for offset in range(-(len(first) // STEPS_PER_BEAT) * STEPS_PER_BEAT, nearest, STEPS_PER_BEAT):
        start, end = max(0, -offset), min(len(first), len(second) - offset)
        if end - start <= len(best.steps):
            continue
        one, two = first[start:end], second[start + offset : end + offset]
        both = (one != REST) & (two != REST)
        differences = (one - two)[both]
        if len(differences) <= len(best.steps):
            continue
        counts = np.bincount(differences + 128)
        shift = int(np.argmax(counts)) - 128
        if counts[shift + 128] <= len(best.steps):
            continue
        steps = start + long_runs(both & (one - two == shift), MIN_RUN)
        if len(steps) > len(best.steps):
            best = Alignment(offset, shift, steps)
    return best


def long_runs(flags: npt.NDArray[np.bool_], min_length: int) -> npt.NDArray[np.int64]:
    """Returns the places of those True values that are in an unbroken row of at least `min_length`."""
    edges = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    starts, ends = np.nonzero(edges == 1)[0], np.nonzero(edges == -1)[0]
    kept = [np.arange(start, end) for start, end in zip(starts, ends, strict=True) if end - start >= min_length]
    return np.concatenate(kept) if kept else np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class HarmonizationReport:
    """The differences between the composer's own accompaniments of one tune, over all pairs of pieces of a tune.

    `pairs` of `possible_pairs` could be aligned, of `tunes` tunes; `same` of them differ in less than 5 % of the cells
    and count as one harmonization written down twice. The differences are shares of (voice, step): over all aligned
    pairs, and without the same ones; `tune_mean` is the mean over tunes of the means of their unlike pairs.
    """

    possible_pairs: int
    pairs: int
    tunes: int
    same: int
    aligned_steps: int
    mean: float
    mean_unlike: float
    tune_mean_unlike: float
    quartiles_unlike: tuple[float, float, float]

    def to_json(self) -> dict[str, object]:
        """Returns the report with the member names of evaluation.json."""
        return {
            "possiblePairs": self.possible_pairs,
            "alignedPairs": self.pairs,
            "tunes": self.tunes,
            "samePairs": self.same,
            "alignedSteps": self.aligned_steps,
            "meanDifference": round(self.mean, 4),
            "meanDifferenceOfUnlike": round(self.mean_unlike, 4),
            "meanOverTunesOfUnlike": round(self.tune_mean_unlike, 4),
            "quartilesOfUnlike": [round(value, 4) for value in self.quartiles_unlike],
        }


def harmonization_difference(first: Lines, second: Lines, alignment: Alignment) -> float:
    """Returns the share of (accompaniment voice, aligned step) at which two pieces' lines [voices, steps] differ."""
    one = first[1:, alignment.steps]
    two = second[1:, alignment.steps + alignment.offset]
    return float(np.mean(one != np.where(two == REST, REST, two + alignment.shift)))


def report_harmonizations(pieces: Sequence[Piece], view: AccompanimentView = AS_VOICES) -> HarmonizationReport:
    """Compares every two pieces of one tune where their sopranos are the same."""
    lines = [np.vstack([line_of(piece.planes[0]), view.lines(view.composer(piece.planes))]) for piece in pieces]
    by_tune: dict[str, list[int]] = {}
    for index, piece in enumerate(pieces):
        by_tune.setdefault(piece.tune, []).append(index)
    possible, steps = 0, 0
    differences: dict[str, list[float]] = {}
    for tune, members in by_tune.items():
        for one, two in itertools.combinations(members, 2):
            possible += 1
            alignment = align_sopranos(lines[one][0], lines[two][0])
            if len(alignment.steps) >= MIN_ALIGNED:
                steps += len(alignment.steps)
                differences.setdefault(tune, []).append(harmonization_difference(lines[one], lines[two], alignment))
    every = [value for values in differences.values() for value in values]
    unlike = [value for value in every if value >= SAME_HARMONIZATION]
    by_tune_unlike = [[v for v in values if v >= SAME_HARMONIZATION] for values in differences.values()]
    if not unlike:
        raise ValueError("no two pieces of one tune could be aligned")
    low, middle, high = (float(value) for value in np.quantile(unlike, [0.25, 0.5, 0.75]))
    return HarmonizationReport(
        possible,
        len(every),
        len(differences),
        len(every) - len(unlike),
        steps,
        float(np.mean(every)),
        float(np.mean(unlike)),
        float(np.mean([np.mean(values) for values in by_tune_unlike if values])),
        (low, middle, high),
    )
