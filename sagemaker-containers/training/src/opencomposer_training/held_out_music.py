"""The music that every epoch is measured on, and the metrics of the composers' own accompaniment of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from opencomposer_music.line_metrics import lines_of_music, measure_lines
from opencomposer_music.metrics import mean_metrics, measure_composition
from opencomposer_music.piano_roll import Planes
from opencomposer_music.similarity_index import SimilarityReference, Vector, window_features
from opencomposer_music.time_signatures import COMMON_TIME, BarShape

from opencomposer_training.dataset import (
    Dataset,
    Piece,
    VoicePlanes,
    gather_marked_phrase_ends,
    gather_phrase_ends,
    gather_windows,
    without_drums,
)

REFERENCE_WINDOWS = 192
"""The largest number of windows of the training pieces with which the similarity index compares."""


class HeldOutMusic:
    """Windows of the validation pieces, or of the training pieces where a selection has no others. Only tones are
    measured, so the tracks of an accompaniment are those without drums.

    phrase_ends: the steps of each window, [steps], at which a note that ends a phrase sounds.
    reference_metrics, validation_metrics: metrics of the composers' accompaniment of the training pieces and of the
    windows.
    """

    def __init__(
        self, dataset: Dataset, *, bars: int, windows: int, accompaniment: Callable[[VoicePlanes], Sequence[Planes]]
    ) -> None:
        """bars: length of a window; windows: the largest number of windows; accompaniment: returns a window's tracks
        without the melody, as the technique would write them."""
        # A single voice and a melody make no chords, so no phrase of them can be heard to close.
        tones = without_drums(dataset)
        self._has_chords = len(tones.voices) > 2 or not all(tones.monophonic[1:])
        train = dataset.of_split("train")
        reference = gather_windows(train, bars, REFERENCE_WINDOWS)
        held_out = dataset.of_split("validation") or train
        self.windows = gather_windows(held_out, bars, windows)
        self.phrase_ends = gather_phrase_ends(held_out, bars, windows)
        self._bar = dataset.bar
        self._closing_notes = self._closing_notes_of(held_out, bars, windows)
        self._reference = ReferenceMusic(
            AccompaniedWindows(
                reference,
                [accompaniment(window) for window in reference],
                self._closing_notes_of(train, bars, REFERENCE_WINDOWS),
                dataset.bar,
            )
        )
        self.reference_metrics = self._reference.metrics
        self.validation_metrics = self.measure(accompaniment(window) for window in self.windows)

    def measure(self, written: Iterable[Sequence[Planes]]) -> dict[str, float]:
        """Returns the metrics and the similarity index of tracks that were written to the melodies of the windows, in
        their order.

        `phrasesClosed` is measured where the data set states phrase ends, because where they are only guessed their
        closes tell nothing, and where chords can be heard at all.
        """
        return self._reference.compare(AccompaniedWindows(self.windows, list(written), self._closing_notes, self._bar))

    def _closing_notes_of(self, pieces: Sequence[Piece], bars: int, windows: int) -> list[list[int]]:
        """Returns, for each window, the onsets of the melody notes under which a phrase may be heard to close."""
        ends = gather_marked_phrase_ends(pieces, bars, windows)
        return ends if self._has_chords else [[] for _ in ends]


class AccompaniedWindows(NamedTuple):
    """Windows, of which the melodies count; the tracks that were written to each; the onsets of the notes of each
    melody under which a phrase may be heard to close; and the shape of their bars."""

    windows: Sequence[VoicePlanes]
    tracks: Sequence[Sequence[Planes]]
    closing_notes: Sequence[Sequence[int]]
    bar: BarShape = COMMON_TIME

    def features(self) -> list[dict[str, Vector]]:
        """Returns what the similarity index compares of each window."""
        return [
            window_features(window[0], tracks, self.bar)
            for window, tracks in zip(self.windows, self.tracks, strict=True)
        ]

    def metrics(self) -> dict[str, float]:
        """Returns the mean metrics of windows, and those of their lines over all windows together."""
        pairs = [(window[0], tracks) for window, tracks in zip(self.windows, self.tracks, strict=True)]
        lines = [lines_of_music(melody, tracks) for melody, tracks in pairs]
        return {
            **mean_metrics([measure_composition(melody, tracks, self.bar) for melody, tracks in pairs]),
            **measure_lines(zip(lines, self.closing_notes, strict=True)),
        }


class ReferenceMusic:
    """The composers' own music, with which a technique's is compared. metrics: its own."""

    def __init__(self, music: AccompaniedWindows) -> None:
        features = music.features()
        # A tiny selection has fewer windows than a density needs. Repeating all of them changes no density.
        self._similarity = SimilarityReference(features * (1 if len(features) > 2 else 3))
        self.metrics = music.metrics()

    def compare(self, music: AccompaniedWindows) -> dict[str, float]:
        """Returns the metrics and the similarity index of other music."""
        return {**music.metrics(), "similarityIndex": self._similarity.similarity_index(music.features())}
