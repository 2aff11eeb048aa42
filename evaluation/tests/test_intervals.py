"""Laws of the bootstrap over groups."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from opencomposer_evaluation.intervals import Estimate, draw_weights, estimate, estimate_median, mean_estimate


def mean_of(values: np.ndarray, owners: np.ndarray, seed: int = 0, replicates: int = 400) -> Estimate:
    totals = {"x": values.astype(np.float64), "n": np.ones(len(values))}
    return estimate(totals, draw_weights(owners, seed, replicates), lambda sums: sums["x"] / sums["n"])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 4)), min_size=1, max_size=30))
def test_the_interval_is_ordered_and_stays_within_the_data(items: list[tuple[float, int]]) -> None:
    values, owners = np.array([value for value, _ in items]), np.array([owner for _, owner in items])
    found = mean_of(values, owners, replicates=50)
    assert np.isclose(found.value, values.mean())
    assert values.min() - 1e-9 <= found.low <= found.high <= values.max() + 1e-9


def test_every_replicate_draws_whole_groups_and_as_many_as_there_are() -> None:
    owners = np.array([0, 0, 0, 1, 1, 2])
    weights = draw_weights(owners, 3, 200)
    assert (weights[0] == 1).all()
    for group in range(3):
        members = weights[:, owners == group]
        assert (members == members[:, :1]).all()
    assert (weights[1:, [0, 3, 5]].sum(axis=1) == 3).all()


def test_a_single_group_has_no_spread_and_many_alike_have_little() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=300)
    assert mean_of(values, np.zeros(300, dtype=np.int64)).high == mean_of(values, np.zeros(300, dtype=np.int64)).low
    singles = mean_of(values, np.arange(300))
    assert 0.15 < singles.high - singles.low < 0.30  # 2 * 1.96 / sqrt(300) = 0.23
    # Windows of one piece that are all the same are no more evidence than one window.
    repeated = mean_of(np.repeat(values[:30], 10), np.repeat(np.arange(30), 10))
    assert repeated.high - repeated.low > 2 * (singles.high - singles.low)


def test_about_95_of_100_intervals_hold_the_truth() -> None:
    rng = np.random.default_rng(1)
    held = 0
    for trial in range(100):
        found = mean_of(rng.normal(size=60), np.arange(60), seed=trial, replicates=200)
        held += found.low <= 0 <= found.high
    assert 86 <= held <= 100


def test_differences_are_paired() -> None:
    rng = np.random.default_rng(2)
    values, owners = rng.normal(size=50), np.arange(50)
    difference = mean_of(values + 0.1, owners).minus(mean_of(values, owners))
    assert np.isclose(difference.low, 0.1)
    assert np.isclose(difference.high, 0.1)
    both = mean_estimate([mean_of(values, owners), mean_of(-values, owners)])
    assert np.isclose(both.low, 0)


def test_what_divides_by_nothing_is_no_number_and_becomes_null() -> None:
    totals = {"x": np.array([0.0, 1.0]), "n": np.array([0.0, 0.0])}
    found = estimate(totals, draw_weights(np.array([0, 1]), 0, 10), lambda sums: sums["x"] / sums["n"])
    assert found.to_json()["low"] is None
    assert estimate({"x": np.zeros(2)}, draw_weights(np.array([0, 1]), 0, 10), lambda s: s["x"] / s["x"]).to_json() == {
        "value": None,
        "low": None,
        "high": None,
    }


def test_a_median_counts_each_item_as_often_as_it_is_drawn() -> None:
    values = np.array([5.0, 1.0, 3.0, 100.0])
    weights = np.array([[1, 1, 1, 1], [2, 0, 0, 1], [0, 3, 1, 0], [0, 2, 2, 0]], dtype=np.float64)
    found = estimate_median(values, weights)
    assert found.value == (3 + 5) / 2
    assert list(found.replicates) == [5, 1, (1 + 3) / 2]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_a_median_of_all_items_is_the_median(items: list[float]) -> None:
    values = np.array(items)
    found = estimate_median(values, draw_weights(np.arange(len(values)), 0, 5))
    assert np.isclose(found.value, np.median(values))
