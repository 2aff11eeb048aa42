"""The lengths of music that convolutional networks take.

The U-Net GAN and the AR-CNN halve time four times and know where in its bar a step is, so they take music of whole
units of sixteen steps and of whole bars. Bars of sixteen steps always are; music in other bars gets rests behind its
end. It imports numpy only.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from opencomposer_music.time_signatures import BarShape

BOTTOM_STEPS = 16
"""The number of steps that are one position at the bottom of a network, after four halvings."""


def network_steps(steps: int, bar: BarShape) -> int:
    """Returns the least number of steps, from `steps` on, that a network takes of music with such bars."""
    unit = math.lcm(bar.steps, BOTTOM_STEPS)
    return -(-steps // unit) * unit


def with_rests(planes: npt.NDArray[np.float32], bar: BarShape) -> npt.NDArray[np.float32]:
    """Returns planes [..., steps, pitches] with the rests behind their end that a network needs."""
    steps = planes.shape[-2]
    missing = network_steps(steps, bar) - steps
    if missing == 0:
        return planes
    return np.pad(planes, [(0, 0)] * (planes.ndim - 2) + [(0, missing), (0, 0)])
