"""Voices chosen together, compared with trying every line, and on music whose rules are known."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencomposer_music.piano_roll import Note, Steps, notes_to_planes
from opencomposer_music.voice_leading import (
    MAX_SCORE,
    REST,
    Closes,
    Line,
    Table,
    VoiceLeading,
    Weights,
    best_line,
    choose_chords,
    choose_lines,
    learn_voice_leading,
    line_of,
)

REACHABLE = (60, 62, 67, REST)
NO_MOVES = np.zeros(25)
NO_PARALLELS = np.zeros(12)


def unary(rng: np.random.Generator, steps: int) -> Table:
    """Returns scores of the reachable classes near each other, and of all others far below."""
    scores = np.full((steps, 129), -1e9)
    scores[:, REACHABLE] = rng.normal(size=(steps, len(REACHABLE)))
    return scores


def lines(rng: np.random.Generator, count: int, steps: int) -> list[Line]:
    return [rng.choice([48, 50, 55, REST], size=steps).astype(np.int64) for _ in range(count)]


def parallel(line: Line, other: Line, parallels: Table) -> float:
    """Returns what two lines earn by moving in one direction from an interval to the same."""
    total = 0.0
    for before, now, start, end in zip(line[:-1], line[1:], other[:-1], other[1:], strict=True):
        if REST in (before, now, start, end) or before == now or start == end or (end > start) != (now > before):
            continue
        if abs(before - start) % 12 == abs(now - end) % 12:
            total += parallels[abs(now - end) % 12]
    return total


def earned(
    line: Line,
    moves: Table,
    cost: float,
    others: list[Line],
    parallels: Table,
    offbeat_cost: float = 0.0,
    beat_steps: int = 4,
) -> float:
    """Returns what a line's moves earn, by the definition in words."""
    total = sum(parallel(line, other, parallels) for other in others)
    for step in range(1, len(line)):
        before, now = int(line[step - 1]), int(line[step])
        if before == now:
            continue
        place = step % beat_steps
        total -= 0.0 if place == 0 else cost if place % 2 else offbeat_cost
        if REST not in (before, now):
            total += moves[min(abs(now - before), 24)]
    return total


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.floats(0, 1))
def test_no_line_is_better_than_the_best_line(seed: int, steps: int, cost: float) -> None:
    rng = np.random.default_rng(seed)
    scores, others = unary(rng, steps), lines(rng, 2, steps)
    moves, parallels, leaps = -rng.random(25), -rng.random(12), -rng.random((steps, 128))

    def worth(line: Line) -> float:
        total = float(scores[np.arange(steps), line].sum()) + earned(line, moves, cost, others, parallels)
        for step in range(1, steps):
            if REST not in line[step - 1 : step + 1] and abs(line[step] - line[step - 1]) > 2:
                total += float(leaps[step, line[step]])
        return total

    found = best_line(scores, moves, cost, others, parallels, leaps=leaps)
    every = (np.array(line, dtype=np.int64) for line in itertools.product(REACHABLE, repeat=steps))
    assert worth(found) == pytest.approx(max(worth(line) for line in every))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 10), st.sampled_from([4, 6]))
def test_no_line_is_better_where_beats_count_too(seed: int, steps: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    scores, others = unary(rng, steps), lines(rng, 2, steps)
    scores[:, [62, REST]] = -1e9
    moves, parallels, by_beat = -rng.random(25), -rng.random(12), -3 * rng.random(12)
    closing, going = rng.normal(size=25), rng.normal(size=25)

    def worth(line: Line) -> float:
        total = float(scores[np.arange(steps), line].sum()) + earned(line, moves, 0.3, others, parallels, 0.6, size)
        ties = sum(line[beat] == line[beat - 1] != line[beat - size] for beat in range(size, steps, size))
        total += sum(float(closing[line[beat] - line[beat - 1] + 12]) for beat in range(2 * size, steps, 2 * size))
        total += sum(float(going[abs(line[beat] - line[beat - size])]) for beat in range(size, steps, size))
        return float(total - 0.8 * ties) + sum(parallel(line[::size], other[::size], by_beat) for other in others)

    found = best_line(
        scores,
        moves,
        0.3,
        others,
        parallels,
        beat_parallels=by_beat,
        beat_moves=going,
        offbeat_cost=0.6,
        tie_cost=0.8,
        closes=(np.arange(2, -(-steps // size), 2), closing),
        beat_steps=size,
    )
    every = (np.array(line, dtype=np.int64) for line in itertools.product((60, 67), repeat=steps))
    assert worth(found) == pytest.approx(max(worth(line) for line in every))


def test_scores_that_say_nothing_are_no_trouble() -> None:
    """Every class of every step is as good as every other, in as many bars as a piece may have."""
    line = best_line(np.zeros((1024, 129)), -np.ones(25), 1.0, [np.full(1024, 60)], NO_PARALLELS)
    assert len(set(line.tolist())) == 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_choosing_together_never_makes_the_whole_worse(seed: int) -> None:
    rng = np.random.default_rng(seed)
    steps = 16
    leading = VoiceLeading(
        rng.normal(size=(4, 12)), -rng.random((3, 25)), -rng.random(12), *(float(x) for x in rng.random(3))
    )
    scores = [unary(rng, steps) for _ in range(3)]
    melody = lines(rng, 1, steps)[0]

    def worth(chosen: list[Line]) -> float:
        everyone = [melody, *chosen]
        total = 0.0
        for index, line in enumerate(chosen):
            total += float(scores[index][np.arange(steps), line].sum())
            total += earned(line, leading.move_weight * leading.moves[index], 0.2, [], NO_PARALLELS)
        for first, second in itertools.combinations(everyone, 2):
            total += earned(first, NO_MOVES, 0.0, [second], leading.parallel_weight * leading.parallels)
            for step in range(steps):
                if REST not in (first[step], second[step]):
                    interval = abs(int(first[step]) - int(second[step])) % 12
                    total += leading.interval_weight * float(leading.intervals[step % 4, interval])
        return total

    alone = [score.argmax(axis=1) for score in scores]
    assert worth(choose_lines(scores, melody, leading, [0, 1, 2], 0.2)) >= worth(alone) - 1e-9


def piece(*voices: list[int]) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.bool_]], Steps]:
    """Returns a piece of quarter notes, one for each number, of which the last one ends a phrase."""
    steps = 4 * len(voices[0])
    planes = [notes_to_planes([Note(4 * at, 4, pitch) for at, pitch in enumerate(voice)], steps) for voice in voices]
    return np.stack(planes), np.arange(steps) >= steps - 4


SCALE = [60, 62, 64, 65, 67, 69, 71, 72]


def test_the_tables_say_what_the_music_does() -> None:
    rng = np.random.default_rng(0)
    upper = [int(rng.choice(SCALE)) for _ in range(256)]
    # The lower voice is a third or sixth below, never in the same interval twice, so there are no parallels.
    lower = [pitch - (4 if at % 2 else 9) for at, pitch in enumerate(upper)]
    leading = learn_voice_leading([piece(upper, lower)], Weights(1, 1, 1))
    assert leading.intervals.shape == (4, 12)
    assert leading.moves.shape == (1, 25)
    assert (leading.intervals[:, [4, 9]] > 0.5).all()
    assert (leading.intervals[:, [1, 2, 6, 7, 11]] < -0.5).all()
    assert leading.parallels[4] < -1
    assert (leading.moves <= 0).all() and (leading.parallels <= 0).all()
    assert all(np.abs(table).max() <= MAX_SCORE for table in (leading.intervals, leading.moves, leading.parallels))


def test_the_tables_say_what_is_avoided_on_the_beats() -> None:
    rng = np.random.default_rng(2)
    upper = [int(rng.choice(SCALE)) for _ in range(512)]
    lower = [pitch - (4, 9, 3)[at % 3] for at, pitch in enumerate(upper)]
    leading = learn_voice_leading([piece(upper, lower)], Weights(1, 1, 1, 1, 1))
    assert leading.beat_parallels.shape == (12,) and (leading.beat_parallels <= 0).all()
    assert leading.beat_parallels[4] < -1


def test_the_rhythm_says_how_rarely_a_voice_moves_and_holds_on_in_the_middle_of_a_beat() -> None:
    steps = 64 * 16
    steady = notes_to_planes([Note(at, 4, 60 + at // 4 % 3) for at in range(0, steps, 4)], steps)
    limping = notes_to_planes([Note(at, 4, 48 + at // 4 % 3) for at in range(2, steps - 2, 4)], steps)
    leading = learn_voice_leading(
        [(np.stack([steady, steady, limping]), np.zeros(steps, bool))], Weights(1, 1, 1, 1, 2.0)
    )
    assert leading.rhythm is not None and leading.rhythm.shape == (2, 2)
    assert (leading.rhythm[0] < -3).any() and leading.rhythm[1].tolist() == [0.0, 0.0]
    assert leading.offbeat_costs(0)[0] == pytest.approx(-2 * leading.rhythm[0, 0])
    assert leading.offbeat_costs(1) == (0.0, 0.0)


def test_music_without_a_rule_teaches_none() -> None:
    rng = np.random.default_rng(1)
    upper, lower = ([int(rng.choice(SCALE)) for _ in range(2048)] for _ in range(2))
    leading = learn_voice_leading([piece(upper, lower)], Weights(1, 1, 1))
    seen = sorted({abs(one - two) % 12 for one in SCALE for two in SCALE})
    assert np.abs(leading.intervals[:, seen]).max() < 0.3


def test_a_piece_of_one_bar_or_without_notes_is_no_trouble() -> None:
    leading = learn_voice_leading(
        [piece([60, 62, 64, 65], [48, 50, 52, 53]), (np.zeros((2, 2, 16, 128), bool), np.zeros(16, bool))],
        Weights(1, 1, 1),
    )
    assert all(np.isfinite(table).all() for table in (leading.intervals, leading.moves, leading.parallels))


def test_two_voices_agree_on_one_harmony() -> None:
    """If each were chosen for itself, the alto would take C's third and the tenor F's root, which are a semitone
    apart."""
    steps = 16
    intervals = np.zeros((4, 12))
    intervals[:, [1, 11]] = -4
    leading = VoiceLeading(intervals, np.zeros((2, 25)), NO_PARALLELS, 1.0, 0.0, 0.0)
    alto, tenor = (np.full((steps, 129), -9.0) for _ in range(2))
    alto[:, 64], alto[:, 65] = 1.0, 0.8
    tenor[:, 53] = 1.0
    chosen = choose_lines([alto, tenor], np.full(steps, REST), leading, [0, 1], 0.0)
    assert (chosen[0] == 65).all() and (chosen[1] == 53).all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_no_pitch_of_a_chord_is_there_in_spite_of_what_sounded_before_it(seed: int, steps: int) -> None:
    rng = np.random.default_rng(seed)
    leading = VoiceLeading(
        rng.normal(size=(4, 12)).round(3), np.zeros((1, 25)), np.zeros(12), 0, 0, 0, chord_weight=0.7
    )
    scores = np.full((steps, 128), -30.0)
    scores[:, 50:62] = rng.normal(size=(steps, 12)) * 2
    sounding = (rng.random((steps, 128)) < 0.02).astype(np.int64)
    chosen = choose_chords(scores, sounding, leading)
    for step in range(steps):
        heard = [int(pitch) for pitch in np.repeat(np.arange(128), sounding[step])]
        for pitch in sorted(range(50, 62), key=lambda pitch: -scores[step, pitch]):
            bonuses = [leading.intervals[step % 4, abs(pitch - other) % 12] for other in heard]
            assert chosen[step, pitch] == (scores[step, pitch] + 0.7 * sum(bonuses) > 0)
            heard += [pitch] if chosen[step, pitch] else []
    plain = choose_chords(scores, sounding, replace(leading, chord_weight=0.0))
    assert np.array_equal(plain, scores > 0)


def test_the_tables_say_how_phrases_close() -> None:
    rng = np.random.default_rng(3)
    closing = []
    for _ in range(80):
        # The upper voice wanders and ends on the third of C; the bass wanders and at the end rises a fourth to C.
        wandering = [int(rng.choice(SCALE)) for _ in range(7)]
        low = [int(rng.choice(SCALE)) - 24 for _ in range(6)]
        closing.append(piece([*wandering, 76], [*wandering, 67], [*low, 43, 48]))
    closes = learn_voice_leading(closing, Weights(1, 1, 1, closes=0.5)).closes
    assert closes is not None and closes.weight == 0.5
    assert closes.intervals.shape == (2, 2, 12) and closes.moves.shape == (2, 25)
    assert closes.moves[1].argmax() == 12 + 5 and closes.moves[1, 12 + 5] > 1
    assert closes.intervals[0, 0, [4, 7]].min() > 0.5 and closes.intervals[0, 0, [1, 2, 6]].max() < -0.5
    assert closes.intervals[0, 1, 9] > 0.5


def test_the_tables_say_how_far_voices_go_from_beat_to_beat() -> None:
    rng = np.random.default_rng(4)
    wandering = [int(rng.choice(SCALE)) for _ in range(512)]
    staying = [pitch for pitch in wandering[:128] for _ in range(4)]
    stepping = [60 + abs(step % 24 - 12) for step in range(512)]
    leading = learn_voice_leading(
        [piece(wandering, staying, stepping)], Weights(1, 1, 1, beat_moves=0.5, stays=0.25), contrary=True
    )
    assert leading.contrary and leading.beat_moves is not None and leading.beat_moves.shape == (2, 25)
    stays, steps = leading.beat_moves
    # Three of four beats stay, and some more by chance; steps of a semitone never stay.
    assert stays[0] == pytest.approx(np.log(3), abs=0.3)
    assert steps[0] == -4 and steps[1] > 1.5 and steps[2:].max() < -1
    assert leading.beat_move_scores(1) == pytest.approx([-1, *(0.5 * steps[1:])])


def test_a_voice_goes_on_where_its_music_does() -> None:
    bass = np.full((16, 129), -9.0)
    bass[:, 48], bass[:, 47] = 1.0, 0.5
    moves = np.zeros((1, 25))
    moves[0, 0] = -2.0
    plain = VoiceLeading(np.zeros((4, 12)), np.zeros((1, 25)), NO_PARALLELS, 1.0, 1.0, 1.0)
    for weight, goes in ((0.0, False), (2.0, True)):
        leading = replace(plain, beat_moves=moves, stay_weight=weight)
        (line,) = choose_lines([bass], np.full(16, REST), leading, [0], 1.0)
        assert ((np.diff(line[::4]) != 0) == goes).all()


def test_parallels_in_opposite_directions_count_where_the_tables_say_so() -> None:
    """The melody falls from G to D. A bass that rises from C to G would go from a twelfth to a fifth."""
    melody = np.array([67] * 8 + [62] * 8, dtype=np.int64)
    bass = np.full((16, 129), -9.0)
    bass[:8, 48], bass[8:, 55], bass[8:, 53] = 1.0, 1.0, 0.9
    fifths = np.where(np.arange(12) == 7, -4.0, 0.0)
    leading = VoiceLeading(np.zeros((4, 12)), np.zeros((1, 25)), fifths, 1.0, 1.0, 1.0)
    for contrary in (False, True):
        (line,) = choose_lines([bass], melody, replace(leading, contrary=contrary), [0], 0.0)
        assert (line[7], line[15]) == (48, 55)
        assert (line[8] == 55) == (not contrary)


def test_a_phrase_ends_as_the_music_s_phrases_do() -> None:
    closes = Closes(np.zeros((2, 2, 12)), np.zeros((1, 25)), 1.0)
    closes.moves[0, 12 + 5] = 3.0
    leading = VoiceLeading(np.zeros((4, 12)), -np.ones((1, 25)), NO_PARALLELS, 1.0, 1.0, 1.0, closes=closes)
    bass = np.full((16, 129), -9.0)
    bass[:8, 43] = 1.0
    bass[8:, 50], bass[8:, 48] = 1.0, 0.9
    for ends, wanted in ((np.arange(16) >= 8, 48), (np.zeros(16, dtype=np.bool_), 50)):
        (line,) = choose_lines([bass], np.full(16, REST), leading, [0], 0.0, ends)
        assert line.tolist() == [43] * 8 + [wanted] * 8


def test_the_line_of_planes_is_the_highest_pitch() -> None:
    planes = notes_to_planes([Note(0, 4, 60), Note(2, 4, 67)], 8)
    assert line_of(planes).tolist() == [60, 60, 67, 67, 67, 67, REST, REST]


def test_no_steps_make_no_line() -> None:
    assert len(best_line(np.zeros((0, 129)), NO_MOVES, 0.0, [], NO_PARALLELS)) == 0
