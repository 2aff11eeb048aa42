"""The verdicts and tables of a report."""

from __future__ import annotations

import numpy as np
from opencomposer_evaluation.goals import Goal, exactly
from opencomposer_evaluation.intervals import Estimate
from opencomposer_evaluation.report import Table


def test_verdicts() -> None:
    def verdict(value: float, low: float, high: float) -> str:
        return Goal("x", "at most 1", Estimate(value, np.array([low, high])), max_=1).verdict

    assert verdict(0.5, 0.4, 0.6) == "reached"
    assert verdict(0.9, 0.8, 1.2) == "reached, but not by the whole interval"
    assert verdict(1.1, 0.8, 1.2) == "not reached"
    assert verdict(float("nan"), float("nan"), float("nan")) == "not measured"
    assert Goal("x", "at least 24", exactly(24), min_=24).verdict == "reached"


def test_a_table_has_columns_of_equal_width() -> None:
    lines = Table(["", "a"], [["first", "1"], ["x", "12345"]]).markdown().splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[1] == "| ----- | ----- |"
