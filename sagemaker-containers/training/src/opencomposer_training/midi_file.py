"""Writes and reads Standard MIDI Files on the sixteenth grid."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import mido
from opencomposer_music.piano_roll import STEPS_PER_BEAT, Note
from opencomposer_music.time_signatures import COMMON_TIME, BarShape, time_signature_of

TICKS_PER_BEAT = 480
TICKS_PER_STEP = TICKS_PER_BEAT // STEPS_PER_BEAT
DRUM_CHANNEL = 9
MICROSECONDS_PER_MINUTE = 60_000_000


@dataclass(frozen=True)
class Track:
    """A named line of notes with its General MIDI program, which drums do not have."""

    name: str
    program: int
    notes: Sequence[Note]
    is_drums: bool = False


def midi_bytes(tempo: float, tracks: Sequence[Track], bar: BarShape = COMMON_TIME) -> bytes:
    """Returns a format 1 file: a first track with tempo and time signature, then one track for each of `tracks`. The
    same input gives the same bytes.

    tempo: quarter notes a minute; bar: the shape of the bars. Drums are on channel 10. Raises ValueError for more other
    tracks than MIDI has melodic channels.
    """
    melodic = [channel for channel in range(16) if channel != DRUM_CHANNEL]
    others = sum(not track.is_drums for track in tracks)
    if others > len(melodic):
        raise ValueError(f"{others} tracks do not fit {len(melodic)} channels")
    free = iter(melodic)
    channels = [DRUM_CHANNEL if track.is_drums else next(free) for track in tracks]
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT)
    head = mido.MidiTrack()
    head.append(mido.MetaMessage("set_tempo", tempo=round(MICROSECONDS_PER_MINUTE / tempo), time=0))
    numerator, denominator = map(int, time_signature_of(bar).split("/"))
    head.append(mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator, time=0))
    head.append(mido.MetaMessage("end_of_track", time=0))
    file.tracks.append(head)
    for track, channel in zip(tracks, channels, strict=True):
        written = mido.MidiTrack()
        # MIDI texts are bytes, and characters outside of Latin-1 would make the writer fail.
        name = track.name.encode("latin-1", "replace").decode("latin-1")
        written.append(mido.MetaMessage("track_name", name=name, time=0))
        if not track.is_drums:
            # On the channel of the drums a program would choose a set of drums, which not every player has.
            written.append(mido.Message("program_change", channel=channel, program=track.program, time=0))
        # (tick, on, pitch, velocity): at one tick a note ends before another of its pitch begins.
        events: list[tuple[int, int, int, int]] = []
        for note in track.notes:
            events.append((note.onset * TICKS_PER_STEP, 1, note.pitch, note.velocity))
            events.append(((note.onset + note.duration) * TICKS_PER_STEP, 0, note.pitch, 0))
        before = 0
        for tick, on, pitch, velocity in sorted(events):
            kind = "note_on" if on else "note_off"
            message = mido.Message(kind, channel=channel, note=pitch, velocity=velocity, time=tick - before)
            written.append(message)
            before = tick
        written.append(mido.MetaMessage("end_of_track", time=0))
        file.tracks.append(written)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def read_midi(content: bytes) -> tuple[float, list[Track]]:
    """Returns tempo and tracks of a file that midi_bytes wrote. It cannot read others, since it expects this grid."""
    file = mido.MidiFile(file=io.BytesIO(content))
    tempo = 120.0
    tracks: list[Track] = []
    for track in file.tracks:
        name, program, tick, is_drums = "", 0, 0, False
        sounding: dict[int, tuple[int, int]] = {}
        notes: list[Note] = []
        for message in track:
            tick += message.time
            if message.type == "set_tempo":
                tempo = MICROSECONDS_PER_MINUTE / message.tempo
            elif message.type == "track_name":
                name = message.name
            elif message.type == "program_change":
                program = message.program
            elif message.type == "note_on" and message.velocity > 0:
                is_drums = message.channel == DRUM_CHANNEL
                sounding[message.note] = (tick // TICKS_PER_STEP, message.velocity)
            elif message.type in ("note_off", "note_on") and message.note in sounding:
                onset, velocity = sounding.pop(message.note)
                notes.append(Note(onset, tick // TICKS_PER_STEP - onset, message.note, velocity))
        if name or notes:
            tracks.append(Track(name, program, sorted(notes, key=lambda note: (note.onset, note.pitch)), is_drums))
    return tempo, tracks
