"""Decides where the phrases of a melody end.

U-Net GAN and AR-CNN hear it as one plane of their input, so that they can close a phrase with a cadence. A piece of a
data set may state its phrase ends (chorales have fermatas); those of any other piece, and of the melody that a user
brings, are derived here. The rule weighs what the gap rule, the phrase length rule and the parallelism rule of
Temperley's "Grouper" weigh (The Cognition of Basic Musical Structures, 2001, chapter 3), and the pitches around a note,
by numbers that are counted (datasets/measure_phrase_ends.py; docs/experiments/phrase-ends.md says how well it finds
fermatas).

It imports numpy only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from opencomposer_music.piano_roll import (
    STEPS_PER_BEAT,
    Planes,
    Steps,
    highest_voice,
    planes_to_notes,
)
from opencomposer_music.time_signatures import COMMON_TIME, BarShape

Integers = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]

# The weights are logarithms of ratios, counted in the training pieces of the chorales: how much more often a note that
# ends a phrase has the feature than another note.
RHYTHM_WEIGHTS = np.array(
    [
        [[-1.8, -0.6, -4.0, -4.0], [-4.0, -3.1, -4.0, -4.0], [-4.0, -4.0, -4.0, -4.0], [-4.0, -4.0, -4.0, -4.0]],
        [[0.3, 1.8, 0.1, -4.0], [-1.6, -1.2, -3.2, -4.0], [-3.6, -0.9, -4.0, -4.0], [-4.0, -4.0, -4.0, -4.0]],
        [[0.9, 2.1, -1.3, -4.0], [-1.6, -0.4, -3.9, -4.0], [-4.0, -1.4, -4.0, -4.0], [-4.0, -4.0, -4.0, -4.0]],
        [[4.0, 3.2, 1.5, 0.4], [2.0, 4.0, -4.0, -2.2], [-0.4, 1.0, 1.4, -3.2], [-1.2, 0.1, -3.4, -4.0]],
        [[4.0, 4.0, 4.0, 3.9], [4.0, 3.3, 4.0, 1.4], [4.0, 4.0, 3.4, 0.4], [2.4, 3.6, -4.0, -2.8]],
    ]
)
"""[length, next start, place] (see NoteFeatures)."""
REST_WEIGHTS = np.array([-0.1, 4.0])
DEGREE_WEIGHTS = np.array([0.6, -2.1, -0.1, 0.0, -0.2, -0.8, -1.2, 0.3, -0.7, -1.1, -0.1, 0.4])
APPROACH_WEIGHTS = np.array([-0.5, 0.6, -0.1, 0.6, 0.4, -0.7, 0.2, -0.6, -3.2, -2.7, -3.6])
DEPARTURE_WEIGHTS = np.array([1.2, 0.6, -0.5, -1.8, -1.6, 0.8, -1.2, -0.7, 2.1, 3.6, 1.9])
MAX_INTERVAL = 5
"""Larger intervals count as this one."""
UNUSUAL_LENGTH = -6.0
"""The logarithm of a share that stands for a phrase length which hardly any phrase of the training pieces has."""
PHRASE_LENGTHS = {
    1: -5.4, 4: -3.1, 5: -4.7, 6: -3.6, 7: -3.4, 8: -0.4, 9: -3.9, 10: -2.9,
    11: -4.4, 12: -2.5, 14: -5.8, 16: -4.9, 20: -5.4,
}  # fmt: skip
"""The logarithm of the share of the phrases that have this length in beats of the 4/4 in which they were counted. In
other bars the unit is longer (`_phrase_unit`)."""
LONG_REST = STEPS_PER_BEAT // 2
"""A shorter rest is a way of playing a note, not a breath."""


class NoteFeatures(NamedTuple):
    """What the rule sees of each note of a melody, [notes] each.

    onsets: in steps; following: the onset of the next note, and after the last note the next beat.
    length: the time to the next note in units of the tune's median: less than 1, 1, less than 2, less than 3, or more.
    next_start: where the next note begins: at the place in the bar of the tune's first note (phrases that have an
    upbeat have the same one), half a bar from it, at another beat from it, or elsewhere.
    place: where the note itself begins: at the first beat of a bar, in its middle if a beat begins there, at another
    beat, or off the beat.
    rest: 1 where a rest follows that is longer than what the tune's notes usually have after them.
    degree: semitones above the pitch class of the last note, which is the tonic of most tunes.
    approach, departure: the interval from the note before and to the note after, in semitones from -5 (0) to 5 (10).
    """

    onsets: Integers
    following: Integers
    length: Integers
    next_start: Integers
    place: Integers
    rest: Integers
    degree: Integers
    approach: Integers
    departure: Integers


def derive_phrase_ends(melody: Planes, bar: BarShape = COMMON_TIME) -> list[int]:
    """Returns the onsets of the notes that end a phrase in the highest line of planes [2, steps, pitches].

    A note is more likely to end a phrase the longer it is, when a rest follows it, when it begins on the first or the
    third beat of a bar, when the next note begins where in its bar the tune's first note does, when it is a note of the
    tonic's chord, is reached by step and left by a leap or a repetition; and some lengths of phrases are likelier than
    others, most of all two bars. Of all ways to divide the tune into phrases the likeliest is chosen (Viterbi 1967).
    The last note ends a phrase. bar: the shape of the tune's bars.
    """
    features = note_features(melody, bar)
    count = len(features.onsets)
    evidence = _evidence(features)
    best = np.full(count + 1, -np.inf)
    best[0] = 0.0
    first_note = np.zeros(count, dtype=np.int64)  # of the last phrase, by that phrase's last note
    for note, end in enumerate(features.following):
        totals = best[: note + 1] + _length_scores(end - features.onsets[: note + 1], bar)
        first_note[note] = int(totals.argmax())
        best[note + 1] = totals[first_note[note]] + evidence[note]
    chosen: list[int] = []
    note = count - 1
    while note >= 0:
        chosen.append(int(features.onsets[note]))
        note = int(first_note[note]) - 1
    return chosen[::-1]


def note_features(melody: Planes, bar: BarShape = COMMON_TIME) -> NoteFeatures:
    """Returns what the rule sees of the notes in the highest line of planes [2, steps, pitches]. bar: the shape of its
    bars."""
    notes = planes_to_notes(highest_voice(melody))
    if not notes:
        return NoteFeatures(*[np.zeros(0, dtype=np.int64)] * len(NoteFeatures._fields))
    onsets = np.array([note.onset for note in notes], dtype=np.int64)
    ends = np.array([note.onset + note.duration for note in notes], dtype=np.int64)
    pitches = np.array([note.pitch for note in notes], dtype=np.int64)
    following = np.append(onsets[1:], -(-ends[-1] // bar.beat_steps) * bar.beat_steps)
    relative = (following - onsets) / np.median(following - onsets)
    rests = following - ends
    intervals = np.clip(np.diff(pitches), -MAX_INTERVAL, MAX_INTERVAL) + MAX_INTERVAL
    return NoteFeatures(
        onsets,
        following,
        np.select([relative < 1, relative == 1, relative < 2, relative < 3], [0, 1, 2, 3], 4),
        _place_in_bar(following - onsets[0], bar),
        _place_in_bar(onsets, bar),
        ((rests >= LONG_REST) & (rests > np.median(rests))).astype(np.int64),
        (pitches - pitches[-1]) % 12,
        np.append(MAX_INTERVAL, intervals),
        np.append(intervals, MAX_INTERVAL),
    )


def phrase_end_steps(melody: Planes, ends: Iterable[int]) -> Steps:
    """Returns the steps [steps] at which a note that ends a phrase sounds in the highest line of planes [2, steps,
    pitches]. ends: the onsets of these notes."""
    at_end = frozenset(ends)
    marked = np.zeros(melody.shape[1], dtype=np.bool_)
    for note in planes_to_notes(highest_voice(melody)):
        if note.onset in at_end:
            marked[note.onset : note.onset + note.duration] = True
    return marked


def derive_phrase_end_steps(melody: Planes, bar: BarShape = COMMON_TIME) -> Steps:
    """Returns the steps [steps] at which a note sounds that ends a phrase by `derive_phrase_ends`."""
    return phrase_end_steps(melody, derive_phrase_ends(melody, bar))


def with_phrase_ends(planes: npt.NDArray[np.bool_], marked: Steps) -> npt.NDArray[np.bool_]:
    """Returns planes [planes, steps, pitches] with one more, which is set at every pitch of the marked steps."""
    plane = np.broadcast_to(marked[:, np.newaxis], planes.shape[1:])
    return np.concatenate([planes, plane[np.newaxis]])


def _evidence(features: NoteFeatures) -> Weights:
    """Returns how much each note's own features speak for a phrase end, as a logarithm. The last note needs none."""
    evidence = (
        RHYTHM_WEIGHTS[features.length, features.next_start, features.place]
        + REST_WEIGHTS[features.rest]
        + DEGREE_WEIGHTS[features.degree]
        + APPROACH_WEIGHTS[features.approach]
        + DEPARTURE_WEIGHTS[features.departure]
    )
    evidence[-1:] = 0.0
    return np.asarray(evidence, dtype=np.float64)


def _place_in_bar(steps: Integers, bar: BarShape) -> Integers:
    """Returns 0 for the beginning of a bar, 1 for its middle, 2 for another beat, 3 for a step off the beat. A bar of
    three beats has no beat in its middle."""
    place = steps % bar.steps
    is_beat = place % bar.beat_steps == 0
    return np.select([place == 0, is_beat & (2 * place == bar.steps), is_beat], [0, 1, 2], 3)


def _phrase_unit(bar: BarShape) -> int:
    """Returns the steps that stand for a beat of 4/4 in the length of a phrase: a beat, and in bars of three beats half
    a bar. So the commonest phrase has two bars in 4/4, and four in 3/4 and 6/8. Of the chorales' phrases in 3/4 six in
    ten have four."""
    return bar.steps // 2 if bar.beats == 3 else bar.beat_steps


def _length_scores(steps: Integers, bar: BarShape) -> Weights:
    unit = _phrase_unit(bar)
    known = np.full(max(PHRASE_LENGTHS) * unit + 1, UNUSUAL_LENGTH)
    for beats, score in PHRASE_LENGTHS.items():
        known[beats * unit] = score
    return np.where(steps < len(known), known[np.minimum(steps, len(known) - 1)], UNUSUAL_LENGTH)
