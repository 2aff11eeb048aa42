"""Which track of a user is which voice of a model. It imports numpy only.

Tracks are sorted by their mean pitch, and so are the voices. The highest track is the highest voice if it lies in the
range of that voice, as most tunes do. All others are the voices whose ranges lie nearest, so a bass is a bass also
where it is alone. One track of several notes at once goes to a voice that can hold them, or is split from the top and
the bottom inwards. A track that lies outside its voice is heard some octaves higher or lower, and what is written for
it is brought back by as many. What finds no voice is not heard. The first track is the tune, which always has a voice.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from opencomposer_music.piano_roll import Note, fold_into_range, is_monophonic, octave_shift
from opencomposer_music.time_signatures import BarShape

from opencomposer_transformer.events import LineUp, VoicedPiece, without_overlaps

TUNE = 0
"""The place of the tune among the tracks."""


@dataclass(frozen=True)
class VoiceAssignment:
    """The music that a model hears, and whose it is.

    track_of: the given track that each voice belongs to, None for a voice without; several voices may share one.
    shifts: the semitones that were added to what each voice hears.
    """

    heard: VoicedPiece
    track_of: tuple[int | None, ...]
    shifts: tuple[int, ...]

    @property
    def given(self) -> tuple[bool, ...]:
        """Returns which voices belong to a track."""
        return tuple(track is not None for track in self.track_of)

    def written_for(self, track: int, written: Sequence[Sequence[Note]]) -> tuple[Note, ...]:
        """Returns what was written for a track, of the notes of all voices, at its own pitches."""
        voices = [voice for voice, owner in enumerate(self.track_of) if owner == track]
        return without_overlaps(note for voice in voices for note in self.at_own_pitch(voice, written[voice]))

    def at_own_pitch(self, voice: int, notes: Sequence[Note]) -> tuple[Note, ...]:
        """Returns notes of a voice where the user's track has them."""
        return tuple(note._replace(pitch=note.pitch - self.shifts[voice]) for note in notes)


def assign_voices(line_up: LineUp, bar_shape: BarShape, bars: int, tracks: Sequence[Sequence[Note]]) -> VoiceAssignment:
    """Gives the notes of tracks to the voices of a line-up. Every note ends inside the bars."""
    parts = _parts(line_up, [without_overlaps(track) for track in tracks])
    voices: list[tuple[Note, ...]] = [()] * len(line_up.voices)
    track_of: list[int | None] = [None] * len(line_up.voices)
    shifts = [0] * len(line_up.voices)
    for voice, (track, notes) in parts.items():
        lowest, highest = line_up.pitch_range(voice)
        line = notes
        if line_up.is_monophonic(voice) and not is_monophonic(line):
            line = _outer_line(notes, lowest_of_all=voice == _from_high_to_low(line_up)[-1])
        shifts[voice] = octave_shift(line, lowest, highest)
        shifted = [note._replace(pitch=note.pitch + shifts[voice]) for note in line]
        voices[voice] = without_overlaps(fold_into_range(shifted, lowest, highest))
        track_of[voice] = track
    return VoiceAssignment(VoicedPiece(bar_shape, bars, tuple(voices)), tuple(track_of), tuple(shifts))


def _from_high_to_low(line_up: LineUp) -> list[int]:
    return sorted(
        range(len(line_up.voices)),
        key=lambda voice: -(line_up.voices[voice].lowest_pitch + line_up.voices[voice].highest_pitch),
    )


def _parts(line_up: LineUp, tracks: Sequence[Sequence[Note]]) -> dict[int, tuple[int, Sequence[Note]]]:
    """Returns the track of each voice and the notes that the voice has of it."""
    sounding = [track for track in range(len(tracks)) if tracks[track]]
    ordered = sorted(sounding, key=lambda track: -_mean_pitch(tracks[track]))
    voices = _from_high_to_low(line_up)
    if len(ordered) == 1 and not is_monophonic(tracks[ordered[0]]):
        track = ordered[0]
        fitting = next((voice for voice in voices if not line_up.is_monophonic(voice)), None)
        if fitting is not None:
            return {fitting: (track, tracks[track])}
        lines = _split(tracks[track], len(voices))
        chosen = _nearest_voices(line_up, voices, lines)
        return {voice: (track, line) for voice, line in zip(chosen, lines, strict=True)}
    if len(ordered) > len(voices):
        ordered = _spread_with_tune(ordered, len(voices))
    chosen = _nearest_voices(line_up, voices, [tracks[track] for track in ordered])
    return {voice: (track, tracks[track]) for voice, track in zip(chosen, ordered, strict=True)}


def _spread_with_tune(ordered: Sequence[int], count: int) -> list[int]:
    """Returns so many of the tracks, spread from the first to the last, and the tune among them.

    The tune takes the place of the track that is the nearest to it, but neither of the highest nor of the lowest track
    if there are others.
    """
    kept: list[int] = np.linspace(0, len(ordered) - 1, count).round().astype(int).tolist()
    tune = ordered.index(TUNE) if TUNE in ordered else None
    if tune is not None and tune not in kept:
        replaced = min(kept[1:-1] or kept, key=lambda place: abs(place - tune))
        kept = sorted({*kept, tune} - {replaced})
    return [ordered[place] for place in kept]


def _nearest_voices(line_up: LineUp, voices: Sequence[int], parts: Sequence[Sequence[Note]]) -> Sequence[int]:
    """Returns the voices of parts, both from high to low."""
    if not parts:
        return []
    # A tune that is as low as an alto is the highest voice all the same, because networks know tunes as such.
    if _lies_in_range(line_up, voices[0], parts[0]):
        return [voices[0], *_nearest_by_mean(line_up, voices[1:], parts[1:])]
    return _nearest_by_mean(line_up, voices, parts)


def _lies_in_range(line_up: LineUp, voice: int, notes: Sequence[Note]) -> bool:
    """Returns True if notes are in the range of a voice, or would be no more so in another octave."""
    range_ = line_up.voices[voice]
    return octave_shift(notes, range_.lowest_pitch, range_.highest_pitch) == 0


def _nearest_by_mean(line_up: LineUp, voices: Sequence[int], parts: Sequence[Sequence[Note]]) -> Sequence[int]:
    means = [_mean_pitch(part) for part in parts]
    centers = {
        voice: (line_up.voices[voice].lowest_pitch + line_up.voices[voice].highest_pitch) / 2 for voice in voices
    }
    return min(
        itertools.combinations(voices, len(means)),
        key=lambda chosen: sum(abs(centers[voice] - mean) for voice, mean in zip(chosen, means, strict=True)),
    )


def _mean_pitch(notes: Sequence[Note]) -> float:
    return sum(note.pitch * note.duration for note in notes) / sum(note.duration for note in notes)


def _outer_line(notes: Sequence[Note], *, lowest_of_all: bool) -> tuple[Note, ...]:
    """Returns the highest notes as one line, or the lowest: where a higher one starts, the one before ends."""
    side = -1 if lowest_of_all else 1
    line: list[Note] = []
    for note in sorted(notes, key=lambda note: (note.onset, -side * note.pitch)):
        before = line[-1] if line else None
        if before is None or before.onset + before.duration <= note.onset:
            line.append(note)
        elif before.onset < note.onset and side * note.pitch >= side * before.pitch:
            line[-1] = before._replace(duration=note.onset - before.onset)
            line.append(note)
    return tuple(line)


def _split(notes: Sequence[Note], most: int) -> list[tuple[Note, ...]]:
    """Returns notes as lines from high to low, as many as notes sound at once but at most `most`.

    A note that sounds in the upper half of a chord is counted from the top, one in the lower half from the bottom; what
    is between the lines, and what starts while its line is busy, is left out. A line without a note is left out, too.
    """
    chords = _chords_at_onsets(notes)
    count = min(most, max(len(chord) for chord in chords.values()))
    lines: list[list[Note]] = [[] for _ in range(count)]
    for note in notes:
        chord = chords[note.onset]
        from_top = chord.index(note.pitch)
        from_bottom = len(chord) - 1 - from_top
        number = from_top if from_top <= from_bottom else count - 1 - from_bottom
        in_half = from_top <= (count - 1) // 2 if from_top <= from_bottom else from_bottom < count // 2
        if in_half and (not lines[number] or lines[number][-1].onset + lines[number][-1].duration <= note.onset):
            lines[number].append(note)
    return [tuple(line) for line in lines if line]


def _chords_at_onsets(notes: Sequence[Note]) -> dict[int, list[int]]:
    """Returns, for each step at which one of the notes starts, the pitches that sound from high to low. The notes are
    sorted by onset, so each step looks only at those that sounded before it."""
    chords: dict[int, list[int]] = {}
    sounding: list[Note] = []
    for onset, starting in itertools.groupby(notes, key=lambda note: note.onset):
        sounding = [note for note in sounding if onset < note.onset + note.duration]
        sounding += starting
        chords[onset] = sorted((note.pitch for note in sounding), reverse=True)
    return chords
