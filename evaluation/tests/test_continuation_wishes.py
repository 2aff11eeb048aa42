"""Whether wishes are kept is counted, on music that keeps them and on music that does not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pytest
from opencomposer_evaluation.continuation_wishes import MAX_NOTE, MAX_REST, count_beyond, endings_section, write_all
from opencomposer_evaluation.continuations import (
    BARS,
    PRIME_STEPS,
    EventContinuer,
    prime_of,
    settings_of_call,
)
from opencomposer_evaluation.corpus import choose_windows
from opencomposer_evaluation.intervals import Resampling
from opencomposer_music.piano_roll import STEPS_PER_BAR, Note
from opencomposer_testing.tiny_music import random_piece
from opencomposer_testing.tiny_transformer import tiny_metadata, tiny_transformer
from opencomposer_transformer.cached_network import CachedNetwork, load_network
from opencomposer_transformer.generation import Written

STOP = BARS * STEPS_PER_BAR


@pytest.fixture(scope="module")
def player() -> EventContinuer:
    network = load_network(tiny_transformer(tiny_metadata(context=1600)), 1)
    return EventContinuer(partial(CachedNetwork, network), network.metadata, settings_of_call())


def written(voice: Sequence[Note]) -> Written:
    return Written((tuple(voice),), PRIME_STEPS, 1, 0, (0.0,))


def filled(first: int, stop: int = STOP) -> list[Note]:
    """Returns notes as long as is allowed, one after the other."""
    return [Note(onset, min(MAX_NOTE, stop - onset), 60) for onset in range(first, stop, MAX_NOTE)]


def test_notes_and_rests_beyond_the_limits_are_counted_wherever_they_are() -> None:
    assert count_beyond(written(filled(PRIME_STEPS))) == 0
    assert count_beyond(written(filled(PRIME_STEPS + MAX_REST))) == 0
    assert count_beyond(written(filled(PRIME_STEPS + MAX_REST + 1))) == 1
    assert count_beyond(written(filled(PRIME_STEPS, STOP - MAX_REST - 1))) == 1
    long = [Note(PRIME_STEPS, MAX_NOTE + 1, 60), *filled(PRIME_STEPS + MAX_NOTE + 1)]
    assert count_beyond(written(long)) == 1
    middle = [*filled(PRIME_STEPS, PRIME_STEPS + 16), *filled(PRIME_STEPS + 16 + MAX_REST + 1)]
    assert count_beyond(written(middle)) == 1


def test_the_product_keeps_the_limits_whatever_its_network_wants(player: EventContinuer) -> None:
    step = 60 / 100 / 4
    limited = player.with_parameters(
        maximumNoteLength=MAX_NOTE * step, maximumRestTime=MAX_REST * step, candidates=1, ending="open"
    )
    primes = [prime_of(random_piece(seed, BARS).planes) for seed in range(3)]
    assert [count_beyond(one) for one in write_all(limited, primes)] == [0, 0, 0]
    free = write_all(player.with_parameters(candidates=1, ending="open"), primes)
    assert sum(count_beyond(one) for one in free) > 0


def test_ends_are_judged_beside_the_composers_own(player: EventContinuer) -> None:
    pieces = [random_piece(seed, BARS, split="test") for seed in range(3)]
    windows = choose_windows(pieces, BARS, 1, 3)
    section, estimates = endings_section([("tiny", "stock", player)], windows, pieces, Resampling(0, 20))
    assert [row[0] for row in section.tables[0].rows] == [
        "Bach's own ends of these pieces",
        "tiny, one draw",
        "tiny, best of 4",
        "tiny, best of 8",
    ]
    assert all(found["endsInTheBarAskedFor"].value == 1 for found in estimates.values())
    triads = [estimates["stock", candidates]["restsOnTriad"].value for candidates in (1, 8)]
    assert triads[0] <= triads[1]
