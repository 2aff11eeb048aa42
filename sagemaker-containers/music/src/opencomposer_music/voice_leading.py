"""Chooses the lines of several voices together, by what the training music does and does not do.

A network gives each voice and step scores of its own. If each voice is chosen for itself, each is likely and the chord
may still be wrong: the alto takes one harmony and the tenor another. Here the voices are chosen together. Tables,
which are counted in the training music, are added to their scores, so that other music has other rules:

- intervals: how much more often two voices stand at an interval than their pitches alone would bring about;
- moves: how much more rarely a voice moves by an interval than its pitches alone would bring about;
- parallels: how much more rarely two voices move in one direction from an interval to the same interval than chance
  would have it (in Bach's chorales: fifths and octaves, which he avoided);
- beat parallels: the same from one beat to the next, whatever lies between, because parallels are heard on the beats;
- beat moves: how much more often than chance a voice moves so far from one beat to the next, and how much more often it
  stays than moves (in Bach's chorales the bass seldom stays, and goes by small steps);
- rhythm: how much more rarely a voice moves in the middle of a beat than on it, and then holds on over the next beat;
- closes: at the notes that end a phrase and the beats before them, the intervals in place of those elsewhere, and how
  much more often a voice moves into the end by an interval than into other beats (in Bach's chorales: a bass that rises
  a fourth or falls a fifth to the root).

Each entry is a logarithm of a ratio of frequencies, which is what a product of independent experts adds to a logit
(Hinton 2002). This module imports numpy only.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from opencomposer_music.piano_roll import (
    PITCHES,
    SOUNDING,
    Planes,
    Steps,
)
from opencomposer_music.time_signatures import COMMON_TIME, BarShape

REST = PITCHES
"""The class of a monophonic voice that means silence."""

INTERVALS = 12
"""The number of intervals, which are counted without their octaves: distance in semitones modulo 12."""

MAX_MOVE = 24
"""Moves of two octaves and more count as one size."""

LARGEST_STEP = 2
"""The number of semitones up to which a move is by step. Wider ones are leaps."""

IS_LEAP = (np.arange(MAX_MOVE + 1) > LARGEST_STEP).astype(np.float64)
"""1 for the sizes of moves that are leaps, 0 for the others, [25]."""

MAX_SCORE = 4.0
"""The largest entry of a table, up or down, because a thing that was never seen is not impossible."""

OUT_OF_REACH = 8.0
"""A pitch whose score is so far below its step's best at every step of a beat is not considered in that beat, which
saves most of the work."""

MAX_CANDIDATES = 24
"""The maximum number of classes that are considered in a beat, which bounds the work for scores that say nothing."""

CHOSEN_CANDIDATES = 10
"""The number of classes that are considered in a beat where voices are chosen together. With a trained network more of
them change no figure (docs/experiments/unet-gan.md)."""

EIGHTH = 2
"""The number of steps of an eighth."""

MAX_CLOSING_MOVE = 12
"""Larger moves into the end of a phrase count as this one."""

CLOSING_MOVES = 2 * MAX_CLOSING_MOVE + 1
"""The number of moves into the end of a phrase that are told apart: from an octave down to an octave up."""

CHORD_CANDIDATES = 16
"""The number of pitches at each step that are considered for a voice of several pitches at once."""

MAX_ROUNDS = 2
"""The maximum number of times that every voice's line is chosen anew beside the others."""

IMPOSSIBLE = -1e9
"""The score of a class that must never be chosen. It is finite, because decoding refuses infinities, and far beyond any
noise."""

UNREACHED = -1e18
"""The sum of a way that does not exist."""

Line = npt.NDArray[np.int64]
"""The class at each step: a pitch 0-127, or REST. Shape [steps]."""

Table = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Closes:
    """What is so at the notes that end a phrase.

    intervals [2, 2, 12]: at such a note, and in the beat before it; between the last voice and another one, and between
    two others. moves [voices, 25]: of each accompaniment voice into such a note, from an octave down to an octave up.
    """

    intervals: Table
    moves: Table
    weight: float


@dataclass(frozen=True, eq=False)
class VoiceLeading:
    """The tables and their weights.

    intervals [steps of a beat, 12]: by the step's place in its beat. moves [voices, 25]: of each accompaniment voice, 0
    or less. parallels [12]: 0 or less. beat_parallels [12] and rhythm [voices, 2] (a move in the middle of a beat, and
    holding on after it): 0 or less; beat_moves [voices, 25]: of staying from one beat to the next, and of moving so
    far; models of version 0.2 do not have them. contrary: the parallels also count where two voices move in opposite
    directions, as from a fifth to a twelfth.
    chord_weight: that of the intervals for the pitches of a voice that plays chords; with 0, as in older models, each
    of them is chosen for itself.
    """

    intervals: Table
    moves: Table
    parallels: Table
    interval_weight: float
    move_weight: float
    parallel_weight: float
    _: KW_ONLY
    beat_parallels: Table = field(default_factory=lambda: np.zeros(INTERVALS))
    rhythm: Table | None = None
    beat_parallel_weight: float = 0.0
    rhythm_weight: float = 0.0
    beat_moves: Table | None = None
    beat_move_weight: float = 0.0
    stay_weight: float = 0.0
    contrary: bool = False
    closes: Closes | None = None
    chord_weight: float = 0.0

    @property
    def beat_steps(self) -> int:
        """Returns the number of steps in a beat of the music in which the tables were counted."""
        return len(self.intervals)

    @cached_property
    def interval_bonuses(self) -> tuple[Table, Table]:
        """Returns what intervals earn, weighted, [places, 129, 129] each: with the last voice, and between two others.
        Axes: place, class of the other voice, class of this one. The places are those in a beat, the end of a phrase
        and the beat before it. It is 0 where either voice rests."""
        pitch = np.arange(PITCHES)
        interval = np.abs(pitch[:, np.newaxis] - pitch) % INTERVALS
        plain = self.interval_weight * self.intervals
        bonuses: list[Table] = []
        for kind in (0, 1):
            closing = np.zeros((2, INTERVALS)) if self.closes is None else self.closes.intervals[:, kind]
            weighted = np.concatenate([plain, closing * (0.0 if self.closes is None else self.closes.weight)])
            bonuses.append(np.zeros((len(weighted), PITCHES + 1, PITCHES + 1)))
            bonuses[-1][:, :PITCHES, :PITCHES] = weighted[:, interval]
        return bonuses[0], bonuses[1]

    def offbeat_costs(self, voice: int) -> tuple[float, float]:
        """Returns what a voice pays for a move in the middle of a beat, and for holding on after it over the beat."""
        if self.rhythm is None:
            return 0.0, 0.0
        middle, over = -self.rhythm_weight * self.rhythm[voice]
        return float(middle), float(over)

    def beat_move_scores(self, voice: int) -> Table | None:
        """Returns what staying and moving from one beat to the next earns a voice, weighted, [25]."""
        if self.beat_moves is None:
            return None
        scores: Table = self.beat_move_weight * self.beat_moves[voice]
        scores[0] = self.stay_weight * self.beat_moves[voice][0]
        return scores


@dataclass(frozen=True)
class Weights:
    """The weight of each table, chosen by measurement on validation music."""

    intervals: float
    moves: float
    parallels: float
    beat_parallels: float = 0.0
    rhythm: float = 0.0
    closes: float = 0.0
    beat_moves: float = 0.0
    stays: float = 0.0
    chords: float = 0.0


def line_of(planes: Planes) -> Line:
    """Returns the highest pitch at each step of planes [2, steps, 128], or REST."""
    sounding = planes[SOUNDING]
    highest = PITCHES - 1 - np.argmax(sounding[:, ::-1], axis=1)
    return np.asarray(np.where(sounding.any(axis=1), highest, REST), dtype=np.int64)


def learn_voice_leading(
    pieces: Iterable[tuple[npt.NDArray[np.bool_], Steps]],
    weights: Weights,
    *,
    contrary: bool = False,
    bar: BarShape = COMMON_TIME,
) -> VoiceLeading:
    """Counts the tables in pieces: planes [voices, 2, steps, 128], of which voice 0 is the melody, and the steps
    [steps] at which a note that ends a phrase sounds. bar: the shape of their bars.

    The frequencies that pitches alone would bring about are counted between bars of the same piece that do not sound
    together: they have the same key and the same voices, but no common harmony.
    """
    beat = bar.beat_steps
    together, apart = np.ones((beat, INTERVALS)), np.ones((beat, INTERVALS))
    moved: list[Table] = []
    jumped: list[Table] = []
    by_step, by_beat = _SimilarMotion(), _SimilarMotion()
    rhythm: list[Table] = []
    beat_moves: list[Table] = []
    closing = _ClosesCounts(bar)
    for piece, phrase_ends in pieces:
        lines = [line_of(voice) for voice in piece]
        while len(moved) < len(lines) - 1:
            moved.append(np.full(MAX_MOVE + 1, 0.5))
            jumped.append(np.full(MAX_MOVE + 1, 0.5))
            rhythm.append(np.ones((2, 2, 2)))
            beat_moves.append(np.stack([np.zeros(MAX_MOVE + 1), np.ones(MAX_MOVE + 1)]))
        bars = len(lines[0]) // bar.steps
        for first, second in itertools.combinations(lines, 2):
            _count_intervals(together, first, second)
            for number in range(1, bars):
                _count_intervals(apart, first, np.roll(second, number * bar.steps))
            by_step.count(first, second)
            by_beat.count(first[::beat], second[::beat])
        closing.count(lines, phrase_ends)
        for index, line in enumerate(lines[1:]):
            _count_moves(moved[index], line[:-1], line[1:])
            _count_rhythm(rhythm[index], line, beat)
            on_beats = line[::beat]
            _count_distances(beat_moves[index][0], on_beats[:-1], on_beats[1:])
            for number in range(1, bars):
                elsewhere = np.roll(on_beats, number * bar.beats)
                _count_moves(jumped[index], on_beats, elsewhere)
                _count_distances(beat_moves[index][1], on_beats, elsewhere)
    intervals = np.log(together / together.sum(axis=1, keepdims=True))
    intervals -= np.log(apart / apart.sum(axis=1, keepdims=True))
    moves = [
        np.log(seen / seen.sum()) - np.log(chance / chance.sum()) for seen, chance in zip(moved, jumped, strict=True)
    ]
    return VoiceLeading(
        _entries(intervals, MAX_SCORE),
        # A move never earns a reward, which would make voices move where they would rest.
        _entries(np.stack(moves) if moves else np.zeros((0, MAX_MOVE + 1)), 0.0),
        _entries(by_step.ratios(), 0.0),
        weights.intervals,
        weights.moves,
        weights.parallels,
        beat_parallels=_entries(by_beat.ratios(), 0.0),
        rhythm=_entries(np.stack([_rhythm_ratios(counts) for counts in rhythm]) if rhythm else np.zeros((0, 2)), 0.0),
        beat_parallel_weight=weights.beat_parallels,
        rhythm_weight=weights.rhythm,
        beat_moves=_entries(_beat_move_ratios(np.reshape(beat_moves, (-1, 2, MAX_MOVE + 1))), MAX_SCORE),
        beat_move_weight=weights.beat_moves,
        stay_weight=weights.stays,
        contrary=contrary,
        closes=closing.closes(weights.closes),
        chord_weight=weights.chords,
    )


class _ClosesCounts:
    """Counts what the voices do at the notes that end a phrase, and elsewhere."""

    def __init__(self, bar: BarShape) -> None:
        self._bar = bar
        self._together, self._apart = np.ones((2, 2, INTERVALS)), np.ones((2, INTERVALS))
        self._moves: list[Table] = []

    def count(self, lines: Sequence[Line], phrase_ends: Steps) -> None:
        """Adds a piece. lines: of all voices, the melody first; phrase_ends [steps]."""
        while len(self._moves) < len(lines) - 1:
            self._moves.append(np.full((2, CLOSING_MOVES), 0.5))
        bar, beat = self._bar.steps, self._bar.beat_steps
        last, bars = len(lines) - 1, len(phrase_ends) // bar
        before = steps_before(phrase_ends, beat)
        for (_, first), (number, second) in itertools.combinations(enumerate(lines), 2):
            kind = 0 if number == last else 1
            for place, chosen in enumerate((phrase_ends, before)):
                _count_plain_intervals(self._together[place, kind], first[chosen], second[chosen])
            for shift in range(1, bars):
                _count_plain_intervals(self._apart[kind], first, np.roll(second, shift * bar))
        beats = np.arange(beat, len(phrase_ends), beat)
        closing = np.isin(beats, closing_beats(phrase_ends, beat) * beat).astype(np.int64)
        for index, line in enumerate(lines[1:]):
            sounding = (line[beats - 1] != REST) & (line[beats] != REST)
            moves = _closing_move(line[beats] - line[beats - 1])
            np.add.at(self._moves[index], (closing[sounding], moves[sounding]), 1)

    def closes(self, weight: float) -> Closes:
        """Returns the tables."""
        together, apart = (
            np.log(counts / counts.sum(axis=-1, keepdims=True)) for counts in (self._together, self._apart)
        )
        shares = [np.log(counts / counts.sum(axis=1, keepdims=True)) for counts in self._moves]
        moves = np.stack([share[1] - share[0] for share in shares]) if shares else np.zeros((0, CLOSING_MOVES))
        return Closes(_entries(together - apart, MAX_SCORE), _entries(moves, MAX_SCORE), weight)


def closing_beats(phrase_ends: Steps, beat_steps: int = COMMON_TIME.beat_steps) -> npt.NDArray[np.int64]:
    """Returns the beats at whose beginning a note begins that ends a phrase."""
    starts = np.flatnonzero(phrase_ends & ~np.append(False, phrase_ends[:-1]))
    return np.asarray(starts[starts % beat_steps == 0] // beat_steps, dtype=np.int64)


def steps_before(phrase_ends: Steps, beat_steps: int = COMMON_TIME.beat_steps) -> Steps:
    """Returns the steps [steps] of the beats before notes that end a phrase, without those at which such a note
    sounds."""
    before = np.zeros(len(phrase_ends), dtype=np.bool_)
    for beat in closing_beats(phrase_ends, beat_steps):
        before[max(0, beat - 1) * beat_steps : beat * beat_steps] = True
    return before & ~phrase_ends


def _closing_move(semitones: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Returns the index of moves in a table of closes."""
    return np.asarray(np.clip(semitones, -MAX_CLOSING_MOVE, MAX_CLOSING_MOVE) + MAX_CLOSING_MOVE, dtype=np.int64)


def _count_plain_intervals(counts: Table, first: Line, second: Line) -> None:
    both = (first != REST) & (second != REST)
    np.add.at(counts, np.abs(first - second)[both] % INTERVALS, 1)


class _SimilarMotion:
    """Counts how often two voices that move in one direction keep their interval."""

    def __init__(self) -> None:
        self._kept, self._before, self._after = np.ones(INTERVALS), np.ones(INTERVALS), np.ones(INTERVALS)
        self._moves = 1.0

    def count(self, first: Line, second: Line) -> None:
        """Adds the moves of two lines [steps]."""
        starts, ends = _similar_motion(first, second)
        np.add.at(self._before, starts, 1)
        np.add.at(self._after, ends, 1)
        np.add.at(self._kept, starts[starts == ends], 1)
        self._moves += len(starts)

    def ratios(self) -> Table:
        """Returns the logarithm of how much more often each interval is kept than chance would have it, [12]."""
        shares = (counts / self._moves for counts in (self._kept, self._before, self._after))
        kept, before, after = (np.log(share) for share in shares)
        return np.asarray(kept - before - after, dtype=np.float64)


def _count_rhythm(counts: Table, line: Line, beat_steps: int) -> None:
    """Adds the beats of a line to counts [2, 2, 2]: at index 0 whether it moves on the beat, and in the middle of a
    beat, which is at an eighth inside it; at index 1 whether it holds on over the next beat after a beat with, and
    without, a move in it."""
    beats = len(line) // beat_steps
    if beats < 2:
        return
    by_beat = line[: beats * beat_steps].reshape(beats, beat_steps)
    middle = by_beat[:-1, EIGHTH::EIGHTH] != by_beat[:-1, EIGHTH - 1 : -1 : EIGHTH]
    moved = by_beat[:-1, 0] != by_beat[:-1, -1]
    over = by_beat[1:, 0] == by_beat[:-1, -1]
    np.add.at(counts[0, 0], (~over).astype(np.int64), 1)
    np.add.at(counts[0, 1], middle.astype(np.int64).ravel(), 1)
    np.add.at(counts[1, 0], over[~moved].astype(np.int64), 1)
    np.add.at(counts[1, 1], over[moved].astype(np.int64), 1)


def _rhythm_ratios(counts: Table) -> Table:
    """Returns the logarithms of how much more often a line moves in the middle of a beat than on a beat, and holds on
    over the beat after a move inside it than after none, [2]."""
    shares = np.log(counts[:, :, 1] / counts.sum(axis=2))
    return np.asarray(shares[:, 1] - shares[:, 0], dtype=np.float64)


def _entries(table: Table, max_: float) -> Table:
    """Returns the table within bounds and rounded as in the model file, so that training hears what serving plays."""
    return np.asarray(np.clip(table, -MAX_SCORE, max_).round(3) + 0.0, dtype=np.float64)


def choose_lines(
    scores: Sequence[Table],
    melody: Line,
    leading: VoiceLeading,
    voices: Sequence[int],
    sixteenth_cost: float,
    phrase_ends: Steps | None = None,
) -> list[Line]:
    """Returns the lines of several voices that make, together with the melody, a great sum of scores and tables.

    scores: for each voice [steps, 129], noise included; voices: the index of each in `leading.moves`. One voice after
    the other, from the last to the first (in chorales the bass goes first), gets its best line while the others keep
    theirs; no such step can make the sum smaller. `sixteenth_cost` is paid for a change of pitch inside an eighth.
    phrase_ends: the steps [steps] at which a note of the melody sounds that ends a phrase.
    """
    steps = len(melody)
    of_last, of_others = leading.interval_bonuses
    beat_steps = leading.beat_steps
    place = np.arange(steps) % beat_steps
    beats = np.zeros(0, dtype=np.int64)
    if phrase_ends is not None and leading.closes is not None:
        place[phrase_ends] = beat_steps
        place[steps_before(phrase_ends, beat_steps)] = beat_steps + 1
        beats = closing_beats(phrase_ends, beat_steps)
    last = len(leading.moves) - 1
    parallels = leading.parallel_weight * leading.parallels
    beat_parallels = leading.beat_parallel_weight * leading.beat_parallels
    lines = [np.asarray(score.argmax(axis=1), dtype=np.int64) for score in scores]
    for _ in range(MAX_ROUNDS):
        changed = False
        for index in reversed(range(len(scores))):
            voice = voices[index]
            named = [(-1, melody), *((voices[other], line) for other, line in enumerate(lines) if other != index)]
            others = [line for _, line in named]
            unary = scores[index] + np.sum(
                [(of_last if last in (voice, other) else of_others)[place, line] for other, line in named], axis=0
            )
            moves = leading.move_weight * leading.moves[voice]
            offbeat_cost, tie_cost = leading.offbeat_costs(voice)
            line = best_line(
                unary,
                moves,
                sixteenth_cost,
                others,
                parallels,
                beat_parallels=beat_parallels,
                beat_moves=leading.beat_move_scores(voice),
                contrary=leading.contrary,
                offbeat_cost=offbeat_cost,
                tie_cost=tie_cost,
                closes=None if leading.closes is None else (beats, leading.closes.weight * leading.closes.moves[voice]),
                max_candidates=CHOSEN_CANDIDATES,
                beat_steps=beat_steps,
            )
            changed = changed or not np.array_equal(line, lines[index])
            lines[index] = line
        if not changed:
            break
    return lines


def choose_chords(
    scores: Table, sounding: npt.NDArray[np.integer[Any]], leading: VoiceLeading
) -> npt.NDArray[np.bool_]:
    """Returns which pitches a voice of several at once plays at each step, [steps, 128].

    scores [steps, 128]: above 0 for a pitch that is likelier than not; sounding [steps, 128]: in how many other voices
    each pitch sounds. From the likeliest pitch on, one is played if its score and what it earns by its intervals with
    all that sounds already are more than 0 together. So a chord keeps to one harmony, and to that of the other voices.
    """
    steps = len(scores)
    pitch = np.arange(PITCHES)
    interval = np.abs(pitch[:, np.newaxis] - pitch) % INTERVALS
    bonuses = (leading.chord_weight * leading.intervals)[:, interval]  # [steps of a beat, 128, 128]
    place = np.arange(steps) % leading.beat_steps
    earned = np.zeros((steps, PITCHES))
    for number, bonus in enumerate(bonuses):
        earned[place == number] = sounding[place == number] @ bonus
    likeliest = np.argsort(-scores, axis=1, kind="stable")[:, :CHORD_CANDIDATES]
    chosen = np.zeros((steps, PITCHES), dtype=np.bool_)
    for candidate in likeliest.T:
        worth = scores[np.arange(steps), candidate] + earned[np.arange(steps), candidate]
        (played,) = np.nonzero(worth > 0)
        chosen[played, candidate[played]] = True
        earned[played] += bonuses[place[played], candidate[played]]
    return chosen


def closes_worth(
    lines: Sequence[Line], closes: Closes, phrase_ends: Steps, beat_steps: int = COMMON_TIME.beat_steps
) -> float:
    """Returns how well phrases close: the mean of what the intervals between lines earn at their ends and in the beats
    before. lines: of all voices, the melody first; phrase_ends [steps]. Without a phrase end it is 0."""
    places = np.stack([phrase_ends, steps_before(phrase_ends, beat_steps)])
    earned = [np.zeros(0)]
    for (_, first), (number, second) in itertools.combinations(enumerate(lines), 2):
        kind = 0 if number == len(lines) - 1 else 1
        for intervals, chosen in zip(closes.intervals[:, kind], places, strict=True):
            both = chosen & (first != REST) & (second != REST)
            earned.append(intervals[np.abs(first - second)[both] % INTERVALS])
    every = np.concatenate(earned)
    return float(every.mean()) if len(every) else 0.0


def best_line(
    unary: Table,
    moves: Table,
    sixteenth_cost: float,
    others: Sequence[Line],
    parallels: Table,
    *,
    beat_parallels: Table | None = None,
    beat_moves: Table | None = None,
    contrary: bool = False,
    offbeat_cost: float = 0.0,
    tie_cost: float = 0.0,
    closes: tuple[npt.NDArray[np.int64], Table] | None = None,
    leaps: Table | None = None,
    max_candidates: int = MAX_CANDIDATES,
    beat_steps: int = COMMON_TIME.beat_steps,
) -> Line:
    """Returns the line with the greatest sum of unary scores [steps, 129] and of what its moves earn (Viterbi 1967).

    moves [25] by size; parallels [12] is added where the line moves with another one from an interval to the same, from
    one step to the next. beat_parallels [12] is added where both have done so from one beat to the next, whatever lies
    between. With `contrary` they are also added where the two move in opposite directions. beat_moves [25] is earned by
    the distance from one beat to the next. `sixteenth_cost` is paid for a change inside an eighth, `offbeat_cost` for
    one at an eighth inside a beat of `beat_steps`, `tie_cost` where the last pitch of a beat, which is not its first,
    is held on over the next beat. closes: beats, and a table [25] of what moves into them earn, from an octave down to
    an octave up. leaps [steps, 128] is earned where the line leaps to a pitch. max_candidates: the number of classes
    that are considered in a beat.

    What happens between two beats matters beyond them only by the pitches at these beats. So the best way between each
    pair of pitches is found inside all beats at once, and then the best chain of beats.
    """
    steps = len(unary)
    if steps == 0:
        return np.zeros(0, dtype=np.int64)
    missing = -steps % beat_steps
    # After the end nothing is won or lost by holding the last pitch.
    candidates = _candidates(np.pad(unary, ((0, missing), (0, 0)), mode="edge"), max_candidates, beat_steps)
    scores = _scores_of(candidates, np.pad(unary, ((0, missing), (0, 0))), beat_steps)
    companions = [np.pad(line, (0, missing), mode="edge").reshape(-1, beat_steps) for line in others]
    leapt = None if leaps is None else _scores_of(candidates, np.pad(leaps, ((0, missing), (0, 1))), beat_steps)

    inside = _moves_between(candidates, candidates, moves)  # [beats, from, to]
    ways: list[Ways] = []
    best = np.where(np.eye(candidates.shape[1], dtype=np.bool_), scores[:, 0, np.newaxis, :], UNREACHED)
    for step in range(1, beat_steps):
        cost = sixteenth_cost if step % EIGHTH else offbeat_cost
        earned = inside - cost * (candidates[:, :, np.newaxis] != candidates[:, np.newaxis, :])
        for companion in companions:
            start, end = companion[:, step - 1], companion[:, step]
            _add_parallels(earned, candidates, candidates, start, end, parallels, contrary)
        if leapt is not None:
            _add_leaps(earned, candidates, candidates, leapt[:, step])
        ways.append(Ways(best, earned))
        best = _best_ways(ways[-1]) + scores[:, step, np.newaxis, :]

    crossing = _moves_between(candidates[:-1], candidates[1:], moves)
    for companion in companions:
        ends, starts = companion[:-1, -1], companion[1:, 0]
        _add_parallels(crossing, candidates[:-1], candidates[1:], ends, starts, parallels, contrary)
    if leapt is not None:
        _add_leaps(crossing, candidates[:-1], candidates[1:], leapt[1:, 0])
    if closes is not None:
        _add_closes(crossing, candidates, *closes)
    # Either the last class of the beat is held on over the next, or the way goes on to another class.
    held = candidates[:-1, :, np.newaxis] == candidates[1:, np.newaxis, :]
    moved = candidates[:-1, :, np.newaxis] != candidates[:-1, np.newaxis, :]
    across = [
        Ways(best[:-1] - tie_cost * moved, np.where(held, crossing, UNREACHED)),
        Ways(best[:-1], np.where(held, UNREACHED, crossing)),
    ]
    chain = np.maximum(*(_best_ways(way) for way in across))  # [beats - 1, first class, first class of the next beat]
    if beat_moves is not None:
        chain += _beat_moves_between(candidates[:-1], candidates[1:], beat_moves)
    if beat_parallels is not None:
        for companion in companions:
            starts, nexts = companion[:-1, 0], companion[1:, 0]
            _add_parallels(chain, candidates[:-1], candidates[1:], starts, nexts, beat_parallels, contrary)
    return _follow(candidates, best, chain, ways, across)[:steps]


def _candidates(unary: Table, max_: int, beat_steps: int) -> npt.NDArray[np.int64]:
    """Returns the classes that are considered in each beat, [beats, count], in ascending order. REST is one of them;
    where fewer are worth it, it is repeated."""
    below_best = unary - unary.max(axis=1, keepdims=True)
    worth = below_best.reshape(-1, beat_steps, PITCHES + 1).max(axis=1)  # [beats, 129]
    worth[:, REST] = 0.0
    count = min(max_, int((worth >= -OUT_OF_REACH).sum(axis=1).max()))
    ranked = np.argsort(-worth, axis=1, kind="stable")[:, :count]
    ranked[np.take_along_axis(worth, ranked, axis=1) < -OUT_OF_REACH] = REST
    # REST may have been beaten by as many equals.
    ranked[:, -1] = np.where((ranked == REST).any(axis=1), ranked[:, -1], REST)
    return np.sort(ranked, axis=1)


def _scores_of(candidates: npt.NDArray[np.int64], unary: Table, beat_steps: int) -> Table:
    """Returns the scores of the candidates at each step, [beats, steps of a beat, count]."""
    by_beat = unary.reshape(-1, beat_steps, PITCHES + 1)
    return np.take_along_axis(by_beat, candidates[:, np.newaxis, :], axis=2)


def _moves_between(start: npt.NDArray[np.int64], end: npt.NDArray[np.int64], moves: Table) -> Table:
    """Returns what the moves between classes [beats, from] and [beats, to] earn, [beats, from, to]. It is 0 to and from
    REST."""
    voiced = (start != REST)[:, :, np.newaxis] & (end != REST)[:, np.newaxis, :]
    distance = np.abs(end[:, np.newaxis, :] - start[:, :, np.newaxis])
    return np.asarray(np.where(voiced & (distance > 0), moves[np.minimum(distance, MAX_MOVE)], 0.0), dtype=np.float64)


def _add_leaps(earned: Table, start: npt.NDArray[np.int64], end: npt.NDArray[np.int64], leaps: Table) -> None:
    """Adds, in place, what leaps earn: earned [beats, from, to], start [beats, from], end [beats, to], leaps [beats,
    to]."""
    earned += _moves_between(start, end, IS_LEAP) * leaps[:, np.newaxis, :]


def _beat_moves_between(start: npt.NDArray[np.int64], end: npt.NDArray[np.int64], moves: Table) -> Table:
    """Returns what staying and moving from one beat to the next earns, [beats, from, to]. It is 0 to and from REST."""
    voiced = (start != REST)[:, :, np.newaxis] & (end != REST)[:, np.newaxis, :]
    distance = np.abs(end[:, np.newaxis, :] - start[:, :, np.newaxis])
    return np.asarray(np.where(voiced, moves[np.minimum(distance, MAX_MOVE)], 0.0), dtype=np.float64)


def _add_parallels(
    earned: Table,
    start: npt.NDArray[np.int64],
    end: npt.NDArray[np.int64],
    other_start: Line,
    other_end: Line,
    parallels: Table,
    contrary: bool,
) -> None:
    """Adds, in place, what the line earns where it moves with another line from an interval to the same, in the same
    direction or, with `contrary`, in any.

    earned [beats, from, to]; start, end: the line's classes [beats, count]; other_start, other_end: the other's
    [beats].
    """
    if not parallels.any():
        return
    moving = (other_start != other_end) & (other_start != REST) & (other_end != REST)
    rows = np.flatnonzero(moving)
    if len(rows) == 0:
        return
    one, two = start[rows], end[rows]
    first = np.abs(one - other_start[rows, np.newaxis]) % INTERVALS
    second = np.abs(two - other_end[rows, np.newaxis]) % INTERVALS
    direction = np.sign(other_end - other_start)[rows, np.newaxis, np.newaxis]
    moves = two[:, np.newaxis, :] - one[:, :, np.newaxis]
    similar = moves != 0 if contrary else direction * moves > 0
    voiced = (one != REST)[:, :, np.newaxis] & (two != REST)[:, np.newaxis, :]
    same = voiced & similar & (first[:, :, np.newaxis] == second[:, np.newaxis, :])
    earned[rows] += np.where(same, parallels[second][:, np.newaxis, :], 0.0)


def _add_closes(earned: Table, candidates: npt.NDArray[np.int64], beats: npt.NDArray[np.int64], moves: Table) -> None:
    """Adds, in place, what the moves into some beats earn. earned [beats - 1, from, to]; beats: their numbers; moves
    [25]."""
    into = beats[beats > 0]
    start, end = candidates[into - 1][:, :, np.newaxis], candidates[into][:, np.newaxis, :]
    earned[into - 1] += np.where((start != REST) & (end != REST), moves[_closing_move(end - start)], 0.0)


class Ways(NamedTuple):
    """The ways from each beat's first class over a class between to a later one: what they have earned when they
    reach the class between, [beats, first, between], and what the rest earns, [beats, between, to]."""

    reached: Table
    earned: Table


def _best_ways(ways: Ways) -> Table:
    """Returns the best sum over the class between, [beats, first, to]."""
    reached, earned = ways
    best = reached[:, :, 0, np.newaxis] + earned[:, np.newaxis, 0, :]
    way = np.empty_like(best)
    # One class after the other is several times as fast as a search along an axis of so few numbers.
    for between in range(1, reached.shape[2]):
        np.add(reached[:, :, between, np.newaxis], earned[:, np.newaxis, between, :], out=way)
        np.maximum(best, way, out=best)
    return best


def _follow(
    candidates: npt.NDArray[np.int64], best: Table, chain: Table, ways: Sequence[Ways], across: Sequence[Ways]
) -> Line:
    """Returns the best line, [steps], after all sums are known: first the class at which each beat begins, then,
    from the last step back to the first, the classes between.

    best [beats, first class, last class]: the best sum inside each beat; chain [beats - 1, first class, first class of
    the next beat]: the best sum from the beginning of each beat to that of the next; ways: the ways from the beginning
    of a beat to its later steps; across: those to the next beat, first where the last class of the beat is held
    on, then where another class follows.
    """
    beats, count = candidates.shape
    total = np.zeros(count)
    first_before = np.zeros((beats, count), dtype=np.int64)
    for beat in range(beats - 1):
        reached = total[:, np.newaxis] + chain[beat]
        first_before[beat + 1] = reached.argmax(axis=0)
        total = reached[first_before[beat + 1], np.arange(count)]
    first, last = divmod(int((total[:, np.newaxis] + best[-1]).argmax()), count)
    beat_steps = len(ways) + 1
    path = np.zeros((beats, beat_steps), dtype=np.int64)
    for beat in range(beats - 1, -1, -1):
        path[beat, 0], path[beat, -1] = first, last
        for step in range(beat_steps - 1, 1, -1):
            path[beat, step - 1] = _class_between(ways[step - 1], beat, first, int(path[beat, step]))
        if beat > 0:
            following, first = first, int(first_before[beat, first])
            way = max(across, key=lambda one: _best_between(one, beat - 1, first, following))
            last = _class_between(way, beat - 1, first, following)
    return np.asarray(np.take_along_axis(candidates, path, axis=1).reshape(-1), dtype=np.int64)


def _class_between(ways: Ways, beat: int, first: int, last: int) -> int:
    return int((ways.reached[beat, first] + ways.earned[beat, :, last]).argmax())


def _best_between(ways: Ways, beat: int, first: int, last: int) -> float:
    return float((ways.reached[beat, first] + ways.earned[beat, :, last]).max())


def _moving(line: Line) -> npt.NDArray[np.bool_]:
    """Returns the steps at which a line goes from one pitch to another, [steps - 1]."""
    return np.asarray((line[:-1] != line[1:]) & (line[:-1] != REST) & (line[1:] != REST), dtype=np.bool_)


def _count_intervals(counts: Table, first: Line, second: Line) -> None:
    both = (first != REST) & (second != REST)
    place = np.arange(len(first)) % len(counts)
    np.add.at(counts, (place[both], np.abs(first - second)[both] % INTERVALS), 1)


def _count_moves(counts: Table, start: Line, end: Line) -> None:
    moving = (start != end) & (start != REST) & (end != REST)
    np.add.at(counts, np.minimum(np.abs(start - end)[moving], MAX_MOVE), 1)


def _count_distances(counts: Table, start: Line, end: Line) -> None:
    """Counts moves and no moves, where both sound."""
    both = (start != REST) & (end != REST)
    np.add.at(counts, np.minimum(np.abs(start - end)[both], MAX_MOVE), 1)


def _beat_move_ratios(counts: Table) -> Table:
    """Returns [voices, 25]: how much more often each distance was seen than chance would have it and, in the place of
    no distance, how much more often a voice stayed than it moved. counts [voices, 2, 25]: seen, by chance.

    A distance that was hardly ever seen is not the music's habit, so some more are counted as chance would have them.
    """
    chance = counts[:, 1] / counts[:, 1].sum(axis=1, keepdims=True)
    seen = counts[:, 0] + (MAX_MOVE + 1) * chance
    ratios = np.asarray(np.log(seen / seen.sum(axis=1, keepdims=True)) - np.log(chance), dtype=np.float64)
    ratios[:, 0] = np.log(seen[:, 0] / seen[:, 1:].sum(axis=1))
    return ratios


def _similar_motion(first: Line, second: Line) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Returns the intervals before and after each step at which two lines move in the same direction."""
    together = _moving(first) & _moving(second)
    together &= (first[1:] > first[:-1]) == (second[1:] > second[:-1])
    intervals = np.abs(first - second) % INTERVALS
    return intervals[:-1][together], intervals[1:][together]
