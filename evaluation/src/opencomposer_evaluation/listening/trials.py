"""The trials of a listening test: which two harmonizations of which melody are heard, and in which order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

Kind = Literal["bach", "ours", "before"]
"""Who wrote the lower voices: Bach, our stock model of today, or the stock model of release 0.2."""

KINDS: tuple[Kind, ...] = get_args(Kind)
PAIRS: tuple[tuple[Kind, Kind], ...] = (("ours", "before"), ("ours", "bach"), ("before", "bach"))
"""The comparisons. Each is asked equally often."""

MAX_SHUFFLES = 1000


@dataclass(frozen=True)
class Trial:
    """One question: the melody's piece, and who is heard first and second."""

    piece: str
    first: Kind
    second: Kind


class TooManyTrials(ValueError):
    """The number of trials does not fit the pieces. The message says what is allowed."""


def draw_trials(pieces: Sequence[str], count: int, seed: int) -> list[Trial]:
    """Returns `count` trials in a random order, the same ones for the same seed.

    Each pair of kinds is asked equally often, each kind of a pair is heard first as often as second (but for one if
    their number is odd), and no pair is asked twice about one piece. Where it can be avoided, no piece follows itself.
    Raises TooManyTrials.
    """
    allowed = len(PAIRS) * len(pieces)
    if not (0 < count <= allowed and count % len(PAIRS) == 0):
        raise TooManyTrials(
            f"--trials is {count}, but must be a multiple of {len(PAIRS)}, of which at most {allowed}: "
            f"{len(PAIRS)} pairs about {len(pieces)} pieces"
        )
    rng = random.Random(seed)  # noqa: S311 (a listening test needs no secret)
    trials: list[Trial] = []
    for one, other in PAIRS:
        for number, piece in enumerate(rng.sample(list(pieces), count // len(PAIRS))):
            first, second = (one, other) if number % 2 == 0 else (other, one)
            trials.append(Trial(piece, first, second))
    for _ in range(MAX_SHUFFLES):
        rng.shuffle(trials)
        if all(trial.piece != following.piece for trial, following in pairwise(trials)):
            break
    return trials
