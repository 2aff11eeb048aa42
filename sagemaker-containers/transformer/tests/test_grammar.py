"""The grammar: every piece is legal, and whatever is drawn is a piece that keeps the limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.model_metadata import Voice
from opencomposer_music.piano_roll import Note, is_monophonic
from opencomposer_music.time_signatures import BAR_SHAPES
from opencomposer_testing.voiced_pieces import CHORALE, line_ups, voiced_pieces
from opencomposer_transformer.events import (
    BAR,
    END,
    FIRST_POSITION,
    EventWriter,
    LineUp,
    NoteReader,
    Vocabulary,
    VoicedPiece,
)
from opencomposer_transformer.grammar import Grammar, Stop, Stretch, WritingLimits, kept_notes

FOUR = BAR_SHAPES["4/4"]


def full_registers(line_up: LineUp) -> tuple[tuple[int, int], ...]:
    return tuple(line_up.pitch_range(voice) for voice in range(len(line_up.voices)))


@given(st.data())
def test_the_tokens_of_every_piece_are_open(data: st.DataObject) -> None:
    line_up = data.draw(line_ups())
    piece = data.draw(voiced_pieces(line_up))
    vocabulary, present = Vocabulary(line_up), [True] * len(line_up.voices)
    limits = WritingLimits(full_registers(line_up), silent_end=True)
    grammar = Grammar(
        vocabulary, Stretch(piece.bar_shape, 0, piece.bars - 1, "end"), limits, present, kept_notes(piece, present, 0)
    )
    for token in EventWriter(vocabulary, piece, present).whole().tokens.tolist():
        assert not grammar.finished
        assert grammar.open_tokens()[token]
        grammar.push(token)
    assert grammar.finished


@given(st.data())
def test_the_tokens_of_bars_that_are_filled_in_are_open(data: st.DataObject) -> None:
    line_up = data.draw(line_ups())
    piece = data.draw(voiced_pieces(line_up))
    vocabulary, present = Vocabulary(line_up), [True] * len(line_up.voices)
    start = data.draw(st.integers(0, piece.bars - 1))
    gap = (start, data.draw(st.integers(start + 1, piece.bars)))
    writer = EventWriter(vocabulary, piece, present)
    around, tokens = writer.around(gap), writer.filled(gap).tokens.tolist()
    stop: Stop = "gap" if gap[1] < piece.bars else "end"
    stretch = Stretch(piece.bar_shape, gap[0] * piece.bar_shape.steps, gap[1] - 1, stop)
    limits = WritingLimits(full_registers(line_up), silent_end=True)
    grammar = Grammar(vocabulary, stretch, limits, present, kept_notes(piece, present, stretch.first_step))
    for token in tokens[len(around) :]:
        assert grammar.open_tokens()[token]
        grammar.push(token)
    assert grammar.finished


@st.composite
def writings(draw: st.DrawFn) -> tuple[LineUp, VoicedPiece, tuple[bool, ...], Stretch, WritingLimits]:
    """Draws a piece, and a stretch that is to be written after it or in it, with limits of any kind."""
    line_up = draw(st.one_of(st.just(CHORALE), line_ups()))
    piece = draw(voiced_pieces(line_up, max_bars=4))
    present = tuple(draw(st.lists(st.booleans(), min_size=len(line_up.voices), max_size=len(line_up.voices))))
    present = present if any(present) else (True, *present[1:])
    registers = []
    for voice in range(len(line_up.voices)):
        low, high = line_up.pitch_range(voice)
        lowest = draw(st.integers(low, high))
        registers.append((lowest, draw(st.integers(lowest, high))))
    size = piece.bar_shape.steps
    stops: tuple[Stop, ...] = ("end", "bar line", "gap")
    stop = draw(st.sampled_from(stops))
    # A gap starts at a bar line, and given notes may last into it; a continuation starts where all have ended.
    first = draw(st.integers(0, piece.bars - 1)) * size if stop == "gap" else piece.end
    last = draw(st.integers(first // size, first // size + 3))
    lengths = st.one_of(st.none(), st.integers(1, 20))
    limits = WritingLimits(
        tuple(registers), draw(lengths), draw(lengths), draw(st.one_of(st.none(), st.integers(1, 4)))
    )
    return line_up, piece, present, Stretch(piece.bar_shape, first, last, stop), limits


def written(
    vocabulary: Vocabulary, grammar: Grammar, stretch: Stretch, seed: int, level: float
) -> tuple[list[int], list[list[Note]]]:
    """Draws tokens by random logits until the stretch is finished. level: how much more ends of notes are liked."""
    rng = np.random.default_rng(seed)
    tokens: list[int] = []
    reader = NoteReader(vocabulary, stretch.bar_shape, stretch.first_step)
    while not grammar.finished:
        assert len(tokens) < 20_000
        scores = rng.standard_normal(vocabulary.size) + level * vocabulary.is_off
        # A polyphonic voice that likes every note would fill the whole test.
        scores[: FIRST_POSITION + vocabulary.positions] += 2.0
        mask = grammar.open_tokens()
        assert mask.any()
        token = int(np.argmax(np.where(mask, scores, -np.inf)))
        grammar.push(token)
        tokens.append(token)
        if not (token == BAR and grammar.finished):
            reader.read(token)
    if tokens[-1] == BAR:
        reader.finish(stretch.stop_step)
    return tokens, reader.notes


@given(writings(), st.integers(0, 2**32 - 1), st.sampled_from((-2.0, 0.0, 2.0)))
def test_whatever_is_drawn_keeps_every_limit(
    writing: tuple[LineUp, VoicedPiece, tuple[bool, ...], Stretch, WritingLimits], seed: int, level: float
) -> None:
    line_up, piece, present, stretch, limits = writing
    vocabulary = Vocabulary(line_up)
    kept = kept_notes(piece, present, stretch.first_step)
    grammar = Grammar(vocabulary, stretch, limits, present, kept)
    tokens, voices = written(vocabulary, grammar, stretch, seed, level)
    assert tokens[-1] == (BAR if stretch.stop == "bar line" else END)
    ends = [note.onset + note.duration for notes in voices for note in notes]
    # Given notes may leave no room in a gap, and the end of one may be all that the last step holds.
    assert ends or stretch.stop == "gap" or stretch.first_step == stretch.stop_step - 1
    stop = max(ends) if stretch.stop == "end" and ends else stretch.stop_step
    assert stretch.stop_step - stretch.bar_shape.steps < stop <= stretch.stop_step
    for voice, notes in enumerate(voices):
        lowest, highest = limits.registers[voice]
        assert present[voice] or not notes
        assert all(lowest <= note.pitch <= highest for note in notes)
        assert all(stretch.first_step <= note.onset < note.onset + note.duration <= stop for note in notes)
        assert limits.max_note is None or all(note.duration <= limits.max_note for note in notes)
        held = [
            Note(stretch.first_step, min(end, stretch.stop_step) - stretch.first_step, pitch)
            for pitch, end in kept[voice].items()
            if end > stretch.first_step
        ]
        if line_up.is_monophonic(voice):
            assert is_monophonic([*held, *notes])
        assert_no_pitch_overlaps_itself([*held, *notes])
        if limits.max_polyphony is not None and not line_up.is_monophonic(voice):
            assert most_at_once(notes) <= limits.max_polyphony
        if present[voice] and limits.max_rest is not None:
            assert longest_rest([*held, *notes], stretch.first_step, stop) <= limits.max_rest


def assert_no_pitch_overlaps_itself(notes: list[Note]) -> None:
    for pitch in {note.pitch for note in notes}:
        assert is_monophonic([note for note in notes if note.pitch == pitch])


def most_at_once(notes: list[Note]) -> int:
    return max(
        (sum(one.onset <= note.onset < one.onset + one.duration for one in notes) for note in notes),
        default=0,
    )


def longest_rest(notes: list[Note], start: int, stop: int) -> int:
    sounding = np.zeros(stop - start + 1, dtype=np.bool_)
    for note in notes:
        sounding[note.onset - start : note.onset + note.duration - start] = True
    sounding[-1] = True
    gaps = np.diff(np.flatnonzero(np.append(True, sounding)))
    return int(gaps.max(initial=1)) - 1


def test_a_note_that_ends_where_the_writing_starts_is_never_lengthened() -> None:
    vocabulary = Vocabulary(CHORALE)
    piece = VoicedPiece(FOUR, 1, ((Note(0, 16, 67),), (Note(0, 12, 60),), (), ()))
    present = [True] * 4
    limits = WritingLimits(full_registers(CHORALE))
    grammar = Grammar(vocabulary, Stretch(FOUR, 16, 1, "end"), limits, present, kept_notes(piece, present, 16))
    assert np.flatnonzero(grammar.open_tokens()).tolist() == [BAR]
    grammar.push(BAR)
    assert np.flatnonzero(grammar.open_tokens()).tolist() == [FIRST_POSITION]
    grammar.push(FIRST_POSITION)
    assert set(vocabulary.voice_of[grammar.open_tokens()].tolist()) == {0}


def test_a_given_note_that_lasts_into_a_gap_is_kept_to_its_end() -> None:
    vocabulary = Vocabulary(CHORALE)
    piece = VoicedPiece(FOUR, 3, ((Note(12, 8, 67),), (), (), ()))
    present = [True, False, False, False]
    limits = WritingLimits(full_registers(CHORALE))
    grammar = Grammar(vocabulary, Stretch(FOUR, 16, 1, "gap"), limits, present, kept_notes(piece, present, 16))
    grammar.push(BAR)
    assert np.flatnonzero(grammar.open_tokens()).tolist() == [FIRST_POSITION + 4]


def test_no_place_is_named_at_which_only_given_notes_sound_on() -> None:
    line_up = LineUp((Voice("Keys", 0, "polyphonic", 0, 11),))
    vocabulary = Vocabulary(line_up)
    piece = VoicedPiece(FOUR, 3, ((Note(12, 20, 0), Note(14, 20, 10)),))
    limits, stretch = WritingLimits(((10, 10),)), Stretch(FOUR, 32, 2, "gap")
    grammar = Grammar(vocabulary, stretch, limits, [True], kept_notes(piece, [True], 32))
    for token in (BAR, FIRST_POSITION, vocabulary.off(0, 0)):
        assert grammar.open_tokens()[token]
        grammar.push(token)
    # The only pitch that may start is the one that sounds until the next place but one.
    assert np.flatnonzero(grammar.open_tokens()).tolist() == [FIRST_POSITION + 2]


def test_what_ends_in_one_voice_may_start_in_the_next() -> None:
    voices = tuple(Voice(name, 0, "polyphonic", 60, 65) for name in ("Right", "Left"))
    line_up = LineUp(voices)
    vocabulary, present = Vocabulary(line_up), [True, True]
    piece = VoicedPiece(FOUR, 1, ((Note(0, 4, 62),), (Note(0, 4, 62),)))
    stretch, limits = Stretch(FOUR, 4, 0, "end"), WritingLimits(full_registers(line_up), max_polyphony=1)
    grammar = Grammar(vocabulary, stretch, limits, present, kept_notes(piece, present, 4))
    grammar.push(FIRST_POSITION + 4)
    assert set(np.flatnonzero(grammar.open_tokens()).tolist()) == {vocabulary.off(0, 62), vocabulary.onset(0, 62)}
    grammar.push(vocabulary.off(0, 62))
    assert not grammar.open_tokens()[vocabulary.onset(0, 62)]
    assert grammar.open_tokens()[vocabulary.onset(1, 62)]


def test_a_copy_goes_its_own_way() -> None:
    vocabulary = Vocabulary(CHORALE)
    piece = VoicedPiece(FOUR, 1, ((), (), (), ()))
    limits = WritingLimits(full_registers(CHORALE))
    grammar = Grammar(vocabulary, Stretch(FOUR, 0, 1, "end"), limits, [True] * 4, kept_notes(piece, [True] * 4, 0))
    grammar.push(BAR)
    other = grammar.copy()
    other.push(FIRST_POSITION)
    other.push(vocabulary.onset(0, 67))
    assert (grammar.sounding(0), other.sounding(0)) == (-1, 67)
    assert (grammar.step, grammar.place, grammar.is_at_place) == (0, 16, False)


def test_a_register_without_a_pitch_of_the_voice_is_refused() -> None:
    vocabulary = Vocabulary(CHORALE)
    limits = WritingLimits(((0, 20), (0, 127), (0, 127), (0, 127)))
    with pytest.raises(ValueError, match="the register of voice 0 holds none of its pitches 54 to 87"):
        Grammar(vocabulary, Stretch(FOUR, 0, 1, "end"), limits, [True] * 4, ({}, {}, {}, {}))
