"""Chords by name, out of the pitches that sound together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from opencomposer_music.piano_roll import STEPS_PER_BEAT
from opencomposer_music.voice_lines import REST, Lines, VoiceLines

TRIADS: dict[str, tuple[int, ...]] = {
    "major": (0, 4, 7),
    "minor": (0, 3, 7),
    "diminished": (0, 3, 6),
    "augmented": (0, 4, 8),
}
SEVENTHS: dict[str, tuple[int, ...]] = {
    "dominant seventh": (0, 4, 7, 10),
    "minor seventh": (0, 3, 7, 10),
    "major seventh": (0, 4, 7, 11),
    "half-diminished seventh": (0, 3, 6, 10),
    "diminished seventh": (0, 3, 6, 9),
    "minor-major seventh": (0, 3, 7, 11),
    "augmented-major seventh": (0, 4, 8, 11),
}
INCOMPLETE: dict[str, tuple[int, ...]] = {
    "dominant seventh": (0, 4, 10),
    "minor seventh": (0, 3, 10),
    "major seventh": (0, 4, 11),
}
"""Seventh chords without their fifth, which four voices often leave out."""


@dataclass(frozen=True)
class Chord:
    """A chord: the pitch class of its root, its quality (a name of TRIADS or SEVENTHS), the pitch class of its bass."""

    root: int
    quality: str
    bass: int

    @property
    def in_root_position(self) -> bool:
        """Returns True if the root is the bass."""
        return self.root == self.bass


def _transpositions(tables: Iterable[dict[str, tuple[int, ...]]]) -> dict[frozenset[int], list[tuple[int, str]]]:
    found: dict[frozenset[int], list[tuple[int, str]]] = {}
    for table in tables:
        for quality, tones in table.items():
            for root in range(12):
                found.setdefault(frozenset((root + tone) % 12 for tone in tones), []).append((root, quality))
    return found


_NAMES = _transpositions((TRIADS, SEVENTHS, INCOMPLETE))


def chord_of(pitches: Iterable[int]) -> Chord | None:
    """Returns the chord of pitches that sound together (MIDI numbers, any order); None where they are no triad and no
    seventh chord. Of several possible roots (augmented and diminished seventh chords) it takes the bass."""
    every = list(pitches)
    if not every:
        return None
    bass = min(every) % 12
    names = _NAMES.get(frozenset(pitch % 12 for pitch in every))
    if names is None:
        return None
    root, quality = min(names, key=lambda name: name[0] != bass)
    return Chord(root, quality, bass)


def sounding_at(lines: Lines, step: int) -> list[int]:
    """Returns the pitches that lines [voices, steps] sound at a step."""
    return [int(pitch) for pitch in lines[:, step] if pitch != REST]


def count_chords(lines: VoiceLines) -> dict[str, int]:
    """Counts the beats at which anything sounds: all; with a triad or seventh chord; with a seventh chord; with three
    or more tones that are neither. Two tones alone are none of these."""
    counts = dict.fromkeys(("beats", "chordBeats", "seventhBeats", "vagueBeats"), 0)
    for beat in range(0, lines.steps, STEPS_PER_BEAT):
        pitches = sounding_at(lines.pitches, beat)
        if not pitches:
            continue
        counts["beats"] += 1
        chord = chord_of(pitches)
        if chord is not None:
            counts["chordBeats"] += 1
            counts["seventhBeats"] += chord.quality in SEVENTHS
        elif len({pitch % 12 for pitch in pitches}) > 2:
            counts["vagueBeats"] += 1
    return counts
