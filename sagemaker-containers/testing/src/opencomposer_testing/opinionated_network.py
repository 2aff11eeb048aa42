"""A network for the AR-CNN's tests that has opinions of its own on every cell."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from opencomposer_music.piano_roll import PITCHES

Floats = npt.NDArray[np.float32]


def opinionated(seed: int, scale: float = 4.0, level: float = 0.0) -> Callable[[Floats, float], tuple[Floats, Floats]]:
    """Returns a network with random opinions that change with its input.

    It takes planes (plane, step, pitch) of at most 64 bars with a density, and gives logits (step, pitch) that a cell
    is wrong and that a note begins there.
    """
    base = np.random.default_rng(seed).standard_normal((2, 64 * 16, PITCHES)).astype(np.float32)

    def network(planes: Floats, density: float) -> tuple[Floats, Floats]:
        steps = planes.shape[1]
        heard = np.float32(density) + planes.sum(axis=0) - 3 * planes[0] + np.roll(planes[0], 1, axis=0)
        # Mostly notes are held on, because a lock must not rely on the network to keep its notes apart from others.
        return scale * (base[0, :steps] + heard) + np.float32(level), base[1, :steps] - 1

    return network
