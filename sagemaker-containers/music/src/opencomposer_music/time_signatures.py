"""The time signatures in which pieces are made, and the shapes of their bars, as domain/music/time-signatures.ts has
them."""

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
