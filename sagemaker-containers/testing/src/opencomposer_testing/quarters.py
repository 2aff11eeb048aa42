"""Music in quarter notes, short enough to be counted on paper."""

from __future__ import annotations

import numpy as np
from opencomposer_music.piano_roll import STEPS_PER_BEAT
from opencomposer_music.voice_lines import VoiceLines, lines_from_pitches


def quarters(*voices: list[int]) -> VoiceLines:
    """Returns lines, the highest first, in quarter notes: MIDI numbers, or `voice_lines.REST`. Equal neighbors
    are repeated notes."""
    pitches = np.repeat(np.array(voices), STEPS_PER_BEAT, axis=1)
    starts = np.zeros(pitches.shape, dtype=np.bool_)
    starts[:, ::STEPS_PER_BEAT] = True
    return lines_from_pitches(pitches, starts)
