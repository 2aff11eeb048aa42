"""Random numbers as functions of a key. A resumed training draws the same numbers as an uninterrupted one, and no
generator's state has to be saved."""

from __future__ import annotations

import numpy as np


def random_generator(*key: int) -> np.random.Generator:
    """Returns the generator of the random numbers that belong to a key such as (seed, epoch, batch)."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))
