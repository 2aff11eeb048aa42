"""Random numbers as functions of a key: a resumed training draws what an uninterrupted one would have drawn, without
any generator's state having to be kept."""

from __future__ import annotations

import numpy as np


def random_generator(*key: int) -> np.random.Generator:
    """The random numbers that belong to a key such as (seed, epoch, batch)."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))
