"""The events of a piece: every piece that the grid holds comes back exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.model_metadata import Voice
from opencomposer_music.piano_roll import Note, notes_to_planes
from opencomposer_music.time_signatures import BAR_SHAPES
from opencomposer_testing.voiced_pieces import CHORALE, line_ups, voiced_pieces
from opencomposer_transformer.events import (
    BAR,
    DENSITY_UNKNOWN,
    END,
    FILL,
    FIRST_POSITION,
    GAP,
    LEFT_UNKNOWN,
    NOTHING,
    EventWriter,
    LineUp,
    NoteReader,
    Vocabulary,
    VoicedPiece,
    density_levels,
    read_piece,
    without_overlaps,
)

FOUR, THREE = BAR_SHAPES["4/4"], BAR_SHAPES["3/4"]


def sorted_voices(piece: VoicedPiece) -> list[list[Note]]:
    return [sorted(voice) for voice in piece.voices]


@given(st.data())
def test_every_piece_comes_back_exactly(data: st.DataObject) -> None:
    line_up = data.draw(line_ups())
    piece = data.draw(voiced_pieces(line_up))
    vocabulary = Vocabulary(line_up)
    sequence = EventWriter(vocabulary, piece, [True] * vocabulary.voices).whole(told_left=True)
    back = read_piece(vocabulary, piece.bar_shape, sequence.tokens.tolist())
    assert (back.bars, sorted_voices(back)) == (piece.bars, sorted_voices(piece))


@given(st.data())
def test_side_inputs_say_where_each_token_stands(data: st.DataObject) -> None:
    line_up = data.draw(line_ups())
    piece = data.draw(voiced_pieces(line_up))
    vocabulary = Vocabulary(line_up)
    size = piece.bar_shape.steps
    sequence = EventWriter(vocabulary, piece, [True] * vocabulary.voices).whole(told_left=True)
    first = vocabulary.first_place(piece.bar_shape)
    reader = NoteReader(vocabulary, piece.bar_shape)
    for index, token in enumerate(sequence.tokens[:-1].tolist()):
        reader.read(token)
        assert sequence.times[index] == reader.step
        assert sequence.bars[index] == reader.bar
        assert sequence.left[index] == min(16, piece.bars - 1 - reader.bar)
        assert sequence.places[index] == first + (size if token == BAR else reader.step % size)
    assert sequence.places.max() < vocabulary.places
    assert set(sequence.density.tolist()) == {DENSITY_UNKNOWN}


@given(st.data())
def test_absent_voices_are_not_written(data: st.DataObject) -> None:
    line_up = data.draw(line_ups())
    piece = data.draw(voiced_pieces(line_up))
    vocabulary = Vocabulary(line_up)
    present = data.draw(st.lists(st.booleans(), min_size=vocabulary.voices, max_size=vocabulary.voices))
    sequence = EventWriter(vocabulary, piece, present).until(piece.steps)
    written = {voice for voice in vocabulary.voice_of[sequence.tokens].tolist() if voice != NOTHING}
    assert written <= {voice for voice, there in enumerate(present) if there}
    assert sequence.voices.tolist() == [float(there) for there in present]


@given(st.data())
def test_bars_that_are_filled_in_come_last_and_are_the_same_music(data: st.DataObject) -> None:
    line_up = data.draw(line_ups())
    piece = data.draw(voiced_pieces(line_up))
    vocabulary = Vocabulary(line_up)
    start = data.draw(st.integers(0, piece.bars - 1))
    gap = (start, data.draw(st.integers(start + 1, piece.bars)))
    writer = EventWriter(vocabulary, piece, [True] * vocabulary.voices)
    tokens, around = writer.filled(gap).tokens.tolist(), writer.around(gap).tokens.tolist()
    assert tokens[: len(around)] == around
    reader = NoteReader(vocabulary, piece.bar_shape, gap[0] * piece.bar_shape.steps)
    for token in tokens[len(around) :]:
        reader.read(token)
    size = piece.bar_shape.steps
    low, high = gap[0] * size, gap[1] * size
    for written, whole in zip(reader.notes, piece.voices, strict=True):
        inside = [note for note in whole if low <= note.onset < high]
        cut = [note._replace(duration=min(note.duration, high - note.onset)) for note in inside]
        assert sorted(written) == sorted(cut)
    assert (tokens.count(BAR), tokens[-1]) == (piece.bars, END)
    after, before = tokens[1 : tokens.index(FILL)], around[tokens.index(FILL) + 1 :]
    assert (tokens[0], after.count(BAR), before.count(BAR)) == (GAP, piece.bars - gap[1], gap[0])
    assert before == writer.until(low).tokens.tolist()


def test_tokens_are_few_and_in_their_order() -> None:
    vocabulary = Vocabulary(LineUp(CHORALE.voices[:1] + CHORALE.voices[3:]))
    soprano = (Note(0, 8, 67), Note(8, 8, 69))
    bass = (Note(0, 8, 48),)
    sequence = EventWriter(vocabulary, VoicedPiece(FOUR, 1, (soprano, bass)), [True, True]).whole()
    assert sequence.tokens.tolist() == [
        BAR,
        FIRST_POSITION,
        vocabulary.onset(0, 67),
        vocabulary.onset(1, 48),
        FIRST_POSITION + 8,
        vocabulary.onset(0, 69),
        vocabulary.off(1),
        END,
    ]


def test_in_a_polyphonic_voice_ends_come_first_and_pitches_go_upwards() -> None:
    vocabulary = Vocabulary(LineUp((Voice("Piano", 0, "polyphonic", 36, 84),)))
    notes = (Note(0, 4, 48), Note(0, 4, 60), Note(4, 4, 55), Note(4, 12, 60))
    tokens = EventWriter(vocabulary, VoicedPiece(FOUR, 1, (notes,)), [True]).whole().tokens.tolist()
    second_place = tokens.index(FIRST_POSITION + 4)
    assert tokens[second_place + 1 :] == [
        vocabulary.off(0, 48),
        vocabulary.onset(0, 55),
        vocabulary.onset(0, 60),
        FIRST_POSITION + 8,
        vocabulary.off(0, 55),
        END,
    ]


def test_what_goes_on_says_how_all_ends_and_a_later_start_repeats_what_is_held() -> None:
    vocabulary = Vocabulary(CHORALE)
    piece = VoicedPiece(FOUR, 2, ((Note(12, 10, 67),), (), (), ()))
    writer = EventWriter(vocabulary, piece, [True] * 4)
    assert vocabulary.off(0) not in writer.whole().tokens
    assert writer.until(24).tokens.tolist()[-2:] == [FIRST_POSITION + 6, vocabulary.off(0)]
    assert writer.until(20).tokens.tolist()[-1] == BAR
    assert writer.whole(first_bar=1).tokens.tolist()[:3] == [BAR, FIRST_POSITION, vocabulary.onset(0, 67)]


def test_transposing_is_writing_other_pitches() -> None:
    vocabulary = Vocabulary(CHORALE)
    piece = VoicedPiece(FOUR, 1, ((Note(0, 4, 67), Note(4, 4, 69)), (), (), ()))
    up = VoicedPiece(FOUR, 1, ((Note(0, 4, 70), Note(4, 4, 72)), (), (), ()))
    shifted = EventWriter(vocabulary, piece, [True] * 4, shift=3).whole()
    assert shifted.tokens.tolist() == EventWriter(vocabulary, up, [True] * 4).whole().tokens.tolist()


def test_each_time_signature_has_places_of_its_own() -> None:
    vocabulary = Vocabulary(CHORALE)
    places = [vocabulary.place(shape, step) for shape in vocabulary.bar_shapes for step in range(shape.steps + 1)]
    assert sorted(places) == list(range(vocabulary.places))


def test_what_a_line_up_cannot_hold_is_refused() -> None:
    vocabulary = Vocabulary(LineUp(CHORALE.voices[:1], ("4/4",)))
    with pytest.raises(ValueError, match="voice 0 of the line-up holds the pitches 60 to 81, not 59"):
        EventWriter(vocabulary, VoicedPiece(FOUR, 1, ((Note(0, 4, 59),),)), [True])
    with pytest.raises(ValueError, match="voice 0 of the line-up is monophonic"):
        EventWriter(vocabulary, VoicedPiece(FOUR, 1, ((Note(0, 4, 60), Note(2, 4, 64)),)), [True])
    with pytest.raises(ValueError, match="the line-up knows 4/4"):
        EventWriter(vocabulary, VoicedPiece(THREE, 1, ((Note(0, 4, 60),),)), [True])
    with pytest.raises(ValueError, match="the line-up has 1 voices, the piece 2"):
        EventWriter(vocabulary, VoicedPiece(FOUR, 1, ((), ())), [True, True])


def test_density_counts_the_onsets_of_the_voices_that_are_present() -> None:
    quarters = tuple(Note(4 * at, 4, 67) for at in range(4))
    piece = VoicedPiece(FOUR, 2, (quarters, (Note(16, 16, 60),)))
    assert density_levels(piece, [True, True], (1.0, 2.0, 3.0)).tolist() == [2, 0]
    assert density_levels(piece, [True, False], (1.0, 2.0, 3.0)).tolist() == [3, 0]
    assert density_levels(piece, [False, True], (1.0, 2.0, 3.0)).tolist() == [0, 1]


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 12), st.integers(60, 63)), max_size=12))
def test_a_voice_holds_each_pitch_once_at_a_time(drawn: list[tuple[int, int, int]]) -> None:
    notes = [Note(*values) for values in drawn]
    kept = without_overlaps(notes)
    assert [note[:3] for note in VoicedPiece.of_planes(FOUR, notes_to_planes(kept, 32)[np.newaxis]).voices[0]] == [
        note[:3] for note in kept
    ]
    assert {(note.onset, note.pitch) for note in kept} == {(note.onset, note.pitch) for note in notes}
    assert without_overlaps(kept) == kept


def test_bars_left_are_unknown_unless_told() -> None:
    vocabulary = Vocabulary(CHORALE)
    piece = VoicedPiece(FOUR, 20, ((Note(0, 4, 67),), (), (), ()))
    writer = EventWriter(vocabulary, piece, [True] * 4)
    assert set(writer.whole().left.tolist()) == {LEFT_UNKNOWN}
    assert writer.until(32, bars=20).left.tolist()[0] == 16
