"""The grade of a chorale: how far its notes, rhythm, harmony, lines and mistakes are from those of Bach's chorales.

Fang, Liu, Seetharaman & Pardo 2020, "Bach or Mock? A Grading Function for Chorales in the Style of J.S. Bach"
(arXiv 2006.13329), by the definitions of the paper and of its authors' code
(github.com/asdfang/constraint-transformer-bach). Lower is better, and all features have the same weight. Each is the
Wasserstein distance between the chorale's distribution and the reference's:

- notes: degrees of the key, altered ones and rests, by their length; of the reference pieces in the same mode;
- rhythm: lengths of notes and rests;
- harmony: kinds of chords, whatever their root, whenever a voice moves or repeats its note; in the same mode;
- soprano, alto, tenor, bass: intervals from note to note, up and down apart; in the same mode;
- parallels: fifths against octaves between notes that both move, times how many more a note there are than in the
  reference. Moves out of the end of a phrase do not count;
- repeats: lengths of the sequences that a voice repeats (repeated_sequences).

Kinds are ranked by how frequent they are in the reference, the most frequent first, and those that the reference does
not have come last; a distance is between ranks. Repeated sequences are compared by their lengths in steps.

Differences to the authors': pitches are spelled as is usual in the key, not as an edition spells them; degrees count
without their spelling; the silence before the first and after the last note of a piece is no rest; a note over a bar
line is one note. On Bach's chorales the authors' median is 4.91; ours is 5.3 on test pieces, 4.8 on the reference's.
The grade that this project sets its goals by leaves the repeats out (see `Grade.without_repeats`).
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from opencomposer_music.chords import chord_of
from opencomposer_music.keys import Key, Mode, find_key
from opencomposer_music.voice_lines import REST, LineNote, VoiceLines

from opencomposer_evaluation.repeated_sequences import repeated_sequences

VOICES = ("soprano", "alto", "tenor", "bass")
BY_MODE = ("notes", "harmony", *VOICES)
PARALLEL_KINDS = ("fifth", "octave")
FEATURES = ("notes", "rhythm", "parallels", "harmony", *VOICES, "repeats")

Histogram = Mapping[str, float]


@dataclass(frozen=True)
class ChoraleFeatures:
    """What the grade looks at. `histograms`: how often each kind occurs, by feature; `notes`: number of notes;
    `repeats`: length in steps -> number of repeated sequences."""

    mode: Mode
    histograms: Mapping[str, Counter[str]]
    parallels: Counter[str]
    notes: int
    repeats: Counter[int]


@dataclass(frozen=True)
class Grade:
    """The distance of a chorale in each of FEATURES."""

    features: Mapping[str, float]

    @property
    def total(self) -> float:
        """Returns the grade of the paper, the sum of its nine features."""
        return sum(self.features.values())

    @property
    def without_repeats(self) -> float:
        """Returns the sum of the other eight features. The ninth says more about the form that the melody brings, and
        about a piece's length, than about an accompaniment."""
        return self.total - self.features["repeats"]

    @property
    def without_parallels(self) -> float:
        """Returns the eight features less the parallels, whose count can outweigh everything else."""
        return self.without_repeats - self.features["parallels"]


def chorale_features(lines: VoiceLines, phrase_ends: Collection[int] = (), key: Key | None = None) -> ChoraleFeatures:
    """Reads the features of four lines.

    phrase_ends: the steps at which the melody notes start that end a phrase; key: None finds it in the music itself.
    Raises ValueError for music that has not four lines.
    """
    if lines.voices != len(VOICES):
        raise ValueError(f"a chorale has {len(VOICES)} lines, but this music has {lines.voices}")
    key = key or find_key(lines.pitches)
    notes = [lines.notes(voice) for voice in range(lines.voices)]
    first = min((line[0].onset for line in notes if line), default=0)
    last = max((line[-1].end for line in notes if line), default=0)
    histograms = {
        "notes": _degrees(lines.cut(first, last), key),
        "rhythm": _lengths(notes, first, last),
        "harmony": _harmony(lines),
        **{name: _intervals(line, key) for name, line in zip(VOICES, notes, strict=True)},
    }
    repeats = repeated_sequences(lines.cut(first, last))
    return ChoraleFeatures(
        key.mode, histograms, _parallel_errors(notes, frozenset(phrase_ends)), sum(map(len, notes)), repeats
    )


class GradeReference:
    """The distributions that chorales are compared with."""

    def __init__(self, pieces: Iterable[ChoraleFeatures]) -> None:
        """Adds up the features of the reference pieces. A mode that none of them has is compared with all of them.
        Raises ValueError without any piece."""
        histograms: dict[str, Counter[str]] = {}
        parallels: Counter[str] = Counter(dict.fromkeys(PARALLEL_KINDS, 0))
        repeats: Counter[int] = Counter()
        every = list(pieces)
        if not every:
            raise ValueError("the reference of grades needs at least one piece, but has none")
        present = {piece.mode for piece in every}
        for piece in every:
            stands_for: tuple[Mode, ...] = ("major", "minor") if len(present) == 1 else (piece.mode,)
            for feature, histogram in piece.histograms.items():
                for name in {_name(feature, mode) for mode in stands_for}:
                    histograms.setdefault(name, Counter()).update(histogram)
            parallels.update(piece.parallels)
            repeats.update(piece.repeats)
        notes = sum(piece.notes for piece in every)
        self._distributions = {name: _shares(histogram) for name, histogram in histograms.items()}
        self._parallels = _shares(parallels)
        self._parallels_a_note = sum(parallels.values()) / notes
        self._repeats = repeats

    def grade(self, chorale: ChoraleFeatures) -> Grade:
        """Returns the distances of a chorale."""
        features: dict[str, float] = {
            feature: ranked_distance(_shares(histogram), self._distributions[_name(feature, chorale.mode)])
            for feature, histogram in chorale.histograms.items()
        }
        features["parallels"] = self._parallel_distance(chorale)
        features["repeats"] = _length_distance(chorale.repeats, self._repeats)
        return Grade({feature: features[feature] for feature in FEATURES})

    def _parallel_distance(self, chorale: ChoraleFeatures) -> float:
        errors = sum(chorale.parallels.values())
        if errors == 0 or self._parallels_a_note == 0:
            return 0.0
        often = errors / chorale.notes / self._parallels_a_note
        return often * ranked_distance(_shares(chorale.parallels), self._parallels)


def ranked_distance(chorale: Histogram, reference: Histogram) -> float:
    """Returns the Wasserstein distance between two distributions over kinds, which are ranked by their share of the
    reference. Kinds that the reference does not have come last, the rarest first. A chorale without any kind has
    distance 0."""
    if not chorale:
        return 0.0
    known = sorted(reference, key=lambda kind: -reference[kind])
    unknown = sorted((kind for kind in chorale if kind not in reference), key=lambda kind: chorale[kind])
    difference = [chorale.get(kind, 0.0) - reference.get(kind, 0.0) for kind in (*known, *unknown)]
    # Between ranks, which are a unit apart, the distance is the area between the two cumulative distributions.
    return float(np.abs(np.cumsum(difference)).sum())


def _length_distance(chorale: Counter[int], reference: Counter[int]) -> float:
    """Returns the Wasserstein distance between two distributions of lengths. No sequence at all is a length of 0."""
    difference = np.zeros(1 + max((*chorale, *reference), default=0))
    for histogram, sign in ((chorale, 1.0), (reference, -1.0)):
        total = sum(histogram.values())
        if total == 0:
            difference[0] += sign
        for length, count in histogram.items():
            difference[length] += sign * count / total
    return float(np.abs(np.cumsum(difference)).sum())


def _name(feature: str, mode: Mode) -> str:
    """Returns the name of the distribution that a feature of a piece in this mode is compared with."""
    return f"{feature}/{mode}" if feature in BY_MODE else feature


def _shares(histogram: Counter[str]) -> dict[str, float]:
    total = sum(histogram.values())
    return {kind: count / total for kind, count in histogram.items()} if total else {}


def _degrees(lines: VoiceLines, key: Key) -> Counter[str]:
    """Counts the steps at which each degree above the tonic sounds, and rests."""
    counts: Counter[str] = Counter()
    for pitch, steps in zip(*np.unique(lines.pitches, return_counts=True), strict=True):
        counts["rest" if pitch == REST else str((int(pitch) - key.tonic) % 12)] += int(steps)
    return counts


def _lengths(notes: Iterable[list[LineNote]], first: int, last: int) -> Counter[str]:
    """Counts the lengths in steps of all notes, and of the silences between them within the piece."""
    counts: Counter[str] = Counter()
    for line in notes:
        end = first
        for note in line:
            if note.onset > end:
                counts[str(note.onset - end)] += 1
            counts[str(note.duration)] += 1
            end = note.end
        if last > end:
            counts[str(last - end)] += 1
    return counts


def _harmony(lines: VoiceLines) -> Counter[str]:
    """Counts the kinds of chords, one for each step at which any line starts or ends a note."""
    sounding = lines.pitches != REST
    ends = np.zeros_like(sounding)
    ends[:, 1:] = sounding[:, :-1] & ~sounding[:, 1:]
    counts: Counter[str] = Counter()
    for step in np.flatnonzero((lines.onsets | ends).any(axis=0)):
        pitches = [int(pitch) for pitch in lines.pitches[:, step] if pitch != REST]
        if pitches:
            counts[harmonic_quality(pitches)] += 1
    return counts


_OTHER_QUALITIES = {
    (0,): "one tone",
    (0, 5): "fourth or fifth",
    (0, 2, 7): "suspended",
    (0, 2, 5, 7): "suspended seventh",
    (0, 2, 6): "seventh without fifth",
    (0, 2, 6, 8): "seventh with flat fifth",
    (0, 2, 4, 8): "augmented seventh",
}
"""What music21 names besides triads and seventh chords and four voices can play: pitch classes above the lowest, in
their most compact order."""


def harmonic_quality(pitches: Iterable[int]) -> str:
    """Returns the kind of chord of pitches that sound together, whatever its root and inversion."""
    every = list(pitches)
    chord = chord_of(every)
    if chord is not None and len({pitch % 12 for pitch in every}) in (3, 4):
        return chord.quality
    return _OTHER_QUALITIES.get(_compact({pitch % 12 for pitch in every}), "unidentifiable")


def _compact(classes: set[int]) -> tuple[int, ...]:
    """Returns the rotation of pitch classes with the smallest span, moved to 0."""
    ordered = sorted(classes)
    rotations = [
        tuple((tone - ordered[start]) % 12 for tone in (*ordered[start:], *ordered[:start]))
        for start in range(len(ordered))
    ]
    return min(rotations, key=lambda tones: (tones[-1], tones))


def _intervals(line: list[LineNote], key: Key) -> Counter[str]:
    """Counts the intervals between notes that follow each other without a rest, with their direction. Staff positions
    and semitones together tell an augmented fourth from a diminished fifth."""
    return Counter(
        f"{key.staff_position(after.pitch) - key.staff_position(before.pitch):+d}/{after.pitch - before.pitch:+d}"
        for before, after in itertools.pairwise(line)
        if before.end == after.onset
    )


def _parallel_errors(notes: list[list[LineNote]], phrase_ends: frozenset[int]) -> Counter[str]:
    """Counts parallel fifths and octaves between two notes of one line and two of another, where both second notes
    start together and neither line has a rest between its two notes. A unison is no octave."""
    counts: Counter[str] = Counter()
    moves = [
        {after.onset: (before, after) for before, after in itertools.pairwise(line) if before.end == after.onset}
        for line in notes
    ]
    for upper, lower in itertools.combinations(moves, 2):
        for onset in upper.keys() & lower.keys():
            (high, higher), (low, lower_note) = upper[onset], lower[onset]
            if high.onset in phrase_ends or high.pitch == higher.pitch or low.pitch == lower_note.pitch:
                continue
            first, second = high.pitch - low.pitch, higher.pitch - lower_note.pitch
            if first % 12 == second % 12 == 7:
                counts["fifth"] += 1
            elif first % 12 == second % 12 == 0 and (first == 0) == (second == 0):
                counts["octave"] += 1
    return counts
