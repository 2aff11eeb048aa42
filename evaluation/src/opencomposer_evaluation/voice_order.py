"""Whether the lines keep their places: nothing above the tune, no line above its upper neighbor, no gulf between upper
lines, and nothing where the tune has not begun or has ended."""

from __future__ import annotations

import numpy as np
from opencomposer_music.voice_lines import REST, VoiceLines

OCTAVE = 12


def count_voice_order(lines: VoiceLines) -> dict[str, int]:
    """Counts steps.

    tune: the melody sounds; aboveTune: any other line is above it then; fourVoices: all lines sound then; steps: all;
    crossed: a line is above its upper neighbor; wide: two neighbors, the bass apart, are more than an octave apart.
    """
    pitches = lines.pitches
    sounding = pitches != REST
    tune = sounding[0]
    both = sounding[:-1] & sounding[1:]
    distances = np.where(both, pitches[:-1] - pitches[1:], 0)
    return {
        "steps": lines.steps,
        "tune": int(tune.sum()),
        "aboveTune": int((tune & (pitches[1:].max(axis=0) > pitches[0])).sum()),
        "fourVoices": int((tune & sounding.all(axis=0)).sum()),
        "crossed": int((distances < 0).any(axis=0).sum()),
        "wide": int((distances[:-1] > OCTAVE).any(axis=0).sum()),
    }


def count_outside_the_tune(lines: VoiceLines) -> dict[str, int]:
    """Counts the steps with any other line before the melody's first note and after its last, and whether the melody
    begins with an upbeat, so that there are steps before it."""
    notes = lines.notes(0)
    if not notes:
        return {"upbeats": 0, "beforeTune": 0, "afterTune": 0}
    others = (lines.pitches[1:] != REST).any(axis=0)
    return {
        "upbeats": int(notes[0].onset > 0),
        "beforeTune": int(others[: notes[0].onset].sum()),
        "afterTune": int(others[notes[-1].end :].sum()),
    }
