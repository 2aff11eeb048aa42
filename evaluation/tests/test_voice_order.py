"""Whether the lines keep their places, the rhythm of the bass, and the chords on the beats."""

from __future__ import annotations

from opencomposer_evaluation.bass_rhythm import count_bass_attacks
from opencomposer_evaluation.voice_order import count_outside_the_tune, count_voice_order
from opencomposer_music.chords import count_chords
from opencomposer_music.piano_roll import Note, notes_to_planes
from opencomposer_music.voice_lines import REST, as_voices
from opencomposer_testing.quarters import quarters


def test_lines_out_of_their_places_by_hand() -> None:
    # Quarter by quarter: in order; the alto above the tune; the tenor above the alto and over an octave from neither;
    # the alto over an octave below the tune; the tenor silent.
    lines = quarters([72, 72, 72, 72, 72], [67, 74, 60, 59, 67], [60, 60, 62, 58, REST], [48, 48, 48, 40, 48])
    assert count_voice_order(lines) == {
        "steps": 20,
        "tune": 20,
        "aboveTune": 4,
        "fourVoices": 16,
        "crossed": 8,
        "wide": 4 + 4,
    }


def test_a_gulf_above_the_bass_is_usual() -> None:
    assert count_voice_order(quarters([72], [67], [64], [40]))["wide"] == 0


def test_what_sounds_without_the_tune_is_not_above_it() -> None:
    lines = quarters([REST, 60], [72, 59], [64, 55], [48, 48])
    assert count_voice_order(lines)["aboveTune"] == 0
    assert count_outside_the_tune(lines) == {"upbeats": 1, "beforeTune": 4, "afterTune": 0}


def test_notes_after_the_end_of_the_tune() -> None:
    lines = quarters([72, REST, REST], [67, 67, REST], [64, REST, REST], [48, 48, REST])
    assert count_outside_the_tune(lines) == {"upbeats": 0, "beforeTune": 0, "afterTune": 4}
    assert count_outside_the_tune(quarters([REST], [60], [55], [48])) == {"upbeats": 0, "beforeTune": 0, "afterTune": 0}


def test_a_limping_bass_by_hand() -> None:
    # On the beat; off the beat up to the next; off the beat and tied over it; a sixteenth before a beat, tied.
    bass = [Note(0, 2, 48), Note(2, 2, 50), Note(6, 4, 52), Note(15, 3, 53)]
    rest = notes_to_planes([], 32)
    lines = as_voices(rest, [rest, rest, notes_to_planes(bass, 32)])
    assert count_bass_attacks(lines) == {"bassNotes": 4, "bassOffBeat": 3, "bassTied": 2}


def test_chords_on_the_beats_by_hand() -> None:
    # C major; a dominant seventh; C, D and E; two tones; silence.
    lines = quarters([72, 71, 64, 67, REST], [67, 65, 62, 60, REST], [64, 62, 62, 60, REST], [48, 43, 48, 48, REST])
    assert count_chords(lines) == {"beats": 4, "chordBeats": 2, "seventhBeats": 1, "vagueBeats": 1}
