"""Variety, and harmonizations of one tune that are laid over each other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_evaluation.variety import (
    align_sopranos,
    harmonization_difference,
    long_runs,
    mean_pair_difference,
)
from opencomposer_music.voice_lines import REST


@given(st.integers(2, 5), st.integers(0, 1000))
def test_the_mean_difference_is_that_of_all_pairs(count: int, seed: int) -> None:
    variants = np.random.default_rng(seed).integers(-1, 3, (count, 2, 6))
    pairs = [np.mean(one != two) for one, two in itertools.combinations(variants, 2)]
    assert mean_pair_difference(variants) == pytest.approx(np.mean(pairs))


def test_a_tune_in_another_key_that_begins_a_bar_later_is_laid_over_itself() -> None:
    rng = np.random.default_rng(0)
    first = np.repeat(rng.integers(60, 80, (4, 32)), 4, axis=1)
    shifted = np.concatenate([np.full((4, 16), REST), first - 5], axis=1)
    found = align_sopranos(first[0], shifted[0])
    assert (found.offset, found.shift) == (16, 5)
    assert found.steps.tolist() == list(range(128))
    assert harmonization_difference(first, shifted, found) == 0
    # The alto differs in the second half, and the soprano in the last quarter, which therefore no longer counts.
    shifted[1, 16 + 64 :] += 1
    shifted[0, 16 + 96 :] = 50
    found = align_sopranos(first[0], shifted[0])
    assert found.steps.tolist() == list(range(96))
    assert harmonization_difference(first, shifted, found) == pytest.approx(32 / (3 * 96))
    # With the two pieces exchanged the same steps are compared.
    back = align_sopranos(shifted[0], first[0])
    assert (back.offset, back.shift, len(back.steps)) == (-16, -5, 96)


def test_melodies_without_a_bar_in_common_are_not_aligned() -> None:
    rng = np.random.default_rng(1)
    assert len(align_sopranos(rng.integers(60, 80, 128), rng.integers(60, 80, 128)).steps) == 0
    silent = np.full(64, REST)
    assert len(align_sopranos(silent, silent).steps) == 0


def test_only_long_rows_are_kept() -> None:
    flags = np.array([1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1], dtype=np.bool_)
    assert long_runs(flags, 3).tolist() == [0, 1, 2, 7, 8, 9, 10]
    assert long_runs(np.zeros(4, dtype=np.bool_), 1).tolist() == []
