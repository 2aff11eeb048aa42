"""Counts of each window of an ensemble, a band or a quartet, and the statistics made from them: each voice by itself,
and all that have tones together. The pitches of drums are no tones, so drums are counted by when they are hit.

Bars count from the one in which the melody begins, since nothing accompanies it before.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from opencomposer_music.metrics import (
    bars_of,
    dissonant_pair_share,
    groove_consistency,
    qualified_note_rate,
    scale_consistency,
)
from opencomposer_music.piano_roll import ONSET, SOUNDING, STEPS_PER_BAR, Planes, first_onset, planes_to_notes
from opencomposer_music.voice_lines import lines_of
from opencomposer_training.dataset import Dataset

from opencomposer_evaluation.accompaniment_view import AccompanimentView
from opencomposer_evaluation.intervals import Statistic
from opencomposer_evaluation.window_metrics import share

KICK = 36
SNARE = 38
BACKBEATS = (4, 12)
"""The steps of the second and the fourth beat."""


class EnsembleVoices:
    """The voices that accompany the melody in a data set. names: of all of them; tones, drums: their numbers."""

    def __init__(self, dataset: Dataset) -> None:
        self.names = [name for name, _ in dataset.voices[1:]]
        self.tones = [index for index, is_drums in enumerate(dataset.drums[1:]) if not is_drums]
        self.drums = [index for index, is_drums in enumerate(dataset.drums[1:]) if is_drums]

    def view(self) -> AccompanimentView:
        """Returns the way to hear the voices."""
        return AccompanimentView(
            heard=lambda melody, tracks: list(tracks),
            measure=self._measure,
            statistics=lambda voices: self._statistics(),
            lines=lambda tracks: lines_of(self._with_tones(tracks)),
            tones=self._with_tones,
        )

    def _with_tones(self, tracks: Sequence[Planes]) -> list[Planes]:
        return [tracks[index] for index in self.tones]

    def _measure(self, melody: Planes, tracks: Sequence[Planes]) -> dict[str, float]:
        """Returns the counts of one window, to be summed over windows. Counts with names ending in `.of` are
        divisors."""
        begin = first_onset(melody) // STEPS_PER_BAR
        counts: dict[str, float] = {"windows": 1, "bars": melody.shape[1] // STEPS_PER_BAR - begin}
        for index, track in enumerate(tracks):
            counts[f"empty.{index}"] = float((~bars_of(track[SOUNDING])[begin:].any(axis=(1, 2))).sum())
            counts[f"onsets.{index}"] = len(planes_to_notes(track))
            counts |= _counted(f"groove.{index}", groove_consistency(track))
        for index in self.tones:
            notes = planes_to_notes(tracks[index])
            counts[f"pitch.{index}"] = float(sum(note.pitch for note in notes))
            counts[f"pitch.{index}.of"] = len(notes)
        tones = self._with_tones(tracks)
        rates = [rate for rate in map(qualified_note_rate, tones) if rate is not None]
        counts |= _counted("qualified", float(np.mean(rates)) if rates else None)
        counts |= _counted("dissonant", dissonant_pair_share([melody, *tones]))
        counts |= _counted("scale", scale_consistency(tones))
        for index in self.drums:
            hits = bars_of(tracks[index][ONSET])[begin:]
            counts["kick"] = float(hits[:, 0, KICK].sum())
            counts["snare"] = float(hits[:, BACKBEATS, SNARE].any(axis=1).sum())
            counts["hits"] = float(hits.sum())
            counts["offHits"] = float(hits[:, 1::2].sum())
        return counts

    def _statistics(self) -> dict[str, Statistic]:
        """Returns every statistic by its name in evaluation.json. The voices are numbered from 1."""
        every = range(len(self.names))
        result: dict[str, Statistic] = {
            # This is the rate of the voice that has the most empty bars.
            "emptyBarRate": lambda sums: np.max([sums[f"empty.{v}"] / sums["bars"] for v in every], axis=0),
            "dissonantPairShare": share("dissonant", "dissonant.of"),
            "qualifiedNoteRate": share("qualified", "qualified.of"),
            "scaleConsistency": share("scale", "scale.of"),
        }
        for voice in every:
            result[f"grooveConsistency{voice + 1}"] = share(f"groove.{voice}", f"groove.{voice}.of")
            result[f"onsetsPerBar{voice + 1}"] = share(f"onsets.{voice}", "bars")
        for voice in self.tones:
            result[f"meanPitch{voice + 1}"] = share(f"pitch.{voice}", f"pitch.{voice}.of")
        if self.drums:
            result |= {
                "kickOnOne": share("kick", "bars"),
                "snareOnTwoOrFour": share("snare", "bars"),
                "hitsOffTheEighths": share("offHits", "hits"),
            }
        return result


def _counted(name: str, value: float | None) -> dict[str, float]:
    """Returns a value as a count with its divisor. A window in which it cannot be computed does not count."""
    return {name: 0.0 if value is None else value, f"{name}.of": float(value is not None)}
