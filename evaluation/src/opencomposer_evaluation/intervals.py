"""Intervals by the bootstrap over groups (Efron 1979; Davison & Hinkley 1997, 3.8). Windows of one piece are alike, so
whole pieces are drawn again, not windows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Totals = Mapping[str, Numbers]
"""Sums over windows by name, each an array with one entry for each replicate."""

Statistic = Callable[[Totals], Numbers]
"""A function that computes a statistic from the sums, for all replicates at once."""

REPLICATES = 1000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A number, its replicates from pieces drawn again, and the interval that holds 95 % of them."""

    value: float
    replicates: Numbers

    @property
    def low(self) -> float:
        """Returns the lower end of the percentile interval."""
        return self._quantile((1 - CONFIDENCE) / 2)

    @property
    def high(self) -> float:
        """Returns the upper end of the percentile interval."""
        return self._quantile((1 + CONFIDENCE) / 2)

    def _quantile(self, share: float) -> float:
        finite = self.replicates[np.isfinite(self.replicates)]
        return float(np.quantile(finite, share)) if len(finite) else float("nan")

    def minus(self, other: Estimate) -> Estimate:
        """Returns the difference. It is paired where both estimates were made with the same drawn pieces."""
        return Estimate(self.value - other.value, self.replicates - other.replicates)

    def to_json(self) -> dict[str, float | None]:
        """Returns value and interval with four decimals; null where nothing could be measured."""
        return {"value": rounded(self.value), "low": rounded(self.low), "high": rounded(self.high)}


def rounded(value: float) -> float | None:
    """Returns four decimals, or None for a value that is not a number."""
    return round(float(value), 4) + 0.0 if np.isfinite(value) else None


def mean_estimate(estimates: list[Estimate]) -> Estimate:
    """Returns the mean of estimates that were made with the same drawn pieces."""
    return Estimate(
        float(np.mean([estimate.value for estimate in estimates])),
        np.mean([estimate.replicates for estimate in estimates], axis=0),
    )


def draw_weights(owners: npt.NDArray[np.int64], seed: int, replicates: int) -> Numbers:
    """Draws how often each item counts in each replicate, [replicates + 1, items]. Row 0 is the sample as it is.

    owners: [items], the group of each. A replicate draws as many groups as there are, with replacement.
    """
    groups, member = np.unique(owners, return_inverse=True)
    rng = np.random.Generator(np.random.PCG64(seed))
    counts = rng.multinomial(len(groups), np.full(len(groups), 1 / len(groups)), size=replicates)
    return np.vstack([np.ones(len(owners)), counts[:, member]]).astype(np.float64)


@dataclass(frozen=True)
class Resampling:
    """The settings by which groups are drawn again. The same settings give the same weights for the same owners."""

    seed: int
    replicates: int = REPLICATES

    def weights(self, owners: npt.NDArray[np.int64]) -> Numbers:
        """Returns the weights of draw_weights."""
        return draw_weights(owners, self.seed, self.replicates)


def estimate(totals: Mapping[str, Numbers], weights: Numbers, statistic: Statistic) -> Estimate:
    """Estimates a statistic; NaN where it divides by nothing. totals: name -> [items]; weights: of draw_weights."""
    sums = {name: weights @ values for name, values in totals.items()}
    with np.errstate(divide="ignore", invalid="ignore"):
        values = statistic(sums)
    return Estimate(float(values[0]), values[1:])


def estimate_median(values: Numbers, weights: Numbers) -> Estimate:
    """Estimates the median of [items]. Each counts as often as `weights` of draw_weights says."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    # For each replicate, the places up to which half of the items lie, from below and from above.
    cumulated = np.cumsum(weights[:, order], axis=1)
    half = cumulated[:, -1:] / 2
    low = np.minimum((cumulated < half).sum(axis=1), len(values) - 1)
    high = np.minimum((cumulated <= half).sum(axis=1), len(values) - 1)
    medians = (ordered[low] + ordered[high]) / 2
    return Estimate(float(medians[0]), medians[1:])
