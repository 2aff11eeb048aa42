"""MIDI files are exact on the grid, and the same music gives the same bytes."""

from __future__ import annotations

import io

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.piano_roll import Note
from opencomposer_training.midi_file import Track, midi_bytes, read_midi


@st.composite
def tracks(draw: st.DrawFn) -> list[Track]:
    result = []
    for index in range(draw(st.integers(1, 4))):
        notes, step = [], draw(st.integers(0, 20))
        for _ in range(draw(st.integers(1, 12))):
            duration = draw(st.integers(1, 16))
            notes.append(Note(step, duration, draw(st.integers(0, 127)), draw(st.integers(1, 127))))
            step += duration + draw(st.integers(0, 2))
        result.append(Track(f"Voice {index}", draw(st.integers(0, 127)), notes))
    return result


@given(tracks(), st.integers(40, 240))
def test_tracks_survive_the_file_exactly(music: list[Track], tempo: int) -> None:
    content = midi_bytes(tempo, music)
    assert content == midi_bytes(tempo, music)
    read_tempo, read_tracks = read_midi(content)
    assert round(read_tempo, 2) == tempo
    assert read_tracks == music


def test_repeated_notes_and_foreign_names_are_written() -> None:
    music = [Track("Flöte 笛", 73, [Note(0, 4, 60), Note(4, 4, 60)])]
    _, (track,) = read_midi(midi_bytes(100, music))
    assert list(track.notes) == [Note(0, 4, 60), Note(4, 4, 60)]
    assert track.name == "Flöte ?"


def test_no_track_plays_on_the_drum_channel_and_a_sixteenth_track_is_refused() -> None:
    music = [Track(str(index), 0, [Note(0, 1, 60)]) for index in range(16)]
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(100, music[:15])))
    channels = {message.channel for track in file.tracks for message in track if message.type == "note_on"}
    assert channels == set(range(16)) - {9}
    with pytest.raises(ValueError, match="16 tracks do not fit"):
        midi_bytes(100, music)


def test_drums_are_on_channel_10_beside_fifteen_other_tracks() -> None:
    music = [Track(str(index), 0, [Note(0, 1, 60)], index == 3) for index in range(16)]
    content = midi_bytes(100, music)
    file = mido.MidiFile(file=io.BytesIO(content))
    kinds = [{(message.type, message.channel) for message in track if not message.is_meta} for track in file.tracks[1:]]
    assert kinds[3] == {("note_on", 9), ("note_off", 9)}
    assert len({channel for kind in kinds for _, channel in kind}) == 16
    assert read_midi(content)[1] == music
