"""Decides where the phrases of a melody end.

Both techniques hear it as one plane of their input, so that they can close a phrase with a cadence. A piece of a data
set may state its phrase ends (chorales have fermatas); those of any other piece, and of the melody that a user brings,
are derived here. The rule weighs what the gap rule, the phrase length rule and the parallelism rule of Temperley's
"Grouper" weigh (The Cognition of Basic Musical Structures, 2001, chapter 3), with numbers that are counted.

It imports numpy only.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from opencomposer_music.piano_roll import (
    ONSET,
    SOUNDING,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    Planes,
    Steps,
    highest_voice,
)

# The tables are logarithms of ratios, counted in the training pieces of the chorales: how much more often a note that
# ends a phrase has the feature than another one (datasets/measure_phrase_ends.py).
LENGTH_WEIGHTS = np.array([-4.0, -0.21, -2.99, 1.69, 4.0])
"""By the time to the next note in units of the tune's median: less than 1, 1, less than 2, less than 3, or more."""
REST_WEIGHTS = np.array([-0.1, 4.0])
"""By what follows: a note, or a rest that is longer than the tune's notes usually have after them."""
NEXT_START_WEIGHTS = np.array([1.66, -0.89, -1.88, -4.0])
"""By the place in the bar where the next note begins: that of the tune's first note, half a bar from it, another beat,
or off the beat. Phrases that have an upbeat have the same one."""
PLACE_WEIGHTS = np.array([0.13, 1.35, -2.14, -4.0])
"""By the place of the note itself: the first beat of a bar, the third, another beat, or off the beat."""
UNUSUAL_LENGTH = -6.0
"""The logarithm of a share that stands for a phrase length which no phrase of the training pieces has."""
PHRASE_LENGTHS = {
    1: -5.44, 4: -3.11, 5: -4.68, 6: -3.56, 7: -3.4, 8: -0.39, 9: -3.92, 10: -2.9, 11: -4.45, 12: -2.55,
    14: -5.78, 16: -4.9, 20: -5.44,
}  # fmt: skip
"""The logarithm of the share of the phrases that have this length in beats."""
LONG_REST = STEPS_PER_BEAT // 2
"""A shorter rest is a way of playing a note, not a breath."""


def derive_phrase_ends(melody: Planes) -> list[int]:
    """Returns the onsets of the notes that end a phrase in the highest line of planes [2, steps, pitches].

    A note is more likely to end a phrase the longer it is, when a rest follows it, when it begins on the first or the
    third beat of a bar, and when the next note begins where in its bar the tune's first note does; and some lengths of
    phrases are likelier than others, most of all two bars. Of all ways to divide the tune into phrases the likeliest is
    chosen. The last note ends a phrase.
    """
    line = highest_voice(melody)
    onsets = np.flatnonzero(line[ONSET].any(axis=1))
    if len(onsets) == 0:
        return []
    ends = _note_ends(line, onsets)
    following = np.append(onsets[1:], ends[-1])  # the onset of the next note
    evidence = _evidence(onsets, ends, following)
    best = np.full(len(onsets) + 1, -np.inf)
    best[0] = 0.0
    first_note = np.zeros(len(onsets), dtype=np.int64)  # of the last phrase, by that phrase's last note
    for note, end in enumerate(following):
        totals = best[: note + 1] + _length_scores(end - onsets[: note + 1])
        first_note[note] = int(totals.argmax())
        best[note + 1] = totals[first_note[note]] + evidence[note]
    chosen: list[int] = []
    note = len(onsets) - 1
    while note >= 0:
        chosen.append(int(onsets[note]))
        note = int(first_note[note]) - 1
    return chosen[::-1]


def phrase_end_steps(melody: Planes, ends: Iterable[int]) -> Steps:
    """Returns the steps [steps] at which a note that ends a phrase sounds in the highest line of planes [2, steps,
    pitches]. ends: the onsets of these notes."""
    line = highest_voice(melody)
    onsets = np.flatnonzero(line[ONSET].any(axis=1))
    is_end = np.isin(onsets, np.fromiter(ends, dtype=np.int64))
    marked = np.zeros(line.shape[1], dtype=np.bool_)
    for onset, end in zip(onsets[is_end], _note_ends(line, onsets)[is_end], strict=True):
        marked[onset:end] = True
    return marked


def derive_phrase_end_steps(melody: Planes) -> Steps:
    """Returns the steps [steps] at which a note sounds that ends a phrase by `derive_phrase_ends`."""
    return phrase_end_steps(melody, derive_phrase_ends(melody))


def with_phrase_ends(planes: npt.NDArray[np.bool_], marked: Steps) -> npt.NDArray[np.bool_]:
    """Returns planes [planes, steps, pitches] with one more, which is set at every pitch of the marked steps."""
    plane = np.broadcast_to(marked[:, np.newaxis], planes.shape[1:])
    return np.concatenate([planes, plane[np.newaxis]])


def _note_ends(line: Planes, onsets: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Returns the step after the last one of each note of a line that has one note at a time."""
    silent = np.append(~line[SOUNDING].any(axis=1), True)
    rests = np.flatnonzero(silent)
    to_rest = rests[np.searchsorted(rests, onsets)]
    return np.minimum(to_rest, np.append(onsets[1:], line.shape[1]))


def _evidence(
    onsets: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], following: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Returns how much each note's own features speak for a phrase end, as a logarithm. The last note needs none."""
    times = following - onsets
    relative = times / np.median(times)
    rests = following - ends
    breath = (rests >= LONG_REST) & (rests > np.median(rests))
    length = np.select([relative < 1, relative == 1, relative < 2, relative < 3], [0, 1, 2, 3], 4)
    evidence = LENGTH_WEIGHTS[length] + REST_WEIGHTS[breath.astype(np.int64)]
    evidence += NEXT_START_WEIGHTS[_place_in_bar(following - onsets[0])] + PLACE_WEIGHTS[_place_in_bar(onsets)]
    evidence[-1] = 0.0
    return np.asarray(evidence, dtype=np.float64)


def _place_in_bar(steps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Returns 0 for the beginning of a bar, 1 for its middle, 2 for another beat, 3 for a step off the beat."""
    place = steps % STEPS_PER_BAR
    return np.select([place == 0, place == STEPS_PER_BAR // 2, place % STEPS_PER_BEAT == 0], [0, 1, 2], 3)


def _length_scores(steps: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    known = np.full(max(PHRASE_LENGTHS) * STEPS_PER_BEAT + 1, UNUSUAL_LENGTH)
    for beats, score in PHRASE_LENGTHS.items():
        known[beats * STEPS_PER_BEAT] = score
    return np.where(steps < len(known), known[np.minimum(steps, len(known) - 1)], UNUSUAL_LENGTH)
