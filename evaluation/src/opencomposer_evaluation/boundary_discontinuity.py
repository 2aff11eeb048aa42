"""Measures whether music breaks at bar lines where a player's windows meet. Bach's phrases end there, too, every second
bar or so. The boundary discontinuity is the player's break at such bar lines beyond Bach's at the same ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from opencomposer_music.metrics import dissonant_pair_share, scale_consistency
from opencomposer_music.piano_roll import STEPS_PER_BAR, STEPS_PER_BEAT, Planes
from opencomposer_music.voice_lines import REST, Lines
from opencomposer_training.dataset import Piece

from opencomposer_evaluation.accompaniment_view import AS_VOICES, AccompanimentView
from opencomposer_evaluation.corpus import cut_steps
from opencomposer_evaluation.intervals import Estimate, Numbers, Resampling, Totals, estimate

METRICS = ("changedVoices", "leap", "wideLeaps", "dissonantPairShare", "scaleConsistency")
WIDE_LEAP = 7
"""A leap of more semitones counts as wide. More than a fifth is rare in an inner voice."""


@dataclass(frozen=True)
class BarLines:
    """Three kinds of bar lines: every `coarse`-th, of the others every `fine`-th, and the rest. `boundaries`: the kinds
    at which windows meet, or would meet; they are compared with the other kinds."""

    coarse: int
    fine: int
    boundaries: tuple[int, ...]

    def __len__(self) -> int:
        return 3

    @property
    def names(self) -> tuple[str, str, str]:
        """Returns the names of the kinds in tables."""
        fine = f"every {self.fine}{'nd' if self.fine == 2 else 'th'}, not {self.coarse}th"
        return (f"every {self.coarse}th bar line", fine, "the others")

    @property
    def others(self) -> tuple[int, ...]:
        """Returns the kinds at which no windows meet."""
        return tuple(kind for kind in range(len(self)) if kind not in self.boundaries)

    def kind_of(self, bar: int) -> int:
        """Returns the kind of the bar line at which bar `bar` (from 0) begins."""
        return 0 if bar % self.coarse == 0 else 1 if bar % self.fine == 0 else 2


TWO_BAR_WINDOWS = BarLines(4, 2, (0, 1))
EIGHT_BAR_WINDOWS = BarLines(8, 4, (0,))


def measure_bar_lines(
    melody: Planes, tracks: Sequence[Planes], kinds: BarLines = TWO_BAR_WINDOWS, view: AccompanimentView = AS_VOICES
) -> dict[str, float]:
    """Returns the counts of one piece by "metric/kind", to be summed over pieces. Counts ending in `.of` are divisors.

    changedVoices counts the accompaniment voices with another pitch after the bar line than before; leap, the semitones
    by which those move that sound on both sides; wideLeaps, the moves over a fifth. dissonantPairShare is that of the
    beats before and after the bar line; scaleConsistency is that of the accompaniment in the bars before and after it.
    """
    names = [f"{metric}/{kind}" for metric in METRICS for kind in range(len(kinds))]
    counts = {name: 0.0 for metric in names for name in (metric, f"{metric}.of")}

    def add(metric: str, kind: int, value: float | None, weight: float = 1) -> None:
        if value is not None:
            counts[f"{metric}/{kind}"] += value
            counts[f"{metric}/{kind}.of"] += weight

    lines = view.lines(tracks)
    for bar in range(1, lines.shape[1] // STEPS_PER_BAR):
        for metric, (value, weight) in measure_bar_line([melody, *tracks], tracks, lines, bar).items():
            add(metric, kinds.kind_of(bar), value, weight)
    return counts


def measure_bar_line(
    heard: Sequence[Planes], tracks: Sequence[Planes], lines: Lines, bar: int
) -> dict[str, tuple[float | None, float]]:
    """Returns each of METRICS (see measure_bar_lines) at the line where bar `bar` begins, with what its sum is divided
    by.

    heard: all that sounds; tracks: what is judged; lines: the lines of these tracks.
    """
    step = bar * STEPS_PER_BAR
    before, after = lines[:, step - 1], lines[:, step]
    both = (before != REST) & (after != REST)
    sizes = np.abs(after - before)[both]
    near = [cut_steps(planes, step - STEPS_PER_BEAT, 2 * STEPS_PER_BEAT) for planes in heard]
    bars = [cut_steps(planes, step - STEPS_PER_BAR, 2 * STEPS_PER_BAR) for planes in tracks]
    return {
        "changedVoices": (float((before != after).sum()), len(lines)),
        "leap": (float(sizes.sum()), len(sizes)),
        "wideLeaps": (float((sizes > WIDE_LEAP).sum()), len(sizes)),
        "dissonantPairShare": (dissonant_pair_share(near), 1),
        "scaleConsistency": (scale_consistency(bars), 1),
    }


class BoundaryComparison:
    """Compares several players on the same long pieces. Their differences are paired by drawing the same pieces."""

    def __init__(
        self,
        pieces: Sequence[Piece],
        resampling: Resampling,
        kinds: BarLines = TWO_BAR_WINDOWS,
        view: AccompanimentView = AS_VOICES,
    ) -> None:
        self.pieces = tuple(pieces)
        self._kinds = kinds
        self._view = view
        self._weights: Numbers = resampling.weights(np.arange(len(self.pieces)))

    def measure(self, played: Sequence[Sequence[Sequence[Planes]]]) -> dict[str, Estimate]:
        """Returns estimates by "metric/kind", and by "metric/discontinuity": the bar lines at which windows meet less
        the others. `played`: one or more accompaniments of each piece."""
        rows: list[dict[str, float]] = []
        for piece, variants in zip(self.pieces, played, strict=True):
            melody = piece.planes[0]
            counted = [
                measure_bar_lines(melody, self._view.heard(melody, tracks), self._kinds, self._view)
                for tracks in variants
            ]
            rows.append({key: sum(counts[key] for counts in counted) for key in counted[0]})
        totals = {key: np.array([row[key] for row in rows]) for key in rows[0]}
        result: dict[str, Estimate] = {}
        for metric in METRICS:
            for kind in range(len(self._kinds)):
                result[f"{metric}/{kind}"] = estimate(totals, self._weights, _share(metric, (kind,)))
            boundaries = estimate(totals, self._weights, _share(metric, self._kinds.boundaries))
            others = estimate(totals, self._weights, _share(metric, self._kinds.others))
            result[f"{metric}/discontinuity"] = boundaries.minus(others)
        return result


def _share(metric: str, kinds: Sequence[int]) -> Callable[[Totals], Numbers]:
    def statistic(sums: Totals) -> Numbers:
        total = np.sum([sums[f"{metric}/{kind}"] for kind in kinds], axis=0)
        return np.asarray(total / np.sum([sums[f"{metric}/{kind}.of"] for kind in kinds], axis=0), dtype=np.float64)

    return statistic
