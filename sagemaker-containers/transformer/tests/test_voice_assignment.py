"""Which track is which voice."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.model_metadata import Voice
from opencomposer_music.piano_roll import Note
from opencomposer_music.time_signatures import BAR_SHAPES
from opencomposer_testing.voiced_pieces import CHORALE, line_ups
from opencomposer_transformer.events import EventWriter, LineUp, Vocabulary, without_overlaps
from opencomposer_transformer.voice_assignment import VoiceAssignment, assign_voices

FOUR = BAR_SHAPES["4/4"]


def line(*pitches: int) -> list[Note]:
    return [Note(4 * at, 4, pitch) for at, pitch in enumerate(pitches)]


def chords(*tones: tuple[int, ...]) -> list[Note]:
    return [Note(4 * at, 4, pitch) for at, pitches in enumerate(tones) for pitch in pitches]


def assign(*tracks: list[Note]) -> VoiceAssignment:
    return assign_voices(CHORALE, FOUR, 2, tracks)


def pitches(assignment: VoiceAssignment) -> list[list[int]]:
    return [[note.pitch for note in notes] for notes in assignment.heard.voices]


def test_one_melody_is_the_highest_voice_also_where_another_voice_is_nearer() -> None:
    assignment = assign(line(64, 64, 65, 67))
    assert assignment.track_of == (0, None, None, None)
    assert assignment.given == (True, False, False, False)
    assert pitches(assignment)[0] == [64, 64, 65, 67]


def test_a_track_below_the_highest_voice_is_the_voice_nearest_to_it_also_where_it_is_alone() -> None:
    assert assign(line(45, 48, 50, 43)).track_of == (None, None, None, 0)
    assert assign(line(55, 57, 59, 60)).track_of == (None, None, 0, None)
    assert assign(line(24, 26)).track_of == (None, None, None, 0)
    assert assign(line(65, 67), line(57, 59)).track_of == (0, None, 1, None)
    assert assign(line(48, 50), line(57, 59)).track_of == (None, None, 1, 0)
    assert assign(chords((67, 64, 60), (65, 62, 59))).track_of == (0, 0, 0, None)


@given(st.lists(st.integers(0, 127), min_size=1, max_size=8), line_ups())
def test_a_lone_track_is_the_highest_voice_or_the_nearest(heights: list[int], line_up: LineUp) -> None:
    tune = line(*heights)
    assignment = assign_voices(line_up, FOUR, 2, [tune])
    [voice] = [voice for voice, track in enumerate(assignment.track_of) if track is not None]
    high_to_low = sorted(line_up.voices, key=lambda voice: -(voice.lowest_pitch + voice.highest_pitch))
    highest, own = high_to_low[0], line_up.voices[voice]
    if all(highest.lowest_pitch <= height <= highest.highest_pitch for height in heights):
        assert own == highest
    mean = sum(heights) / len(heights)
    distance = abs((own.lowest_pitch + own.highest_pitch) / 2 - mean)
    nearest = min(abs((each.lowest_pitch + each.highest_pitch) / 2 - mean) for each in line_up.voices)
    assert own == highest or distance == nearest


def test_several_tracks_are_voices_by_their_pitch() -> None:
    bass, soprano, tenor = line(43, 48), line(72, 74), line(55, 57)
    assert assign(bass, soprano).track_of == (1, None, None, 0)
    assert assign(bass, soprano, tenor).track_of == (1, None, 2, 0)
    assert assign(bass, soprano, tenor, line(65, 66)).track_of == (1, 3, 2, 0)


def test_a_track_without_notes_is_no_voice() -> None:
    assert assign([], line(60)).track_of == (1, None, None, None)
    assert assign([]).given == (False, False, False, False)


def test_of_too_many_tracks_the_outer_ones_and_some_between_are_heard() -> None:
    tracks = [line(40 + 3 * number) for number in range(10)]
    heard = [track for track in assign(*tracks).track_of if track is not None]
    assert len(heard) == 4
    assert (heard[0], heard[-1]) == (9, 0)
    assert heard == sorted(heard, reverse=True)


@given(st.lists(st.integers(30, 90), min_size=1, max_size=16), line_ups())
def test_the_tune_always_has_a_voice(heights: list[int], line_up: LineUp) -> None:
    assignment = assign_voices(line_up, FOUR, 2, [line(height) for height in heights])
    assert 0 in assignment.track_of
    owners = [track for track in assignment.track_of if track is not None]
    assert len(owners) == len(set(owners)) == min(len(heights), len(line_up.voices))


def test_a_tune_in_the_middle_takes_the_place_of_the_track_nearest_to_it() -> None:
    tune, others = line(60), [line(76), line(67), line(52), line(43)]
    assert assign(tune, *others).track_of in {(1, 0, 3, 4), (1, 2, 0, 4)}


def test_a_track_far_away_is_heard_by_octaves_and_what_is_written_comes_back() -> None:
    assignment = assign(line(96, 98))
    assert assignment.shifts[0] == -12
    assert pitches(assignment)[0] == [84, 86]
    assert [note.pitch for note in assignment.written_for(0, [line(80), [], [], []])] == [92]


def test_one_track_of_chords_is_split_from_the_outside_inwards() -> None:
    assignment = assign(chords((72, 67, 64, 48), (74, 67, 65, 50), (76,)))
    assert assignment.track_of == (0, 0, 0, 0)
    assert pitches(assignment) == [[72, 74, 76], [67, 67], [64, 65], [48, 50]]
    written = [line(70), line(66), line(60), line(45)]
    assert sorted(note.pitch for note in assignment.written_for(0, written)) == [45, 60, 66, 70]


def test_chords_of_two_notes_are_two_lines() -> None:
    assert assign(chords((72, 48), (74, 50))).track_of == (0, None, None, 0)
    assert pitches(assign(chords((76, 72, 67, 64, 60, 48))))[0] == [76]


def test_a_voice_of_several_notes_takes_chords_whole() -> None:
    line_up = LineUp((CHORALE.voices[0], Voice("Piano", 0, "polyphonic", 36, 84)))
    notes = chords((72, 67, 48), (74, 67, 50))
    assignment = assign_voices(line_up, FOUR, 2, [notes])
    assert assignment.track_of == (None, 0)
    assert assignment.heard.voices[1] == without_overlaps(notes)


def test_a_voice_of_one_note_hears_the_outer_line_of_a_track() -> None:
    upper, lower = chords((76, 72), (77, 74)), chords((52, 48), (53, 50))
    assert pitches(assign(upper, lower)) == [[76, 77], [], [], [48, 50]]
    held = [Note(0, 8, 76), Note(4, 4, 72), Note(6, 4, 79)]
    assert [note[:3] for note in assign(held, lower).heard.voices[0]] == [(0, 6, 76), (6, 4, 79)]


@given(
    line_ups(),
    st.lists(st.lists(st.tuples(st.integers(0, 28), st.integers(1, 8), st.integers(0, 127)), max_size=10), max_size=20),
)
def test_whatever_is_given_can_be_heard(line_up: LineUp, drawn: list[list[tuple[int, int, int]]]) -> None:
    tracks = [[Note(onset, min(duration, 32 - onset), pitch) for onset, duration, pitch in track] for track in drawn]
    shape = BAR_SHAPES[line_up.time_signatures[0]]
    bars = -(-32 // shape.steps)
    assignment = assign_voices(line_up, shape, bars, tracks)
    EventWriter(Vocabulary(line_up), assignment.heard, assignment.given).until(32)
    owners = [track for track in assignment.track_of if track is not None]
    assert bool(owners) == any(tracks)
    for voice, notes in enumerate(assignment.heard.voices):
        owner = assignment.track_of[voice]
        if owner is None:
            assert not notes
            continue
        given_onsets = {(note.onset, note.pitch % 12) for note in tracks[owner]}
        assert {(note.onset, note.pitch % 12) for note in notes} <= given_onsets
    for one, other in itertools.combinations(range(len(line_up.voices)), 2):
        if len(set(owners)) > 1 and assignment.track_of[one] is not None:
            assert assignment.track_of[one] != assignment.track_of[other]
