"""The law of how techniques begin that write to a tune: each track has notes, and none of them is before the tune."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from opencomposer_music.piano_roll import STEPS_PER_BAR, Note
from opencomposer_serving.technique import GeneratedTrack


@st.composite
def late_tunes(draw: st.DrawFn, max_bars: int = 4) -> tuple[tuple[Note, ...], int]:
    """Tunes of one voice with their bars, which begin at any sixteenth, mostly off the beat and not in bar 1."""
    bars = draw(st.integers(1, max_bars))
    steps = bars * STEPS_PER_BAR
    onset = draw(st.integers(0, steps - 1))
    pitch = draw(st.integers(48, 90))
    notes: list[Note] = []
    for duration, interval in draw(
        st.lists(st.tuples(st.sampled_from([1, 2, 3, 4, 4, 8]), st.integers(-7, 7)), min_size=1, max_size=16)
    ):
        if onset >= steps:
            break
        notes.append(Note(onset, min(duration, steps - onset), pitch))
        onset += duration
        pitch = min(90, max(48, pitch + interval))
    return tuple(notes), bars


def breaches(tune: Sequence[Note], tracks: Sequence[GeneratedTrack]) -> list[str]:
    """Returns how the tracks that a technique has written to a tune break the law, a sentence for each."""
    begin = min(note.onset for note in tune)
    found: list[str] = []
    for track in tracks:
        if not track.notes:
            found.append(f"{track.name} has no note")
        elif min(note.onset for note in track.notes) < begin:
            found.append(f"{track.name} begins before the tune")
    return found
