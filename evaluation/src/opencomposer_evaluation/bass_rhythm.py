"""Where in the bar the bass moves. A bass that changes between beats and holds over them limps."""

from __future__ import annotations

from opencomposer_music.piano_roll import STEPS_PER_BEAT
from opencomposer_music.voice_lines import VoiceLines


def count_bass_attacks(lines: VoiceLines) -> dict[str, int]:
    """Counts the notes of the lowest line, those that start off the beat, and those of them that are tied over the next
    beat."""
    notes = lines.notes(lines.voices - 1)
    off = [note for note in notes if note.onset % STEPS_PER_BEAT]
    tied = sum(note.end > note.onset // STEPS_PER_BEAT * STEPS_PER_BEAT + STEPS_PER_BEAT for note in off)
    return {"bassNotes": len(notes), "bassOffBeat": len(off), "bassTied": tied}
