"""Draws the next token from a network's logits. It imports numpy only.

Of all settings only the tokens that the grammar leaves open are looked at, and one uniform number is used up a token,
whatever the settings are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from opencomposer_transformer.events import NOTHING, Floats, Vocabulary
from opencomposer_transformer.grammar import Grammar, Mask

Doubles = npt.NDArray[np.float64]
SamplingTechnique = Literal["topK", "nucleus", "minP", "random"]
SAMPLING_TECHNIQUES: tuple[SamplingTechnique, ...] = ("topK", "nucleus", "minP", "random")

MOST_OF_TOP_K = 32
"""The number of candidates of topK at a threshold of 1; at 0 it is one."""
RISK_FLOOR = 0.05
"""From FLOORED_TEMPERATURE on a token needs this share of the likeliest token's probability, at a temperature of 1
none, in between in proportion, so that the greatest risk still makes music. It rises no further: a floor that does
takes away more than the temperature gives, and 2 was less daring than 1.2."""
FLOORED_TEMPERATURE = 1.2
INTERVALS = 12


class NotFinite(Exception):
    """A network gives no finite number for a token that is open."""


@dataclass(frozen=True)
class DrawSettings:
    """How a token is drawn.

    temperature: 0 takes the likeliest token. threshold: the share of the likeliest token's probability that another one
    needs (minP); the probability of the smallest set of likeliest tokens that is drawn from (nucleus); the size of that
    set between 1 and MOST_OF_TOP_K (topK); without a meaning (random).
    """

    technique: SamplingTechnique = "minP"
    threshold: float = 0.05
    temperature: float = 0.9


def draw(
    logits: Floats, open_tokens: Mask, settings: DrawSettings, uniform: float, favor: Doubles | None = None
) -> tuple[int, float]:
    """Returns a token, and its log probability among the open ones at a temperature of 1 and without favor.

    favor [size] is added to the logits. Raises NotFinite.
    """
    tokens = np.flatnonzero(open_tokens)
    plain = logits[tokens].astype(np.float64)
    best = plain.max()
    if not np.isfinite(best) or np.isnan(plain).any():
        raise NotFinite
    likelihoods = plain - (best + np.log(np.exp(plain - best).sum()))
    scores = plain if favor is None else plain + favor[tokens]
    if settings.temperature <= 0:
        chosen = int(np.argmax(scores))
        return int(tokens[chosen]), float(likelihoods[chosen])
    order = np.argsort(-scores, kind="stable")
    distances = scores[order] - scores[order[0]]
    shares = _kept(distances, settings)
    sums = np.cumsum(shares)
    index = min(int(np.searchsorted(sums, uniform * sums[-1], side="right")), int(np.flatnonzero(shares)[-1]))
    chosen = int(order[index])
    return int(tokens[chosen]), float(likelihoods[chosen])


def _kept(distances: Doubles, settings: DrawSettings) -> Doubles:
    """Returns the weights of tokens, the likeliest first, 0 for those that are not drawn.

    distances: from the logit of the likeliest token, 0 or less.
    """
    # At a temperature near zero all but the likeliest are beyond the range of numbers, whose share is none.
    with np.errstate(over="ignore"):
        shares = np.exp(distances / settings.temperature)
    if settings.temperature > 1:
        share_of_floor = min(1.0, (settings.temperature - 1) / (FLOORED_TEMPERATURE - 1))
        shares[np.exp(distances) < RISK_FLOOR * share_of_floor] = 0.0
    if settings.technique == "minP":
        shares[shares < settings.threshold] = 0.0
    elif settings.technique == "topK":
        shares[1 + round(settings.threshold * (MOST_OF_TOP_K - 1)) :] = 0.0
    elif settings.technique == "nucleus":
        before = np.cumsum(shares) - shares
        # The likeliest token always stays, also at a threshold of 0.
        shares[1:][before[1:] >= settings.threshold * shares.sum()] = 0.0
    return shares


class ParallelMotion:
    """Disfavors parallels while they are written: at one place the voices are drawn one after the other, so it is known
    which way the voices before have moved.

    table [12]: what is added to the logit of a note that keeps this interval, modulo an octave, to a voice that has
    moved in the same direction (`voice_leading.parallels`).
    """

    def __init__(self, vocabulary: Vocabulary, table: Sequence[float], weight: float) -> None:
        self._vocabulary, self._table = vocabulary, weight * np.asarray(table, dtype=np.float64)
        self._monophonic = [vocabulary.line_up.is_monophonic(voice) for voice in range(vocabulary.voices)]
        self._tokens = [
            np.flatnonzero(vocabulary.is_onset & (vocabulary.voice_of == voice)) for voice in range(vocabulary.voices)
        ]

    def favor(self, grammar: Grammar, before: Mapping[int, int], moved: Mapping[int, int]) -> Doubles | None:
        """Returns what is added to the logits [size], None for nothing.

        before: the pitch of each monophonic voice before this place; moved: the new pitch of those that have moved.
        """
        if not moved or not grammar.is_at_place:
            return None
        favor = np.zeros(self._vocabulary.size)
        for voice in range(grammar.next_voice, self._vocabulary.voices):
            old = before.get(voice, NOTHING)
            if old == NOTHING or not self._monophonic[voice]:
                continue
            tokens = self._tokens[voice]
            pitches = self._vocabulary.pitch_of[tokens]
            for other, new in moved.items():
                interval = abs(before[other] - old) % INTERVALS
                kept = (np.abs(new - pitches) % INTERVALS == interval) & (
                    np.sign(pitches - old) == np.sign(new - before[other])
                )
                favor[tokens[kept]] += self._table[interval]
        return favor
