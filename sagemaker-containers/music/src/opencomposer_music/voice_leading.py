"""Chooses the lines of several voices together, by what the training music does and does not do.

A network gives each voice and step scores of its own. If each voice is chosen for itself, each is likely and the chord
may still be wrong: the alto takes one harmony and the tenor another. Here the voices are chosen together. Three tables,
which are counted in the training music, are added to their scores, so that other music has other rules:

- intervals: how much more often two voices stand at an interval than their pitches alone would bring about;
- moves: how much more rarely a voice moves by an interval than its pitches alone would bring about;
- parallels: how much more rarely two voices move in one direction from an interval to the same interval than chance
  would have it (in Bach's chorales: fifths and octaves, which he avoided).

Each entry is a logarithm of a ratio of frequencies, which is what a product of independent experts adds to a logit
(Hinton 2002). This module imports numpy only.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from opencomposer_music.piano_roll import PITCHES, SOUNDING, STEPS_PER_BAR, STEPS_PER_BEAT, Planes

REST = PITCHES
"""The class of a monophonic voice that means silence."""

INTERVALS = 12
"""The number of intervals, which are counted without their octaves: distance in semitones modulo 12."""

MAX_MOVE = 24
"""Moves of two octaves and more count as one size."""

MAX_SCORE = 4.0
"""The largest entry of a table, up or down, because a thing that was never seen is not impossible."""

OUT_OF_REACH = 8.0
"""A pitch whose score is so far below its step's best at every step is not considered, which saves most of the work."""

MAX_ROUNDS = 2
"""The maximum number of times that every voice's line is chosen anew beside the others."""

Line = npt.NDArray[np.int64]
"""The class at each step: a pitch 0-127, or REST. Shape [steps]."""

Table = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class VoiceLeading:
    """The tables and their weights.

    intervals [4, 12]: by the step's place in its beat. moves [voices, 25]: of each accompaniment voice, 0 or less.
    parallels [12]: 0 or less.
    """

    intervals: Table
    moves: Table
    parallels: Table
    interval_weight: float
    move_weight: float
    parallel_weight: float


@dataclass(frozen=True)
class Weights:
    """The weight of each table, chosen by measurement on validation music."""

    intervals: float
    moves: float
    parallels: float


def line_of(planes: Planes) -> Line:
    """Returns the highest pitch at each step of planes [2, steps, 128], or REST."""
    sounding = planes[SOUNDING]
    highest = PITCHES - 1 - np.argmax(sounding[:, ::-1], axis=1)
    return np.asarray(np.where(sounding.any(axis=1), highest, REST), dtype=np.int64)


def learn_voice_leading(pieces: Iterable[npt.NDArray[np.bool_]], weights: Weights) -> VoiceLeading:
    """Counts the tables in pieces [voices, 2, steps, 128], of which voice 0 is the melody.

    The frequencies that pitches alone would bring about are counted between bars of the same piece that do not sound
    together: they have the same key and the same voices, but no common harmony.
    """
    together, apart = np.ones((STEPS_PER_BEAT, INTERVALS)), np.ones((STEPS_PER_BEAT, INTERVALS))
    moved: list[Table] = []
    jumped: list[Table] = []
    kept, before, after = np.ones(INTERVALS), np.ones(INTERVALS), np.ones(INTERVALS)
    alike = 1.0
    for piece in pieces:
        lines = [line_of(voice) for voice in piece]
        while len(moved) < len(lines) - 1:
            moved.append(np.full(MAX_MOVE + 1, 0.5))
            jumped.append(np.full(MAX_MOVE + 1, 0.5))
        bars = len(lines[0]) // STEPS_PER_BAR
        for first, second in itertools.combinations(lines, 2):
            _count_intervals(together, first, second)
            for bar in range(1, bars):
                _count_intervals(apart, first, np.roll(second, bar * STEPS_PER_BAR))
            starts, ends = _similar_motion(first, second)
            np.add.at(before, starts, 1)
            np.add.at(after, ends, 1)
            np.add.at(kept, starts[starts == ends], 1)
            alike += len(starts)
        for index, line in enumerate(lines[1:]):
            _count_moves(moved[index], line[:-1], line[1:])
            for bar in range(1, bars):
                _count_moves(
                    jumped[index], line[::STEPS_PER_BEAT], np.roll(line, bar * STEPS_PER_BAR)[::STEPS_PER_BEAT]
                )
    intervals = np.log(together / together.sum(axis=1, keepdims=True))
    intervals -= np.log(apart / apart.sum(axis=1, keepdims=True))
    moves = [
        np.log(seen / seen.sum()) - np.log(chance / chance.sum()) for seen, chance in zip(moved, jumped, strict=True)
    ]
    parallels = np.log(kept / alike) - np.log(before / alike) - np.log(after / alike)
    return VoiceLeading(
        _entries(intervals, MAX_SCORE),
        # A move never earns a reward, which would make voices move where they would rest.
        _entries(np.stack(moves) if moves else np.zeros((0, MAX_MOVE + 1)), 0.0),
        _entries(parallels, 0.0),
        weights.intervals,
        weights.moves,
        weights.parallels,
    )


def _entries(table: Table, max_: float) -> Table:
    """Returns the table within bounds and rounded as in the model file, so that training hears what serving plays."""
    return np.asarray(np.clip(table, -MAX_SCORE, max_).round(3) + 0.0, dtype=np.float64)


def choose_lines(
    scores: Sequence[Table], melody: Line, leading: VoiceLeading, voices: Sequence[int], sixteenth_cost: float
) -> list[Line]:
    """Returns the lines of several voices that make, together with the melody, a great sum of scores and tables.

    scores: for each voice [steps, 129], noise included; voices: the index of each in `leading.moves`. One voice after
    the other, from the last to the first (in chorales the bass goes first), gets its best line while the others keep
    theirs; no such step can make the sum smaller. `sixteenth_cost` is paid for a change of pitch inside an eighth.
    """
    steps = len(melody)
    bonus = leading.interval_weight * _interval_bonus(leading)  # [4, 129, 129]
    place = np.arange(steps) % STEPS_PER_BEAT
    parallels = leading.parallel_weight * leading.parallels
    lines = [np.asarray(score.argmax(axis=1), dtype=np.int64) for score in scores]
    for _ in range(MAX_ROUNDS):
        changed = False
        for index in reversed(range(len(scores))):
            others = [melody, *(line for other, line in enumerate(lines) if other != index)]
            unary = scores[index] + np.sum([bonus[place, other] for other in others], axis=0)
            moves = leading.move_weight * leading.moves[voices[index]]
            line = best_line(unary, moves, sixteenth_cost, others, parallels)
            changed = changed or not np.array_equal(line, lines[index])
            lines[index] = line
        if not changed:
            break
    return lines


def best_line(unary: Table, moves: Table, sixteenth_cost: float, others: Sequence[Line], parallels: Table) -> Line:
    """Returns the line with the greatest sum of unary scores [steps, 129] and of what its moves earn (Viterbi 1967).

    moves [25] by size; parallels [12] is added where the line moves with another one from an interval to the same.
    """
    steps = len(unary)
    if steps == 0:
        return np.zeros(0, dtype=np.int64)
    within = (unary >= unary.max(axis=1, keepdims=True) - OUT_OF_REACH).any(axis=0)
    within[REST] = True
    classes = np.nonzero(within)[0]
    pitches = classes[:-1]  # REST is the last class
    voiced = len(pitches)
    scores = unary[:, classes]
    distance = pitches[np.newaxis, :] - pitches[:, np.newaxis]  # [from, to]
    transition = np.zeros((voiced + 1, voiced + 1))
    transition[:voiced, :voiced] = moves[np.minimum(np.abs(distance), MAX_MOVE)]
    np.fill_diagonal(transition, 0.0)
    inside_eighth = transition - sixteenth_cost * ~np.eye(voiced + 1, dtype=np.bool_)
    similar = {1: distance > 0, -1: distance < 0}
    companions = _moves_of(others, steps)
    best_before = np.zeros((steps, voiced + 1), dtype=np.int64)
    total = scores[0].copy()
    column = np.arange(voiced + 1)
    for step in range(1, steps):
        earned = transition if step % 2 == 0 else inside_eighth
        for start, end in companions[step]:
            earned = earned.copy()
            first = np.abs(pitches - start) % INTERVALS
            second = np.abs(pitches - end) % INTERVALS
            same = (first[:, np.newaxis] == second[np.newaxis, :]) & similar[1 if end > start else -1]
            earned[:voiced, :voiced] += np.where(same, parallels[second][np.newaxis, :], 0.0)
        reached = total[:, np.newaxis] + earned
        best_before[step] = reached.argmax(axis=0)
        total = reached[best_before[step], column] + scores[step]
    path = np.zeros(steps, dtype=np.int64)
    path[-1] = int(total.argmax())
    for step in range(steps - 1, 0, -1):
        path[step - 1] = best_before[step, path[step]]
    return np.asarray(classes[path], dtype=np.int64)


def _interval_bonus(leading: VoiceLeading) -> Table:
    """Returns [place in the beat, class of the other voice, class of this one]: 0 where either rests."""
    pitch = np.arange(PITCHES)
    bonus = np.zeros((STEPS_PER_BEAT, PITCHES + 1, PITCHES + 1))
    bonus[:, :PITCHES, :PITCHES] = leading.intervals[:, np.abs(pitch[:, np.newaxis] - pitch) % INTERVALS]
    return bonus


def _moves_of(lines: Sequence[Line], steps: int) -> list[list[tuple[int, int]]]:
    """Returns for each step (pitch before, pitch now) of every line that moves there."""
    moves: list[list[tuple[int, int]]] = [[] for _ in range(steps)]
    for line in lines:
        for step in np.nonzero(_moving(line))[0]:
            moves[int(step) + 1].append((int(line[step]), int(line[step + 1])))
    return moves


def _moving(line: Line) -> npt.NDArray[np.bool_]:
    """Returns the steps at which a line goes from one pitch to another, [steps - 1]."""
    return np.asarray((line[:-1] != line[1:]) & (line[:-1] != REST) & (line[1:] != REST), dtype=np.bool_)


def _count_intervals(counts: Table, first: Line, second: Line) -> None:
    both = (first != REST) & (second != REST)
    place = np.arange(len(first)) % STEPS_PER_BEAT
    np.add.at(counts, (place[both], np.abs(first - second)[both] % INTERVALS), 1)


def _count_moves(counts: Table, start: Line, end: Line) -> None:
    moving = (start != end) & (start != REST) & (end != REST)
    np.add.at(counts, np.minimum(np.abs(start - end)[moving], MAX_MOVE), 1)


def _similar_motion(first: Line, second: Line) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Returns the intervals before and after each step at which two lines move in the same direction."""
    together = _moving(first) & _moving(second)
    together &= (first[1:] > first[:-1]) == (second[1:] > second[:-1])
    intervals = np.abs(first - second) % INTERVALS
    return intervals[:-1][together], intervals[1:][together]
