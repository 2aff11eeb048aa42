"""The ending of a piece: its triads by hand, and the laws of the last chord for lines of any kind."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencomposer_music.ending import (
    EndingVoice,
    LastNotes,
    Triad,
    approach_of,
    last_notes,
    last_triads,
    write_ending,
)
from opencomposer_music.keys import Key, find_key
from opencomposer_music.piano_roll import PITCHES, SOUNDING, Note, Planes, notes_to_planes
from opencomposer_music.voice_leading import REST, Line, line_of

MAJOR, MINOR = 4, 3
RANGES = ((55, 74), (48, 69), (36, 62))
C_MAJOR = Key(0, "major")


def voice(line: Line, lowest: int, highest: int, tune: int = 127) -> EndingVoice:
    pitches = np.arange(PITCHES)
    allowed = (pitches >= lowest) & (pitches <= min(highest, tune))
    return EndingVoice(line, allowed, allowed, np.zeros(PITCHES))


def held(*blocks: tuple[int, int]) -> Line:
    """Returns a line of (pitch, steps)."""
    return np.concatenate([np.full(steps, pitch, dtype=np.int64) for pitch, steps in blocks])


@pytest.mark.parametrize(
    ("key", "pitch_classes", "triad"),
    [
        (C_MAJOR, {0}, Triad(0, MAJOR)),
        (C_MAJOR, {4}, Triad(0, MAJOR)),
        (C_MAJOR, {7}, Triad(0, MAJOR)),
        (C_MAJOR, {2}, Triad(7, MAJOR)),
        (C_MAJOR, {11}, Triad(7, MAJOR)),
        (C_MAJOR, {5}, Triad(5, MAJOR)),
        (C_MAJOR, {9}, Triad(5, MAJOR)),
        (Key(9, "minor"), {9}, Triad(9, MINOR)),
        (Key(9, "minor"), {1}, Triad(9, MAJOR)),
        (Key(9, "minor"), {8}, Triad(4, MAJOR)),
        (Key(9, "minor"), {7}, Triad(7, MAJOR)),
        (C_MAJOR, {2, 5, 9}, Triad(2, MINOR)),
    ],
)
def test_a_piece_ends_on_the_tonic_if_the_tune_does_on_a_tone_of_it(
    key: Key, pitch_classes: set[int], triad: Triad
) -> None:
    assert last_triads(key, pitch_classes)[0] == triad


@given(st.integers(0, 11), st.sampled_from(["major", "minor"]), st.sets(st.integers(0, 11), max_size=4))
def test_each_triad_holds_what_sounds_and_none_is_told_twice(tonic: int, mode: str, sounding: set[int]) -> None:
    triads = last_triads(Key(tonic, "major" if mode == "major" else "minor"), sounding)
    assert len(triads) == len(set(triads))
    assert all(sounding <= triad.classes for triad in triads)
    if len(sounding) < 2:
        assert len(triads) == (6 if sounding else 24)


def test_a_tune_that_ends_on_the_tonic_decides_between_relatives() -> None:
    tune = np.array([held((69, 4), (67, 4), (64, 4), (60, 4), (64, 4), (67, 4), (69, 4))])
    assert find_key(tune, 60) == C_MAJOR
    assert find_key(tune, 69) == Key(9, "minor")


def test_the_last_notes_are_those_after_which_none_begins() -> None:
    assert last_notes(notes_to_planes([Note(0, 20, 60), Note(8, 4, 64)], 32)) == LastNotes(8, 20)
    assert last_notes(notes_to_planes([], 16)) is None
    assert [approach_of(start) for start in (0, 1, 4, 5, 8, 12)] == [0, 0, 0, 4, 4, 8]


def test_voices_that_move_under_the_last_note_hold_the_tonic() -> None:
    """B over G, then C: the voices wander on to an inversion of A minor."""
    tune = notes_to_planes([Note(0, 8, 71), Note(8, 8, 72)], 16)
    alto = voice(held((67, 8), (67, 4), (69, 4)), 55, 74)
    tenor = voice(held((62, 8), (64, 8)), 48, 69)
    bass = voice(held((43, 8), (48, 2), (50, 2), (52, 4)), 36, 62)
    ended = write_ending(tune, [alto, tenor, bass], 16)
    assert ended is not None
    assert ended.triad == Triad(0, MAJOR)
    assert ended.chords == (8,)
    assert [line[:8].tolist() for line in ended.lines] == [[67] * 8, [62] * 8, [43] * 8]
    assert [line[8:].tolist() for line in ended.lines] == [[67] * 8, [64] * 8, [48] * 8]


def test_a_parallel_into_the_last_chord_makes_the_beat_before_a_dominant() -> None:
    """Two voices an octave below the tune's D, which moves to C."""
    tune = notes_to_planes([Note(0, 4, 76), Note(4, 4, 74), Note(8, 8, 72)], 16)
    alto = voice(held((67, 4), (65, 4), (64, 8)), 55, 71)
    tenor = voice(held((60, 4), (57, 4), (55, 8)), 48, 69)
    bass = voice(held((48, 4), (50, 4), (48, 8)), 36, 62)
    ended = write_ending(tune, [alto, tenor, bass], 16)
    assert ended is not None
    assert ended.chords == (4, 8)
    assert {int(line[4]) % 12 for line in (*ended.lines, line_of(tune))} <= {7, 11, 2}
    assert int(ended.lines[-1][4]) % 12 == 7
    assert [line[:4].tolist() for line in ended.lines] == [[67] * 4, [60] * 4, [48] * 4]


def test_what_is_given_and_no_triad_has_no_ending() -> None:
    cluster = notes_to_planes([Note(0, 16, 60), Note(0, 16, 61), Note(0, 16, 62)], 16)
    assert write_ending(cluster, [voice(held((48, 16)), 36, 62)], 16) is None
    assert write_ending(notes_to_planes([], 16), [voice(held((48, 16)), 36, 62)], 16) is None
    assert write_ending(notes_to_planes([Note(0, 16, 60)], 16), [], 16) is None


def test_a_voice_that_rests_in_the_whole_piece_goes_on_resting() -> None:
    tune = notes_to_planes([Note(0, 4, 67), Note(4, 2, 64), Note(6, 2, 71), Note(8, 8, 72)], 16)
    silent = voice(np.full(16, REST), 55, 74)
    ended = write_ending(tune, [silent, voice(held((48, 4), (43, 12)), 36, 62)], 16)
    assert ended is not None
    assert (ended.lines[0] == REST).all()
    assert ended.lines[1][8] % 12 == 0


@st.composite
def pieces(draw: st.DrawFn) -> tuple[Planes, list[Line]]:
    """A tune of quarters and eighths, and three lines of any pitches below it."""
    lengths = draw(st.lists(st.sampled_from([2, 4, 8]), min_size=2, max_size=12))
    steps = sum(lengths)
    onsets = [0, *itertools.accumulate(lengths[:-1])]
    pitches = draw(st.lists(st.integers(64, 80), min_size=len(lengths), max_size=len(lengths)))
    tune = [Note(*note) for note in zip(onsets, lengths, pitches, strict=True)]
    lines: list[Line] = []
    for lowest, highest in RANGES:
        blocks = draw(st.lists(st.integers(lowest, highest), min_size=-(-steps // 2), max_size=-(-steps // 2)))
        lines.append(np.repeat(np.array(blocks, dtype=np.int64), 2)[:steps])
    return notes_to_planes(tune, steps), lines


@given(pieces())
@settings(max_examples=150, deadline=None)
def test_the_laws_of_an_ending(piece: tuple[Planes, list[Line]]) -> None:
    tune, lines = piece
    last = last_notes(tune)
    assert last is not None
    melody = line_of(tune)
    top = int(melody[last.start])
    before_top = int(melody[approach_of(last.start) : last.start].min())
    voices: list[EndingVoice] = []
    for line, (lowest, highest) in zip(lines, RANGES, strict=True):
        allowed, allowed_before = voice(line, lowest, highest, top).last, voice(line, lowest, highest, before_top).last
        voices.append(EndingVoice(line, allowed, allowed_before, np.zeros(PITCHES)))
    ended = write_ending(tune, voices, last.stop)
    assert ended is not None
    first = ended.chords[0]
    assert first >= approach_of(last.start)
    chord = [int(line[last.start]) for line in ended.lines]
    for line, was, one in zip(ended.lines, lines, voices, strict=True):
        assert np.array_equal(line[:first], was[:first])
        assert (line[last.start :] == line[last.start]).all()
        assert line[last.start] == REST or one.last[line[last.start]]
    # One voice may be silent where each of its tones would make a parallel; the bass never is.
    sung = [pitch for pitch in chord if pitch != REST]
    assert len(sung) >= len(chord) - 1
    # The chord has its root in the bass, its third, and nothing else than its tones, and no voice crosses another.
    assert chord[-1] % 12 == ended.triad.root
    assert chord[-1] != REST
    classes = {pitch % 12 for pitch in (*sung, top)}
    assert classes <= ended.triad.classes
    assert (ended.triad.root + ended.triad.third) % 12 in classes
    assert sung == sorted(sung, reverse=True)


@given(pieces())
@settings(max_examples=100, deadline=None)
def test_lines_that_sing_chords_get_to_the_last_one_without_parallels_and_wide_leaps(
    piece: tuple[Planes, list[Line]],
) -> None:
    """The lines hold triads under the tune, each in root position, as good models write them."""
    tune, _ = piece
    melody = line_of(tune)
    last = last_notes(tune)
    assert last is not None
    pitches = np.arange(PITCHES)
    voices: list[EndingVoice] = []
    for index, (lowest, highest) in enumerate(RANGES):
        above = (7, 4, 0)[index]
        line = np.array(
            [
                next(pitch for pitch in range(lowest, highest) if (pitch - int(note) - above) % 12 == 0)
                for note in melody
            ]
        )
        allowed = (pitches >= lowest) & (pitches <= min(highest, int(melody[last.start])))
        before = allowed & (pitches <= int(melody[approach_of(last.start) : last.start].min()))
        voices.append(EndingVoice(line, allowed, before, np.zeros(PITCHES)))
    ended = write_ending(tune, voices, last.stop)
    assert ended is not None
    # Where the tune repeats its note, no parallel can arise with it.
    every = [melody, *ended.lines]
    step = last.start
    for line in ended.lines:
        assert abs(int(line[step]) - int(line[step - 1])) <= 12
    for one, two in itertools.combinations(every, 2):
        moves = int(one[step] - one[step - 1]), int(two[step] - two[step - 1])
        was, becomes = (abs(int(one[at] - two[at])) % 12 for at in (step - 1, step))
        assert not (moves[0] * moves[1] > 0 and was == becomes and was in (0, 7))


def test_the_tune_is_not_touched() -> None:
    tune = notes_to_planes([Note(0, 8, 71), Note(8, 8, 72)], 16)
    kept = tune.copy()
    write_ending(tune, [voice(held((67, 16)), 55, 74), voice(held((43, 16)), 36, 62)], 16)
    assert np.array_equal(tune, kept)
    assert tune[SOUNDING].any()
