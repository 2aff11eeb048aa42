"""Ten faults that a listener hears at once in a harmonized tune, each with the figure from which on it counts.

The limits lie far from what Bach's chorales have, so that a fault is a fault in other styles, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from opencomposer_music.cadences import ends_in_root_position, moves_under_last_note, resting_chord
from opencomposer_music.chords import chord_of, count_chords, sounding_at
from opencomposer_music.dissonances import count_dissonances
from opencomposer_music.keys import Key, find_key
from opencomposer_music.piano_roll import STEPS_PER_BAR
from opencomposer_music.voice_lines import REST, VoiceLines

from opencomposer_evaluation.bass_rhythm import count_bass_attacks
from opencomposer_evaluation.parallels import beat_parallels, parallels
from opencomposer_evaluation.voice_order import count_voice_order

SCALES: Mapping[str, frozenset[int]] = {
    "major": frozenset((0, 2, 4, 5, 7, 9, 11)),
    "minor": frozenset((0, 2, 3, 5, 7, 8, 9, 10, 11)),
}
"""The pitch classes above the tonic that belong to a key. Minor has both forms of its sixth and seventh degree."""


@dataclass(frozen=True)
class Fault:
    """A fault: its name, its limit in words, the figure of one harmonization, and the test whether the mean of all
    harmonizations of a tune is at fault."""

    name: str
    limit: str
    figure: Callable[[VoiceLines], float]
    is_at_fault: Callable[[float], bool]


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def share_above_tune(lines: VoiceLines) -> float:
    """Returns the share of the tune's steps at which another line is above it."""
    counts = count_voice_order(lines)
    return _ratio(counts["aboveTune"], counts["tune"])


def unclosed(lines: VoiceLines) -> float:
    """Returns 1 where no triad in root position sounds at the end of the tune, else 0."""
    return float(not ends_in_root_position(lines))


def leaps_into_dissonance(lines: VoiceLines) -> float:
    """Returns the dissonances that are leapt into, a bar."""
    return _ratio(count_dissonances(lines)["leaptInto"], lines.bars)


def parallels_by_step(lines: VoiceLines) -> float:
    """Returns the parallel fifths and octaves from sixteenth to sixteenth, per 100 bars."""
    counts = parallels(lines.pitches)
    return _ratio(100 * (counts["fifths"] + counts["octaves"]), lines.bars)


def chord_beats(lines: VoiceLines) -> float:
    """Returns the share of the beats that have a triad or seventh chord."""
    counts = count_chords(lines)
    return _ratio(counts["chordBeats"], counts["beats"])


def full_texture(lines: VoiceLines) -> float:
    """Returns the share of the tune's steps at which all lines sound."""
    counts = count_voice_order(lines)
    return _ratio(counts["fourVoices"], counts["tune"])


def longest_bass_pitch(lines: VoiceLines, bar_steps: int = STEPS_PER_BAR) -> float:
    """Returns the longest time in bars for which the bass stays on one pitch, repeated or held."""
    longest, length = 0, 0
    for step, pitch in enumerate(lines.bass):
        held = step > 0 and pitch == lines.bass[step - 1]
        length = 0 if pitch == REST else length + 1 if held else 1
        longest = max(longest, length)
    return longest / bar_steps


def semitone_clashes(lines: VoiceLines) -> float:
    """Returns the share of the tune's notes that start a semitone away, in any octave, from a pitch of another line."""
    notes = lines.notes(0)
    clashing = 0
    for note in notes:
        others = lines.pitches[1:, note.onset]
        clashing += any(abs(note.pitch - int(pitch)) % 12 in (1, 11) for pitch in others if pitch != REST)
    return _ratio(clashing, len(notes))


def foreign_notes(lines: VoiceLines, last: int | None = None) -> float:
    """Returns the share of the accompaniment's notes outside the tune's key, less that of the tune's own notes.

    last: the pitch on which the tune ends, if that should speak for the key.
    """
    key = find_key(lines.pitches[:1], last)
    own = _outside([note.pitch for note in lines.notes(0)], key)
    added = [note.pitch for voice in range(1, lines.voices) for note in lines.notes(voice)]
    return _outside(added, key) - own


def gulf_below_tune(lines: VoiceLines) -> float:
    """Returns the median distance in semitones from the tune to the nearest other line."""
    distances: list[int] = []
    for step in range(lines.steps):
        others = [int(pitch) for pitch in lines.pitches[1:, step] if pitch != REST]
        if lines.melody[step] != REST and others:
            distances.append(min(abs(int(lines.melody[step]) - pitch) for pitch in others))
    return float(np.median(distances)) if distances else 0.0


FAULTS: Sequence[Fault] = (
    Fault("tune buried", "above the tune in over 25 % of its steps", share_above_tune, lambda value: value > 0.25),
    Fault("no close", "last chord not in root position, in most seeds", unclosed, lambda value: value > 0.5),
    Fault("leapt-into dissonance", "over 1 a bar", leaps_into_dissonance, lambda value: value > 1),
    Fault("parallels", "over 10 per 100 bars, by sixteenths", parallels_by_step, lambda value: value > 10),
    Fault("vague harmony", "under 70 % of beats with a triad or seventh", chord_beats, lambda value: value < 0.7),
    Fault("texture breaks off", "four voices in under 75 % of steps", full_texture, lambda value: value < 0.75),
    Fault("frozen bass", "over 1.5 bars on one pitch", longest_bass_pitch, lambda value: value > 1.5),
    Fault("semitone clash", "on 10 % of the tune's notes or more", semitone_clashes, lambda value: value >= 0.1),
    Fault("out of key", "over 15 points more foreign notes than the tune", foreign_notes, lambda value: value > 0.15),
    Fault("gulf", "over an octave to the next voice, in the median", gulf_below_tune, lambda value: value > 12),
)


def bass_off_beat(lines: VoiceLines) -> float:
    """Returns the share of the bass's notes that start off the beat."""
    counts = count_bass_attacks(lines)
    return _ratio(counts["bassOffBeat"], counts["bassNotes"])


def parallels_by_beat(lines: VoiceLines) -> float:
    """Returns the parallel fifths and octaves from beat to beat, per 100 bars."""
    counts = beat_parallels(lines.pitches)
    return _ratio(100 * (counts["fifths"] + counts["octaves"]), lines.bars)


def restless_end(lines: VoiceLines) -> float:
    """Returns 1 where a line moves on under the tune's last note, else 0."""
    return float(moves_under_last_note(lines))


OTHER_FIGURES: Mapping[str, Callable[[VoiceLines], float]] = {
    "bass attacks off the beat": bass_off_beat,
    "parallels from beat to beat per 100 bars": parallels_by_beat,
    "moves under the last note": restless_end,
}
"""What is told of all tunes together, without a limit."""


def tonic_missed(lines: VoiceLines) -> bool | None:
    """Returns True where the tune begins its first whole bar on the tonic and the chord there has another root, and
    None for other tunes."""
    key = find_key(lines.pitches[:1])
    first = next((note for note in lines.notes(0) if note.onset % STEPS_PER_BAR == 0), None)
    if first is None or first.pitch % 12 != key.tonic:
        return None
    pitches = sounding_at(lines.pitches, first.onset)
    chord = chord_of(pitches) or resting_chord(pitches)
    return chord is None or chord.root != key.tonic


def mean_figures(harmonizations: Sequence[VoiceLines]) -> dict[str, float]:
    """Returns the mean figure of each of FAULTS and OTHER_FIGURES over harmonizations of one tune."""
    figures = {fault.name: fault.figure for fault in FAULTS} | dict(OTHER_FIGURES)
    return {name: fmean(figure(lines) for lines in harmonizations) for name, figure in figures.items()}


def faults_in(figures: Mapping[str, float], faults: Sequence[Fault] = FAULTS) -> list[str]:
    """Returns the names of the faults whose mean figures, by name, are beyond their limits."""
    return [fault.name for fault in faults if fault.is_at_fault(figures[fault.name])]


def _outside(pitches: Sequence[int], key: Key) -> float:
    return _ratio(sum((pitch - key.tonic) % 12 not in SCALES[key.mode] for pitch in pitches), len(pitches))
