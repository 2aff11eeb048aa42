"""Whether music breaks at bar lines where a player's windows meet. Bach's phrases end there too, every second bar or
so: a seam is what a player does at a bar line beyond what Bach does at the same one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from opencomposer_shared.dataset import Piece
from opencomposer_shared.metrics import dissonant_pair_share, scale_consistency
from opencomposer_shared.piano_roll import STEPS_PER_BAR, STEPS_PER_BEAT, Planes

from models.evaluation.corpus import REST, cut_steps, lines_of
from models.evaluation.intervals import Drawing, Estimate, Numbers, Totals, estimate

PLACES = ("every 4th bar line", "every 2nd, not 4th", "the others")
MEASURES = ("changedVoices", "leap", "wideLeaps", "dissonantPairShare", "scaleConsistency")
WIDE_LEAP = 7
"""Semitones: more than a fifth is rare in an inner voice."""


def place_of(bar: int) -> int:
    """Index into PLACES of the bar line at which bar `bar` (from 0) begins."""
    return 0 if bar % 4 == 0 else 1 if bar % 2 == 0 else 2


def measure_bar_lines(melody: Planes, tracks: Sequence[Planes]) -> dict[str, float]:
    """Counts of one piece by "measure/place", to be summed over pieces; those ending in `.of` are what to divide by.

    changedVoices: accompaniment voices with another pitch after the bar line than before; leap: semitones that they
    move, of those that sound on both sides; wideLeaps: those over a fifth. dissonantPairShare: of the beat before and
    the beat after the bar line; scaleConsistency: of the accompaniment in the two bars with the bar line in the middle.
    """
    counts = {
        f"{measure}/{place}{of}": 0.0 for measure in MEASURES for place in range(len(PLACES)) for of in ("", ".of")
    }

    def add(measure: str, place: int, value: float | None, weight: float = 1) -> None:
        if value is not None:
            counts[f"{measure}/{place}"] += value
            counts[f"{measure}/{place}.of"] += weight

    lines = lines_of(tracks)
    for bar in range(1, lines.shape[1] // STEPS_PER_BAR):
        step, place = bar * STEPS_PER_BAR, place_of(bar)
        before, after = lines[:, step - 1], lines[:, step]
        both = (before != REST) & (after != REST)
        sizes = np.abs(after - before)[both]
        add("changedVoices", place, float((before != after).sum()), len(lines))
        add("leap", place, float(sizes.sum()), len(sizes))
        add("wideLeaps", place, float((sizes > WIDE_LEAP).sum()), len(sizes))
        near = [cut_steps(planes, step - STEPS_PER_BEAT, 2 * STEPS_PER_BEAT) for planes in (melody, *tracks)]
        add("dissonantPairShare", place, dissonant_pair_share(near))
        add(
            "scaleConsistency",
            place,
            scale_consistency([cut_steps(t, step - STEPS_PER_BAR, 2 * STEPS_PER_BAR) for t in tracks]),
        )
    return counts


class SeamComparison:
    """The same long pieces by several players; their differences are paired by drawing the same pieces."""

    def __init__(self, pieces: Sequence[Piece], drawing: Drawing) -> None:
        self.pieces = tuple(pieces)
        self._weights: Numbers = drawing.weights(np.arange(len(self.pieces)))

    def measure(self, play: Callable[[int, Piece], Sequence[Sequence[Planes]]]) -> dict[str, Estimate]:
        """Estimates by "measure/place", and by "measure/seam": the bar lines at even bars less the others. `play` gives
        one or more accompaniments of a piece."""
        rows: list[dict[str, float]] = []
        for number, piece in enumerate(self.pieces):
            counted = [measure_bar_lines(piece.planes[0], tracks) for tracks in play(number, piece)]
            rows.append({key: sum(counts[key] for counts in counted) for key in counted[0]})
        totals = {key: np.array([row[key] for row in rows]) for key in rows[0]}
        result: dict[str, Estimate] = {}
        for measure in MEASURES:
            for place in range(len(PLACES)):
                result[f"{measure}/{place}"] = estimate(totals, self._weights, _share(measure, (place,)))
            even = estimate(totals, self._weights, _share(measure, (0, 1)))
            result[f"{measure}/seam"] = even.minus(result[f"{measure}/2"])
        return result


def _share(measure: str, places: Sequence[int]) -> Callable[[Totals], Numbers]:
    def statistic(sums: Totals) -> Numbers:
        total = np.sum([sums[f"{measure}/{place}"] for place in places], axis=0)
        return np.asarray(total / np.sum([sums[f"{measure}/{place}.of"] for place in places], axis=0), dtype=np.float64)

    return statistic
