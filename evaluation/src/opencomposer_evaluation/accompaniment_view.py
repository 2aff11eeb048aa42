"""The two ways to hear accompaniments: as voices side by side, or as one texture whose notes belong to no voice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from opencomposer_music.piano_roll import Planes
from opencomposer_music.voice_lines import Lines, lines_of

from opencomposer_evaluation.intervals import Statistic
from opencomposer_evaluation.texture_metrics import (
    beside_the_melody,
    measure_texture,
    ranked_lines,
    texture_statistics,
)
from opencomposer_evaluation.window_metrics import measure_window, statistics


@dataclass(frozen=True)
class AccompanimentView:
    """A way to hear accompaniments.

    heard: turns (melody, tracks) into the tracks that are heard; measure, statistics: the counts of heard tracks and
    the statistics made from them (see window_metrics); lines: turns heard tracks into one pitch for each line and step;
    tones: returns those of the heard tracks whose pitches are tones.
    """

    heard: Callable[[Planes, Sequence[Planes]], list[Planes]]
    measure: Callable[[Planes, Sequence[Planes]], dict[str, float]]
    statistics: Callable[[int], dict[str, Statistic]]
    lines: Callable[[Sequence[Planes]], Lines]
    tones: Callable[[Sequence[Planes]], Sequence[Planes]] = lambda tracks: tracks

    def composer(self, planes: npt.NDArray[np.bool_]) -> list[Planes]:
        """Returns the composer's own accompaniment of a window or piece, planes [voices, 2, steps, 128]."""
        return self.heard(planes[0], list(planes[1:]))


AS_VOICES = AccompanimentView(lambda melody, tracks: list(tracks), measure_window, statistics, lines_of)
AS_TEXTURE = AccompanimentView(beside_the_melody, measure_texture, texture_statistics, ranked_lines)
