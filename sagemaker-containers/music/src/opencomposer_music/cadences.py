"""How phrases end: which chord a phrase comes to rest on, and by which chord it gets there.

Keys change within a chorale, so a close is told by its two chords alone: a dominant is a major triad or a dominant
seventh chord on the fifth above the last root, or a diminished chord a semitone below it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from opencomposer_music.chords import TRIADS, Chord, chord_of, sounding_at
from opencomposer_music.voice_lines import LineNote, Lines, VoiceLines

Close = Literal["closed", "half", "otherTriad", "open"]
CLOSES: tuple[Close, ...] = ("closed", "half", "otherTriad", "open")
APPROACH_STEPS = 8
"""The number of steps before the last note of a phrase in which its last chord but one is looked for."""
HALF_CLOSE_MOVES = (1, 2, 5, 7, 10, 11)
"""The moves of the root, in semitones upwards, of half and plagal closes: by a fourth, a fifth or a step."""


def resting_chord(pitches: Iterable[int]) -> Chord | None:
    """Returns the triad in root position that pitches sound together, None for anything else. Its fifth may be missing,
    as it often is where a phrase ends."""
    every = list(pitches)
    chord = chord_of(every)
    if chord is not None:
        return chord if chord.quality in TRIADS and chord.in_root_position else None
    bass = min(every, default=0) % 12
    thirds = {frozenset((0, 4)): "major", frozenset((0, 3)): "minor"}
    quality = thirds.get(frozenset((pitch - bass) % 12 for pitch in every))
    return Chord(bass, quality, bass) if quality else None


def phrase_close(lines: VoiceLines, phrase_end: int) -> Close:
    """Returns how the phrase ends whose last melody note starts at step `phrase_end`.

    "closed" is V-I or vii-I. "half" is a half or plagal close, or another step, fourth or fifth of the root.
    "otherTriad" is any other way to a triad in root position. "open": none sounds under that note. Raises ValueError
    where no melody note starts.
    """
    note = next((note for note in lines.notes(0) if note.onset == phrase_end), None)
    if note is None:
        raise ValueError(f"a phrase should end with the melody note at step {phrase_end}, but none starts there")
    rest = _first_rest(lines, note)
    if rest is None:
        return "open"
    before = _chord_before(lines.pitches, phrase_end, rest.root)
    if before is None:
        return "otherTriad"
    move = (rest.root - before.root) % 12
    if (move == 5 and before.quality in ("major", "dominant seventh")) or (
        move == 1 and before.quality.startswith(("diminished", "half-diminished"))
    ):
        return "closed"
    return "half" if move in HALF_CLOSE_MOVES else "otherTriad"


def count_closes(lines: VoiceLines, phrase_ends: Iterable[int]) -> dict[str, int]:
    """Returns how many phrases end in each of CLOSES, and `phrases`, their number."""
    closes = [phrase_close(lines, end) for end in phrase_ends]
    return {"phrases": len(closes), **{close: closes.count(close) for close in CLOSES}}


def ends_in_root_position(lines: VoiceLines) -> bool:
    """Returns True if a triad in root position, or its root alone, sounds when the last melody note ends."""
    notes = lines.notes(0)
    if not notes:
        return False
    pitches = sounding_at(lines.pitches, notes[-1].end - 1)
    return resting_chord(pitches) is not None or len({pitch % 12 for pitch in pitches}) == 1


def moves_under_last_note(lines: VoiceLines) -> bool:
    """Returns True if any lower line starts a note after the last melody note has started."""
    notes = lines.notes(0)
    return bool(notes) and bool(lines.onsets[1:, notes[-1].onset + 1 :].any())


def _first_rest(lines: VoiceLines, note: LineNote) -> Chord | None:
    """Returns the first triad in root position under a melody note. A suspension may resolve while it sounds."""
    for step in range(note.onset, note.end):
        chord = resting_chord(sounding_at(lines.pitches, step))
        if chord is not None:
            return chord
    return None


def _chord_before(pitches: Lines, step: int, root: int) -> Chord | None:
    """Returns the last chord before a step that has another root."""
    for earlier in range(step - 1, max(-1, step - 1 - APPROACH_STEPS), -1):
        sounding = sounding_at(pitches, earlier)
        chord = chord_of(sounding) or resting_chord(sounding)
        if chord is not None and chord.root != root:
            return chord
    return None
