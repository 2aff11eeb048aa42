"""Line-ups and pieces of every kind, drawn by hypothesis, for the tests of the Transformer."""

from __future__ import annotations

from hypothesis import strategies as st
from opencomposer_music.model_metadata import Head, Voice
from opencomposer_music.piano_roll import Note
from opencomposer_music.time_signatures import BAR_SHAPES, BarShape, TimeSignature
from opencomposer_transformer.events import LineUp, VoicedPiece, without_overlaps

CHORALE_RANGES = (("Soprano", 60, 81), ("Alto", 53, 74), ("Tenor", 48, 69), ("Bass", 36, 64))
CHORALE = LineUp(
    tuple(Voice(name, 52, "monophonic", lowest, highest) for name, lowest, highest in CHORALE_RANGES),
    tuple(BAR_SHAPES),
    margin=6,
)
"""Four voices as a chorale has them, in every time signature."""


@st.composite
def line_ups(draw: st.DrawFn) -> LineUp:
    """Draws a line-up of one to four voices, each of one or several notes at once."""
    voices = []
    for number in range(draw(st.integers(1, 4))):
        lowest = draw(st.integers(0, 115))
        highest = draw(st.integers(lowest, min(127, lowest + 30)))
        head: Head = draw(st.sampled_from(("monophonic", "polyphonic")))
        voices.append(Voice(f"Voice {number}", 0, head, lowest, highest))
    signatures = draw(st.lists(st.sampled_from(list(BAR_SHAPES)), min_size=1, max_size=4, unique=True))
    return LineUp(tuple(voices), tuple(signatures), margin=draw(st.integers(0, 7)))


@st.composite
def voiced_pieces(draw: st.DrawFn, line_up: LineUp, max_bars: int = 6) -> VoicedPiece:
    """Draws a piece for a line-up. Any of its voices, and any of its bars, may be silent."""
    signature: TimeSignature = draw(st.sampled_from(line_up.time_signatures))
    shape = BAR_SHAPES[signature]
    bars = draw(st.integers(1, max_bars))
    voices = tuple(
        _monophonic(draw, line_up, voice, shape, bars)
        if line_up.is_monophonic(voice)
        else _polyphonic(draw, line_up, voice, shape, bars)
        for voice in range(len(line_up.voices))
    )
    return VoicedPiece(shape, bars, voices)


def _monophonic(draw: st.DrawFn, line_up: LineUp, voice: int, shape: BarShape, bars: int) -> tuple[Note, ...]:
    lowest, highest = line_up.pitch_range(voice)
    notes, step = [], draw(st.integers(0, shape.steps))
    for rest, duration, pitch in draw(
        st.lists(
            st.tuples(st.sampled_from((0, 0, 0, 1, 3, shape.steps)), st.integers(1, 20), st.integers(lowest, highest)),
            max_size=12,
        )
    ):
        step += rest
        if step + duration > bars * shape.steps:
            break
        notes.append(Note(step, duration, pitch))
        step += duration
    return tuple(notes)


def _polyphonic(draw: st.DrawFn, line_up: LineUp, voice: int, shape: BarShape, bars: int) -> tuple[Note, ...]:
    lowest, highest = line_up.pitch_range(voice)
    steps = bars * shape.steps
    drawn = draw(
        st.lists(
            st.tuples(st.integers(0, steps - 1), st.integers(1, 20), st.integers(lowest, highest)),
            max_size=12,
        )
    )
    return without_overlaps(Note(onset, min(duration, steps - onset), pitch) for onset, duration, pitch in drawn)
