"""Whole chorales, harmonized by several accompanists: the grade, and what is counted in four lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from opencomposer_music.keys import Key, find_key
from opencomposer_music.piano_roll import Planes
from opencomposer_music.voice_lines import VoiceLines, as_voices
from opencomposer_training.dataset import Piece

from opencomposer_evaluation.accompanists import Accompanist, accompany_many
from opencomposer_evaluation.chorale_grade import FEATURES, Grade, GradeReference, chorale_features
from opencomposer_evaluation.chorale_metrics import chorale_statistics, measure_chorale, phrase_end_onsets
from opencomposer_evaluation.intervals import Estimate, Resampling, estimate, estimate_median, mean_estimate
from opencomposer_evaluation.melodies import transposed
from opencomposer_evaluation.voice_order import count_voice_order
from opencomposer_evaluation.window_metrics import gather_totals, share

SAMPLING_SEEDS = 3
AN_OCTAVE_LOWER = -12
"""Where a low tune lies: sopranos then have their middle at C4, about where beginners play."""

ABOVE_LOW_TUNE = "aboveLowTune"


def _feature(name: str) -> Callable[[Grade], float]:
    return lambda grade: grade.features[name]


GRADES: Mapping[str, Callable[[Grade], float]] = {
    "grade": lambda grade: grade.without_repeats,
    "gradeWithRepeats": lambda grade: grade.total,
    "gradeWithoutParallels": lambda grade: grade.without_parallels,
    **{f"grade/{feature}": _feature(feature) for feature in FEATURES},
}
"""The statistics that are medians over pieces, by their names in evaluation.json."""


@dataclass(frozen=True)
class ChoraleRow:
    """One line of the tables: a name, its kind, and an estimate for each statistic."""

    name: str
    kind: str
    estimates: Mapping[str, Estimate]

    def to_json(self) -> dict[str, object]:
        """Returns names and rounded numbers."""
        metrics = {name: value.to_json() for name, value in self.estimates.items()}
        return {"name": self.name, "kind": self.kind, "metrics": metrics}


class ChoraleComparison:
    """Measures harmonizations of the melodies of whole pieces. All rows draw the same tunes, so that their differences
    are paired. Pieces of one tune are alike, so tunes are drawn again, not pieces."""

    def __init__(
        self, reference: Iterable[Piece], pieces: Sequence[Piece], resampling: Resampling, seeds: int = SAMPLING_SEEDS
    ) -> None:
        """reference: the pieces that grades compare with; seeds: how often an accompanist plays each melody."""
        self._pieces = tuple(pieces)
        self._seeds = seeds
        self._ends = [phrase_end_onsets(piece) for piece in pieces]
        self._keys = [_key(piece) for piece in pieces]
        _, tunes = np.unique([piece.tune for piece in pieces], return_inverse=True)
        # Each row draws the same tunes, however often its melodies are played.
        self._weights = {times: resampling.weights(np.tile(tunes, times)) for times in {1, seeds}}
        self._reference = GradeReference(
            chorale_features(_composed(piece), phrase_end_onsets(piece), _key(piece)) for piece in reference
        )

    def composer(self, name: str, kind: str) -> ChoraleRow:
        """Returns the row of the pieces as they are."""
        return self._row(name, kind, [_composed(piece) for piece in self._pieces])

    def composer_in_one_track(self, name: str, kind: str) -> ChoraleRow:
        """Returns the row of the pieces with their lower voices in one track, which shows what splitting changes."""
        return self._row(name, kind, [_in_one_track(piece) for piece in self._pieces])

    def played(self, name: str, kind: str, player: Accompanist) -> ChoraleRow:
        """Returns the row of an accompanist, which hears each melody alone, and once more an octave lower."""
        melodies = [piece.planes[0] for _ in range(self._seeds) for piece in self._pieces]
        row = self._row(name, kind, _play(player, melodies))
        low = [transposed(piece.planes[0], AN_OCTAVE_LOWER) for piece in self._pieces]
        return replace(row, estimates={**row.estimates, ABOVE_LOW_TUNE: self._share_above_tune(_play(player, low))})

    def _row(self, name: str, kind: str, music: Sequence[VoiceLines]) -> ChoraleRow:
        times = len(music) // len(self._pieces)
        counts: list[dict[str, float]] = []
        grades: list[Grade] = []
        for lines, ends, key in zip(music, self._ends * times, self._keys * times, strict=True):
            counts.append(measure_chorale(lines, ends))
            grades.append(self._reference.grade(chorale_features(lines, ends, key)))
        weights, totals = self._weights[times], gather_totals(counts)
        estimates = {
            statistic: estimate_median(np.array([measure(grade) for grade in grades]), weights)
            for statistic, measure in GRADES.items()
        }
        for statistic, measure_sums in chorale_statistics().items():
            estimates[statistic] = estimate(totals, weights, measure_sums)
        # No register changes where a composer's own voices lie.
        return ChoraleRow(name, kind, {**estimates, ABOVE_LOW_TUNE: estimates["aboveTune"]})

    def _share_above_tune(self, music: Sequence[VoiceLines]) -> Estimate:
        totals = gather_totals([dict[str, float](count_voice_order(lines)) for lines in music])
        return estimate(totals, self._weights[1], share("aboveTune", "tune"))


def mean_chorale_row(name: str, kind: str, rows: Sequence[ChoraleRow]) -> ChoraleRow:
    """Returns the mean of rows of one comparison, each statistic for itself."""
    statistics = rows[0].estimates
    return ChoraleRow(name, kind, {key: mean_estimate([row.estimates[key] for row in rows]) for key in statistics})


def _composed(piece: Piece) -> VoiceLines:
    return as_voices(piece.planes[0], list(piece.planes[1:]))


def _in_one_track(piece: Piece) -> VoiceLines:
    return as_voices(piece.planes[0], [np.asarray(piece.planes[1:].any(axis=0))])


def _play(player: Accompanist, melodies: Sequence[Planes]) -> list[VoiceLines]:
    """Returns what the player makes of melodies. The seed of each is its number."""
    played = accompany_many(player, melodies, range(len(melodies)))
    return [as_voices(melody, tracks) for melody, tracks in zip(melodies, played, strict=True)]


def _key(piece: Piece) -> Key:
    """Returns the key of a piece by all its own voices, in which everyone's harmonization of its tune is graded."""
    return find_key(_composed(piece).pitches)
