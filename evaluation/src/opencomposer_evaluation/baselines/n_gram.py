"""A model of events that has only counted: what follows which last few events (modified Kneser-Ney, interpolated; Chen
and Goodman 1999). The Transformer is compared with it, and it can be sampled by the same grammar.

64-bit hashes stand for the n-grams. It imports numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from opencomposer_transformer.events import EventColumns, Floats, Integers

Hashes = npt.NDArray[np.uint64]
Doubles = npt.NDArray[np.float64]

BEFORE_THE_BEGINNING = 0
"""Stands where a sequence has not begun (the token PAD)."""
LEAST_DISCOUNT = 0.05
"""Of every count at least so much is left to what was never seen, so that nothing is impossible."""
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, eq=False)
class _Order:
    """The n-grams of one length: hashes and counts [grams]; hashes, sums, and shares left to shorter ones [contexts].

    discounts [4]: by the count, 3 and more alike. What follows context i are the entries first[i]..first[i + 1] - 1 of
    `next_events` and of `shares`, the probability that is its own, without what is left to shorter n-grams.
    """

    length: int
    grams: Hashes
    counts: Doubles
    discounts: Doubles
    contexts: Hashes
    totals: Doubles
    left_over: Doubles
    first: Integers
    next_events: Integers
    shares: Doubles


class NGramModel:
    """The probability of an event after the `order - 1` events before it."""

    def __init__(self, sequences: Sequence[Integers], order: int, tokens: int) -> None:
        """Counts. sequences: tokens, [length] each; tokens: the size of the vocabulary."""
        events = sum(map(len, sequences))
        if order < 1 or events < 1:
            raise ValueError(
                f"counting needs an order and a number of events of at least 1, but the order is {order}, "
                f"and the number of events {events}"
            )
        self.order, self._tokens = order, tokens
        windows = np.concatenate([_windows(sequence, order) for sequence in sequences if len(sequence)])
        self._orders: list[_Order] = []
        for length in range(order, 0, -1):
            # A shorter n-gram counts how many different events stand before it: each longer one once.
            grams = windows if length == order else windows[:, 1:]
            hashes, first, counts = np.unique(_hashes(grams), return_index=True, return_counts=True)
            windows = grams[first]
            self._orders.append(_counted(length, hashes, counts.astype(np.float64), windows))

    def probabilities(self, windows: Integers) -> Doubles:
        """Returns the probability of the last event of each window [windows, order], given those before it."""
        result = np.full(len(windows), 1.0 / self._tokens)
        for order in reversed(self._orders):
            grams = windows[:, self.order - order.length :]
            context, known = _positions(order.contexts, _hashes(grams[:, :-1]))
            gram, seen = _positions(order.grams, _hashes(grams))
            counts = np.where(seen, order.counts[gram], 0.0)
            discounts = order.discounts[np.minimum(counts, 3).astype(np.int64)]
            own = np.maximum(counts - discounts, 0.0) / order.totals[context]
            result = np.where(known, own + order.left_over[context] * result, result)
        return result

    def nats(self, sequence: Integers) -> Doubles:
        """Returns the nats of each event of a sequence but the first, which is given, as it is to the networks."""
        return np.asarray(-np.log(self.probabilities(_windows(sequence, self.order))[1:]))

    def next_probabilities(self, histories: Integers) -> Doubles:
        """Returns the probabilities of all events [histories, tokens] after each history [histories, order - 1]."""
        result = np.full((len(histories), self._tokens), 1.0 / self._tokens)
        for order in reversed(self._orders):
            context, known = _positions(order.contexts, _hashes(histories[:, self.order - order.length :]))
            for row in np.flatnonzero(known):
                one = context[row]
                part = slice(order.first[one], order.first[one + 1])
                result[row] *= order.left_over[one]
                result[row, order.next_events[part]] += order.shares[part]
        return result


class NGramPlayer:
    """Says what may come next as a network does (`opencomposer_transformer.generation.NextTokens`)."""

    def __init__(self, model: NGramModel) -> None:
        self._model, self._length = model, model.order - 1
        self._histories: Integers = np.zeros((0, self._length), dtype=np.int64)

    def start(self, events: EventColumns, voices: Floats, *, candidates: int = 1) -> Floats:
        """Forgets all and hears events. Of all that stands beside them it hears nothing."""
        padded = np.pad(events.tokens, ((0, 0), (self._length, 0)), constant_values=BEFORE_THE_BEGINNING)
        self._histories = np.repeat(padded[:, padded.shape[1] - self._length :], candidates, axis=0)
        return self._logits()

    def step(self, events: EventColumns) -> Floats:
        """Hears one more event of each candidate."""
        self._histories = np.concatenate([self._histories, events.tokens], axis=1)[:, events.tokens.shape[1] :]
        return self._logits()

    def keep(self, number: int) -> None:
        """Goes on with one of the candidates alone."""
        self._histories = self._histories[number : number + 1]

    def _logits(self) -> Floats:
        return np.log(self._model.next_probabilities(self._histories)).astype(np.float32)


def _windows(sequence: Integers, order: int) -> Integers:
    padded = np.concatenate([np.full(order - 1, BEFORE_THE_BEGINNING, dtype=np.int64), sequence])
    return np.lib.stride_tricks.sliding_window_view(padded, order)


def _hashes(grams: Integers) -> Hashes:
    """Returns a hash of each row."""
    result = np.full(len(grams), 7, dtype=np.uint64)
    for column in range(grams.shape[1]):
        # Unsigned numbers of arrays wrap around, which a hash wants.
        result = _mixed(result * MULTIPLIER + grams[:, column].astype(np.uint64) + np.uint64(1))
    return result


def _mixed(values: Hashes) -> Hashes:
    """Returns the values with their bits mixed (the finalizer of SplitMix64)."""
    once = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    twice = (once ^ (once >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return twice ^ (twice >> np.uint64(31))


def _counted(length: int, hashes: Hashes, counts: Doubles, grams: Integers) -> _Order:
    of_count = [max(1.0, float((counts == count).sum())) for count in (1, 2, 3, 4)]
    share = of_count[0] / (of_count[0] + 2 * of_count[1])
    discounts = [
        max(LEAST_DISCOUNT, count - (count + 1) * share * of_count[count] / of_count[count - 1]) for count in (1, 2, 3)
    ]
    contexts, context = np.unique(_hashes(grams[:, :-1]), return_inverse=True)
    totals = np.bincount(context, weights=counts)
    discount = np.array([0.0, *discounts])
    taken = discount[np.minimum(counts, 3).astype(np.int64)]
    left_over = np.bincount(context, weights=taken) / totals
    by_context = np.argsort(context, kind="stable")
    return _Order(
        length,
        hashes,
        counts,
        discount,
        contexts,
        totals.astype(np.float64),
        left_over.astype(np.float64),
        np.concatenate([[0], np.cumsum(np.bincount(context))]),
        grams[by_context, -1],
        (np.maximum(counts - taken, 0.0) / totals[context])[by_context],
    )


def _positions(sorted_: Hashes, wanted: Hashes) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Returns where each wanted hash stands, and whether it is there."""
    positions = np.minimum(np.searchsorted(sorted_, wanted), len(sorted_) - 1)
    return positions, sorted_[positions] == wanted
