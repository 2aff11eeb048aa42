"""Continuations of the same primes by several systems, beside how the composer went on: what is counted, and rows of a
table made from it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from opencomposer_music.chords import chord_of, sounding_at
from opencomposer_music.keys import Key, find_key
from opencomposer_music.phrase_ends import derive_phrase_ends
from opencomposer_music.piano_roll import STEPS_PER_BAR, STEPS_PER_BEAT, planes_to_notes
from opencomposer_music.similarity_index import Vector, window_features
from opencomposer_music.voice_lines import VoiceLines, lines_of, lines_of_tracks
from opencomposer_training.dataset import Piece, VoicePlanes

from opencomposer_evaluation.boundary_discontinuity import measure_bar_line
from opencomposer_evaluation.chorale_grade import GradeReference, chorale_features
from opencomposer_evaluation.chorale_metrics import chorale_statistics, measure_chorale, phrase_end_onsets
from opencomposer_evaluation.comparison import SIMILARITY, Row
from opencomposer_evaluation.continuations import prime_of
from opencomposer_evaluation.corpus import Windows
from opencomposer_evaluation.intervals import Estimate, Resampling, Statistic, estimate, estimate_median
from opencomposer_evaluation.similarity import SimilarityIndex
from opencomposer_evaluation.texture_metrics import measure_texture, texture_statistics
from opencomposer_evaluation.window_metrics import gather_totals, share

GRADE = "grade"
OF_CHORALES = (
    "parallelFifthsPer1000",
    "parallelOctavesPer1000",
    "beatParallelsPer100Bars",
    "phrasesClosed",
    "chordBeats",
    "seventhBeats",
    "vagueBeats",
    "leaptIntoDissonancesPerBar",
)
OF_TEXTURES = (
    "fourVoiceShare",
    "dissonantPairShare",
    "qualifiedNoteRate",
    "grooveConsistency",
    "scaleConsistency",
    "onsetsPerStep",
)
SEAM = ("changedVoices", "leap", "wideLeaps", "dissonantPairShare")
"""What is counted where new music begins (see boundary_discontinuity)."""


@dataclass(frozen=True)
class Measured:
    """What was counted in one continuation, its features for the similarity index, and its grade."""

    counts: Mapping[str, float]
    features: dict[str, Vector]
    grade: float


def continuation_statistics() -> Mapping[str, Statistic]:
    """Returns every statistic that is made of counts by its name in evaluation.json."""
    of_chorales, of_textures = chorale_statistics(), texture_statistics(1)
    return {
        **{name: of_textures[name] for name in OF_TEXTURES},
        **{name: of_chorales[name] for name in OF_CHORALES},
        "differentChords": share("differentChords", "windows"),
        "barsAsTheOneBefore": share("asBefore", "newBars"),
        "barsAsAnEarlierOne": share("asEarlier", "newBars"),
        "repeatedNoteShare": share("repeats", "repeats.of"),
        **{f"{name}AtTheSeam": share(f"seam/{name}", f"seam/{name}.of") for name in SEAM},
    }


def measure_continuation(music: VoicePlanes, prime: VoicePlanes) -> dict[str, float]:
    """Returns the counts of one continuation, to be summed. Counts with names ending in `.of` are divisors.

    Phrase ends are derived from the first voice, because new music has no fermatas.
    """
    voices = list(music)
    lines = lines_of_tracks(voices)
    counts: dict[str, float] = {
        **measure_chorale(lines, derive_phrase_ends(music[0])),
        # The steps of the texture are those that its shares are of.
        **measure_texture(music[0], voices[1:]),
        "differentChords": _different_chords(lines),
        **count_repeated_bars(music, prime),
        "repeats": 0,
        "repeats.of": 0,
    }
    for voice in voices:
        notes = planes_to_notes(voice)
        counts["repeats"] += sum(one.pitch == two.pitch for one, two in itertools.pairwise(notes))
        counts["repeats.of"] += max(0, len(notes) - 1)
    counts |= count_seam(np.concatenate([prime, music], axis=2), prime.shape[2] // STEPS_PER_BAR)
    return counts


def count_repeated_bars(music: VoicePlanes, prime: VoicePlanes) -> dict[str, float]:
    """Counts the bars of new music that are equal, in all voices, to the bar before, and to any bar before. Silent
    bars count, too."""
    before = _bars(prime)
    counts = {"newBars": 0.0, "asBefore": 0.0, "asEarlier": 0.0}
    for bar in _bars(music):
        counts["newBars"] += 1
        counts["asBefore"] += bar == before[-1]
        counts["asEarlier"] += bar in before
        before.append(bar)
    return counts


def count_seam(music: VoicePlanes, bar: int) -> dict[str, float]:
    """Returns what is counted at the line where bar `bar` begins."""
    voices = list(music)
    found = measure_bar_line(voices, voices, lines_of(voices), bar)
    counts: dict[str, float] = {}
    for name in SEAM:
        value, weight = found[name]
        counts[f"seam/{name}"] = 0.0 if value is None else value
        counts[f"seam/{name}.of"] = 0.0 if value is None else weight
    return counts


def features_of(music: VoicePlanes) -> dict[str, Vector]:
    """Returns the features of the similarity index of all voices: none of them is the melody of the others."""
    return window_features(np.zeros_like(music[0]), list(music))


class ContinuationComparison:
    """Measures continuations of the primes of one set of windows. All rows of the same windows draw the same tunes, so
    that their differences are paired. Pieces of one tune are alike, so tunes are drawn again, not pieces."""

    def __init__(
        self, windows: Windows, index: SimilarityIndex, reference: GradeReference, resampling: Resampling
    ) -> None:
        """index, reference: what similarity and grades compare with."""
        self.primes = [prime_of(window) for window in windows.planes]
        self._windows, self._index, self._reference = windows, index, reference
        self._resampling = resampling
        self._keys = [find_key(lines_of(list(prime))) for prime in self.primes]
        names = [windows.pieces[owner].tune for owner in windows.owners]
        _, self._tunes = np.unique(names, return_inverse=True)

    def of_split(self, split: str) -> list[int]:
        """Returns the numbers of the windows that are of a split."""
        return [number for number, owner in enumerate(self._windows.owners) if self._piece(owner).split == split]

    def _piece(self, owner: int) -> Piece:
        return self._windows.pieces[owner]

    def measure(self, music: Sequence[VoicePlanes]) -> list[Measured]:
        """Counts in the continuations of all primes."""
        return [
            Measured(measure_continuation(one, prime), features_of(one), self._grade(one, key))
            for one, prime, key in zip(music, self.primes, self._keys, strict=True)
        ]

    def _grade(self, music: VoicePlanes, key: Key) -> float:
        features = chorale_features(lines_of_tracks(list(music)), derive_phrase_ends(music[0]), key)
        return self._reference.grade(features).without_repeats

    def row(self, name: str, kind: str, measured: Sequence[Measured], of: Sequence[int] | None = None) -> Row:
        """Returns the row of measured continuations. of: the numbers of the windows that count, all by default."""
        chosen = list(range(len(measured))) if of is None else list(of)
        weights = self._resampling.weights(self._tunes[chosen])
        some = [measured[number] for number in chosen]
        totals = gather_totals([dict(one.counts) for one in some])
        estimates: dict[str, Estimate] = {
            statistic: estimate(totals, weights, value) for statistic, value in continuation_statistics().items()
        }
        estimates[GRADE] = estimate_median(np.array([one.grade for one in some]), weights)
        estimates[SIMILARITY], by_feature = self._index.estimate([one.features for one in some], weights)
        return Row(name, kind, estimates, by_feature)


def grade_reference(training: Sequence[Piece]) -> GradeReference:
    """Returns what grades compare with: the whole training pieces."""
    return GradeReference(
        chorale_features(lines_of_tracks(list(piece.planes)), phrase_end_onsets(piece)) for piece in training
    )


def _different_chords(lines: VoiceLines) -> int:
    """Returns how many different triads and seventh chords, by root and quality, sound on the beats."""
    chords = (chord_of(sounding_at(lines.pitches, step)) for step in range(0, lines.steps, STEPS_PER_BEAT))
    return len({(chord.root, chord.quality) for chord in chords if chord is not None})


def _bars(music: VoicePlanes) -> list[bytes]:
    """Returns each bar in a form that can be compared."""
    return [
        np.packbits(music[:, :, start : start + STEPS_PER_BAR]).tobytes()
        for start in range(0, music.shape[2], STEPS_PER_BAR)
    ]
