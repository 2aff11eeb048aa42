"""Whole continuations and fillings, with networks of any opinions: what the input has stays, and every wish is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from opencomposer_music.model_metadata import Limits
from opencomposer_music.piano_roll import Note
from opencomposer_music.time_signatures import BAR_SHAPES
from opencomposer_testing.voiced_pieces import CHORALE, line_ups, voiced_pieces
from opencomposer_transformer import model_metadata
from opencomposer_transformer.candidates import EndingGrade, best_of, grade_ending, tonic_of
from opencomposer_transformer.events import (
    BAR,
    DENSITY_UNKNOWN,
    FILL,
    GAP,
    LEFT_UNKNOWN,
    EventColumns,
    Floats,
    Integers,
    LineUp,
    VoicedPiece,
)
from opencomposer_transformer.generation import Wishes, Written, extend, fill, seam_of
from opencomposer_transformer.grammar import WritingLimits
from opencomposer_transformer.model_metadata import TransformerMetadata
from opencomposer_transformer.sampling import SAMPLING_TECHNIQUES, DrawSettings, NotFinite

FOUR = BAR_SHAPES["4/4"]
METADATA = TransformerMetadata(
    CHORALE, Limits(64, 36, 84), (1.0, 2.0, 4.0), (-2.0, *[0.0] * 6, -1.9, *[0.0] * 4), 1600, 1, 1, 4
)
BYTES_AN_EVENT = model_metadata.CACHES_BYTES // METADATA.most_heard_together(1)
FULL = WritingLimits(tuple(CHORALE.pitch_range(voice) for voice in range(4)))
PLAIN = Wishes(DrawSettings(), FULL, seed=1)
TUNE = VoicedPiece(
    FOUR, 2, (tuple(Note(4 * at, 4, pitch) for at, pitch in enumerate((67, 69, 71, 72, 74, 72, 71, 67))), (), (), ())
)
SOPRANO = [True, False, False, False]


class OpinionatedNetwork:
    """A network whose opinions follow from the tokens that it has heard in a sequence, and from nothing else."""

    def __init__(self, metadata: TransformerMetadata = METADATA) -> None:
        self._table = np.random.default_rng(0).standard_normal((64, metadata.vocabulary.size)) * 2.0
        self._heard: Integers = np.zeros(0, dtype=np.int64)
        self.columns: list[EventColumns] = []

    def start(self, events: EventColumns, voices: Floats, *, candidates: int = 1) -> Floats:
        self.columns = [events]
        sums = (events.tokens * (1 + np.arange(events.tokens.shape[1]))).sum(axis=1)
        self._heard = np.repeat(sums, candidates)
        return self._opinions()

    def step(self, events: EventColumns) -> Floats:
        self.columns.append(events)
        self._heard = self._heard * 31 % 100_003 + events.tokens[:, 0]
        return self._opinions()

    def keep(self, number: int) -> None:
        self._heard = self._heard[number : number + 1]

    def _opinions(self) -> Floats:
        return self._table[self._heard % 64].astype(np.float32)


def notes(written: Written) -> list[list[tuple[int, int, int]]]:
    return [[note[:3] for note in voice] for voice in written.voices]


@st.composite
def wishes(draw: st.DrawFn, line_up: LineUp = CHORALE) -> Wishes:
    registers = []
    for voice in range(len(line_up.voices)):
        low, high = line_up.pitch_range(voice)
        lowest = draw(st.integers(low, high))
        registers.append((lowest, draw(st.integers(lowest, high))))
    lengths = st.one_of(st.none(), st.integers(1, 20))
    return Wishes(
        DrawSettings(
            draw(st.sampled_from(SAMPLING_TECHNIQUES)),
            draw(st.sampled_from((0.0, 0.05, 0.5, 1.0))),
            draw(st.sampled_from((0.0, 0.1, 0.9, 2.0))),
        ),
        WritingLimits(tuple(registers), draw(lengths), draw(lengths), draw(st.integers(1, 8))),
        seed=draw(st.integers(0, 2**31 - 1)),
        candidates=draw(st.integers(1, 3)),
        cadence=draw(st.booleans()),
        density=draw(st.integers(0, DENSITY_UNKNOWN)),
        context_bars=draw(st.one_of(st.none(), st.integers(1, 3))),
    )


def assert_keeps(written: Written, wished: Wishes, present: Sequence[bool], first: int, stop: int) -> None:
    for voice, new in enumerate(written.voices):
        lowest, highest = wished.limits.registers[voice]
        assert present[voice] or not new
        for note in new:
            assert lowest <= note.pitch <= highest
            assert first <= note.onset < note.onset + note.duration <= stop
            assert wished.limits.max_note is None or note.duration <= wished.limits.max_note


@hypothesis_settings(max_examples=60)
@given(st.data(), st.integers(1, 4))
def test_a_continuation_keeps_every_wish(data: st.DataObject, more: int) -> None:
    line_up = data.draw(st.one_of(st.just(CHORALE), line_ups()))
    piece, wished = data.draw(voiced_pieces(line_up)), data.draw(wishes(line_up))
    metadata = replace(METADATA, line_up=line_up)
    present = [bool(notes) or data.draw(st.booleans()) for notes in piece.voices]
    present[0] |= not any(present)

    def write(candidates: int) -> Written:
        asked = replace(wished, candidates=candidates)
        return extend(OpinionatedNetwork(metadata), metadata, piece, present, piece.bars + more, asked)

    written = write(wished.candidates)
    stop = (piece.bars + more) * piece.bar_shape.steps
    assert written.first_step == seam_of(piece)
    assert_keeps(written, wished, present, written.first_step, stop)
    assert any(written.voices)
    if wished.cadence:
        assert max(note.onset + note.duration for new in written.voices for note in new) > stop - piece.bar_shape.steps
    assert write(wished.candidates) == written
    assert write(1).likelihoods[0] == written.likelihoods[0]


@hypothesis_settings(max_examples=40)
@given(voiced_pieces(CHORALE), wishes(), st.data())
def test_bars_that_are_filled_in_keep_every_wish(piece: VoicedPiece, wished: Wishes, data: st.DataObject) -> None:
    present = [bool(voice) for voice in piece.voices]
    present[0] = True
    start = data.draw(st.integers(0, piece.bars - 1))
    gap = (start, data.draw(st.integers(start + 1, piece.bars)))
    written = fill(OpinionatedNetwork(), METADATA, piece, present, gap, wished)
    low, high = gap[0] * piece.bar_shape.steps, gap[1] * piece.bar_shape.steps
    assert_keeps(written, wished, present, low, high)
    for voice, new in enumerate(written.voices):
        outside = [note for note in piece.voices[voice] if not low <= note.onset < high]
        sounding = np.zeros(piece.steps + 1, dtype=np.int64)
        for note in [*outside, *new]:
            sounding[note.onset : note.onset + note.duration] += 1
        assert sounding.max() <= 1


def test_a_candidate_is_the_same_alone_and_beside_others() -> None:
    beside = [
        extend(OpinionatedNetwork(), METADATA, TUNE, SOPRANO, 4, replace(PLAIN, candidates=count)) for count in (1, 4)
    ]
    assert beside[0].likelihoods[0] == beside[1].likelihoods[0]
    assert len(set(beside[1].likelihoods)) == 4


def test_a_large_network_writes_few_candidates_at_a_time_and_the_same() -> None:
    small, large = (
        replace(METADATA, layers=4, heads=4, head_width=32),
        replace(METADATA, layers=8, heads=8, head_width=32),
    )
    assert (small.candidates_at_once, large.candidates_at_once) == (10, 2)
    assert replace(large, context=8192, layers=12).candidates_at_once == 1
    asked = replace(PLAIN, candidates=5)
    written = [extend(OpinionatedNetwork(), facts, TUNE, SOPRANO, 4, asked) for facts in (small, large)]
    assert written[0] == written[1]


def test_beyond_the_memory_for_all_only_the_likeliest_goes_on_to_the_end() -> None:
    large = replace(METADATA, layers=4, heads=4, head_width=32)
    assert large.most_heard_together(8) == 2048 > large.context
    asked = replace(PLAIN, candidates=5)
    free, limited = OpinionatedNetwork(), OpinionatedNetwork()
    whole = extend(free, METADATA, TUNE, SOPRANO, 6, asked)
    heard = free.columns[0].tokens.shape[1]
    more = 20
    narrow = replace(METADATA, context=heard + more)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(model_metadata, "CACHES_BYTES", 5 * narrow.context * BYTES_AN_EVENT)
        alone = extend(limited, narrow, TUNE, SOPRANO, 6, asked)
    batches = [len(columns.tokens) for columns in limited.columns[1:]]
    assert batches[:more] == [5] * more
    assert set(batches[more:]) == {1}
    assert len(alone.likelihoods) == len(alone.endings) == 1
    # Who goes on alone writes what it would have written beside the others.
    assert alone.likelihoods[0] in whole.likelihoods


def test_seeds_differ() -> None:
    pieces = {
        str(notes(extend(OpinionatedNetwork(), METADATA, TUNE, SOPRANO, 6, replace(PLAIN, seed=seed))))
        for seed in range(5)
    }
    assert len(pieces) == 5


def test_one_note_is_enough_and_sixty_three_bars_are_not_too_many() -> None:
    one = VoicedPiece(FOUR, 1, ((Note(0, 1, 67),), (), (), ()))
    assert seam_of(one) == 4
    assert extend(OpinionatedNetwork(), METADATA, one, SOPRANO, 2, PLAIN).first_step == 4
    quarters = tuple(Note(4 * at, 4, 60 + at % 12) for at in range(63 * 4))
    long = VoicedPiece(FOUR, 63, (quarters, (), quarters[:1], ()))
    network = OpinionatedNetwork()
    written = extend(network, METADATA, long, [True, False, True, False], 64, PLAIN)
    assert written.first_step == 63 * 16
    assert network.columns[0][0].shape[1] < METADATA.context
    assert network.columns[0][0][0, 0] == BAR


def test_without_a_note_a_piece_begins_and_without_room_nothing_is_written() -> None:
    network = OpinionatedNetwork()
    empty = VoicedPiece(FOUR, 1, ((), (), (), ()))
    written = extend(network, METADATA, empty, SOPRANO, 2, PLAIN)
    assert written.first_step == 0
    assert network.columns[0][0].tolist() == [[BAR]]
    assert max(note.onset + note.duration for note in written.voices[0]) > 16
    with pytest.raises(ValueError, match="lasts until step 32, but must end before step 32"):
        extend(network, METADATA, TUNE, SOPRANO, 2, PLAIN)


def test_what_is_told_and_what_is_asked_for_are_beside_the_tokens() -> None:
    network = OpinionatedNetwork()
    extend(network, METADATA, TUNE, SOPRANO, 4, replace(PLAIN, density=0))
    tokens, places, left, density, times = (column[0] for column in network.columns[0])
    assert (left[0], left[-1], times[-1], places[0]) == (3, 2, 28, 16)
    assert set(density.tolist()) == {3}
    told = [(int(column[1][0, 0]), int(column[2][0, 0]), int(column[3][0, 0])) for column in network.columns[1:]]
    assert told[0] == (16, 1, 0)
    assert told[-1][1:] == (0, 0)
    extend(network, METADATA, TUNE, SOPRANO, 4, replace(PLAIN, cadence=False))
    assert {int(value) for column in network.columns for value in column[2].ravel()} == {LEFT_UNKNOWN}
    assert tokens[0] == BAR


def test_both_sides_of_a_gap_are_heard_and_the_context_limits_both() -> None:
    network = OpinionatedNetwork()
    quarters = tuple(Note(4 * at, 4, 60 + at) for at in range(24))
    piece = VoicedPiece(FOUR, 6, (quarters, (), (), ()))
    fill(network, METADATA, piece, SOPRANO, (2, 4), PLAIN)
    heard = network.columns[0][0][0].tolist()
    assert (heard[0], heard.count(BAR), heard[: heard.index(FILL)].count(BAR)) == (GAP, 4, 2)
    fill(network, METADATA, piece, SOPRANO, (2, 4), replace(PLAIN, context_bars=1))
    assert network.columns[0][0][0].tolist().count(BAR) == 2


def test_a_network_that_likes_nothing_finite_is_an_error() -> None:
    class Broken(OpinionatedNetwork):
        def _opinions(self) -> Floats:
            return np.full((len(self._heard), METADATA.vocabulary.size), np.nan, dtype=np.float32)

    with pytest.raises(NotFinite):
        extend(Broken(), METADATA, TUNE, SOPRANO, 4, PLAIN)


def test_a_network_cannot_write_for_ever() -> None:
    class Eager(OpinionatedNetwork):
        def _opinions(self) -> Floats:
            likes = 40.0 * (METADATA.vocabulary.is_onset | METADATA.vocabulary.is_off)
            return np.broadcast_to(likes, (len(self._heard), METADATA.vocabulary.size)).astype(np.float32)

    written = extend(Eager(), METADATA, TUNE, SOPRANO, 64, PLAIN)
    assert any(written.voices)


def test_the_best_ends_on_the_tonic_triad_held_for_a_beat() -> None:
    good = grade_ending([(Note(0, 4, 67),), (Note(0, 4, 64),), (Note(0, 4, 48),)], 0, 4)
    assert good == EndingGrade(True, True, True)
    assert grade_ending([(Note(0, 2, 67),), (Note(0, 2, 60),), (Note(0, 2, 52),)], 0, 4) == EndingGrade(
        False, False, False
    )
    assert grade_ending([(Note(0, 8, 60),)], 0, 4) == EndingGrade(True, True, True)
    assert grade_ending([(), ()], 0, 4) == EndingGrade(False, False, False)
    assert best_of([-1.0, -0.5, -2.0]) == 1
    assert best_of([-1.0, -0.5, -2.0], [good, EndingGrade(True, False, False), good]) == 0
    assert tonic_of(TUNE) == 7
