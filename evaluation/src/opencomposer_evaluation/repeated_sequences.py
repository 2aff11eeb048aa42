"""The sequences of notes that a voice repeats, as the grade of Fang et al. 2020 counts them."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import numpy.typing as npt
from opencomposer_music.voice_lines import REST, VoiceLines

HOLD = -2

Tokens = npt.NDArray[np.int64]


def repeated_sequences(lines: VoiceLines) -> Counter[int]:
    """Returns length in steps -> occurrences, of all sequences that any voice repeats.

    A sequence begins with a note or rest, has two or more of them, and may end within its last one. It occurs wherever
    the same pitches have the same rhythm. A sequence that only ever occurs inside a longer one does not count; one that
    several voices repeat counts once, with the last voice's occurrences.
    """
    found: dict[tuple[int, ...], int] = {}
    for voice in range(lines.voices):
        found |= _of_voice(_tokens(lines, voice))
    histogram: Counter[int] = Counter()
    for sequence, occurrences in found.items():
        histogram[len(sequence)] += occurrences
    return histogram


def _tokens(lines: VoiceLines, voice: int) -> Tokens:
    """Returns the pitch at each step where a note starts, REST where a silence starts, HOLD where either goes on."""
    line = lines.pitches[voice]
    tokens = np.where(lines.onsets[voice], line, HOLD)
    silent = line == REST
    starts = silent.copy()
    starts[1:] &= ~silent[:-1]
    return np.where(starts, REST, tokens)


def _of_voice(tokens: Tokens) -> dict[tuple[int, ...], int]:
    """Returns the repeated sequences of one voice that are part of no longer one, with their occurrences."""
    starts = [int(start) for start in np.flatnonzero(tokens != HOLD)]
    groups: dict[tuple[int, ...], list[int]] = {(): starts}
    found: dict[tuple[int, ...], int] = {}
    previous = {after: before for before, after in itertools.pairwise(starts)}
    # Sequences grow step by step, and only those that still occur twice grow on.
    while groups:
        grown: dict[tuple[int, ...], list[int]] = {}
        for sequence, places in groups.items():
            for place in places:
                end = place + len(sequence)
                if end < len(tokens):
                    grown.setdefault((*sequence, int(tokens[end])), []).append(place)
        grown = {sequence: places for sequence, places in grown.items() if len(places) > 1}
        longest = Counter[tuple[int, ...]]()
        for sequence, places in grown.items():
            longest[sequence[:-1]] = max(longest[sequence[:-1]], len(places))
        for sequence, places in groups.items():
            if sum(token != HOLD for token in sequence) < 2 or longest[sequence] == len(places):
                continue
            if not _goes_back(tokens, places, previous):
                found[sequence] = len(places)
        groups = grown
    return found


def _goes_back(tokens: Tokens, places: list[int], previous: dict[int, int]) -> bool:
    """Returns True if the same note with the same length comes before each of these places."""
    before = {
        tuple(int(token) for token in tokens[previous[place] : place]) if place in previous else () for place in places
    }
    return len(before) == 1 and () not in before
