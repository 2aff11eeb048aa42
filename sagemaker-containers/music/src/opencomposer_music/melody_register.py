"""In which octave a model hears a melody, and how low the lines below it may go.

Models learn how voices lie under a soprano. A melody of any other height is heard as one, in another octave, and what
the model writes to it is moved back by as much. So the voices lie below a low melody and follow a high one up.

It imports numpy only.
"""

from __future__ import annotations

import numpy as np

from opencomposer_music.voice_leading import REST, Line

LOWEST_PITCH = 36
"""The lowest pitch of a line (C2), if the melody leaves enough room above it."""
LOW_MELODY_ROOM = 17
"""The number of semitones from the lowest pitch of a low melody down to that of its lines."""
LOWEST_OF_ALL = 24
"""The lowest pitch of a line below any melody (C1)."""


def octaves_to(center: float, melody: Line, lowest_pitch: int, highest_pitch: int) -> int:
    """Returns the semitones (whole octaves) by which a melody must be raised for its median to be as near as it can be
    to `center`, within a model's window of the keyboard. A melody without notes stays where it is."""
    if not (melody != REST).any():
        return 0
    median = float(np.median(melody[melody != REST]))
    shifts = range(-120, 121, 12)
    inside = [shift for shift in shifts if lowest_pitch <= median + shift <= highest_pitch]
    return min(inside or [0], key=lambda shift: (abs(median + shift - center), abs(shift)))


def floor_below(melody: Line) -> int:
    """Returns the lowest pitch that a line below a melody may have."""
    sounding = melody[melody != REST]
    if len(sounding) == 0:
        return LOWEST_PITCH
    lowest = int(np.percentile(sounding, 10))
    return max(LOWEST_OF_ALL, min(LOWEST_PITCH, lowest - LOW_MELODY_ROOM))
