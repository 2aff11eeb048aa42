"""Dissonances between two lines, and how the lines come into them and out of them. In a chorale they are prepared or
passed through by step; one that is leapt into, or left by leap, sounds like a wrong note."""

from __future__ import annotations

import itertools

from opencomposer_music.voice_leading import LARGEST_STEP
from opencomposer_music.voice_lines import REST, VoiceLines

DISSONANT = (1, 2, 10, 11)
"""Seconds and sevenths, in semitones modulo the octave. A tritone belongs to chords that close a phrase."""


def count_dissonances(lines: VoiceLines) -> dict[str, int]:
    """Counts dissonances: times at which two lines come to hold a second or seventh.

    leaptInto: those that a line leaps into; left: those that end because a line moves on without a rest; leftByLeap: of
    these, those in which every line that moves leaps.
    """
    counts = dict.fromkeys(("dissonances", "leaptInto", "left", "leftByLeap"), 0)
    moves = [_moves(lines, voice) for voice in range(lines.voices)]
    for one, two in itertools.combinations(range(lines.voices), 2):
        for start, end in _dissonant_spans(lines, one, two):
            counts["dissonances"] += 1
            counts["leaptInto"] += any(moves[voice].get(start, 0) > LARGEST_STEP for voice in (one, two))
            away = [moves[voice][end] for voice in (one, two) if moves[voice].get(end, 0) > 0]
            counts["left"] += bool(away)
            counts["leftByLeap"] += bool(away) and min(away) > LARGEST_STEP
    return counts


def _moves(lines: VoiceLines, voice: int) -> dict[int, int]:
    """Returns the semitones that a line moves at each step at which a note follows another without a rest."""
    return {
        after.onset: abs(after.pitch - before.pitch)
        for before, after in itertools.pairwise(lines.notes(voice))
        if before.end == after.onset
    }


def _dissonant_spans(lines: VoiceLines, one: int, two: int) -> list[tuple[int, int]]:
    """Returns the first step of each dissonance of two lines, and the step at which either line has another pitch."""
    spans: list[tuple[int, int]] = []
    held: tuple[int, int] | None = None
    start = 0
    pairs = [(int(high), int(low)) for high, low in zip(lines.pitches[one], lines.pitches[two], strict=True)]
    for step, pair in enumerate([*pairs, (REST, REST)]):
        if pair == held:
            continue
        if held is not None:
            spans.append((start, step))
        held = pair if REST not in pair and abs(pair[0] - pair[1]) % 12 in DISSONANT else None
        start = step
    return spans
