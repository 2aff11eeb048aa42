"""The time signatures in which pieces are made, and the shapes of their bars, as domain/music/time-signatures.ts has
them.

It imports no numpy.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

TimeSignature = Literal["4/4", "3/4", "2/4", "6/8"]


class BarShape(NamedTuple):
    """The beats of a bar that a listener counts, and the sixteenths of a beat."""

    beats: int
    beat_steps: int

    @property
    def steps(self) -> int:
        """Returns the number of sixteenths in a bar."""
        return self.beats * self.beat_steps


BAR_SHAPES: dict[TimeSignature, BarShape] = {
    "4/4": BarShape(4, 4),
    "3/4": BarShape(3, 4),
    "2/4": BarShape(2, 4),
    "6/8": BarShape(2, 6),
}

COMMON_TIME = BAR_SHAPES["4/4"]

TRAINABLE_TIME_SIGNATURES: tuple[TimeSignature, ...] = ("4/4", "3/4", "6/8")
"""Those that models are trained in, each model in one of them. Bars in 2/4 are joined in pairs and learned as 4/4."""


def time_signature_of(bar: BarShape) -> TimeSignature:
    """Returns the name of a bar's shape. Raises ValueError where pieces have no such bars."""
    for name, shape in BAR_SHAPES.items():
        if shape == bar:
            return name
    raise ValueError(f"no time signature of pieces has {bar.beats} beats of {bar.beat_steps} sixteenths")
