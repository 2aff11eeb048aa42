"""Goals that were set beforehand, and the verdicts whether they were reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from opencomposer_evaluation.intervals import Estimate
from opencomposer_evaluation.report import Section, Table, Verdict, with_interval


@dataclass(frozen=True)
class Goal:
    """A value that should lie in `min_`..`max_`."""

    name: str
    wanted: str
    measured: Estimate
    min_: float = -np.inf
    max_: float = np.inf

    @property
    def verdict(self) -> Verdict:
        """Returns the verdict by the value. The interval tells whether other pieces might have given another one."""
        if not np.isfinite(self.measured.value):
            return "not measured"
        if not self.min_ <= self.measured.value <= self.max_:
            return "not reached"
        inside = self.min_ <= self.measured.low and self.measured.high <= self.max_
        return "reached" if inside else "reached, but not by the whole interval"

    def to_json(self) -> dict[str, object]:
        """Returns the goal with the member names of evaluation.json."""
        return {"goal": self.name, "wanted": self.wanted, "measured": self.measured.to_json(), "verdict": self.verdict}


def exactly(value: float) -> Estimate:
    """Returns a value that was counted, not estimated."""
    return Estimate(value, np.array([value]))


def goals_table(goals: Sequence[Goal]) -> Table:
    """Returns a table with one line for each goal."""
    rows = [
        [
            goal.name,
            goal.wanted,
            _measured(goal.measured),
            goal.verdict,
        ]
        for goal in goals
    ]
    return Table(["goal", "wanted", "measured", "verdict"], rows)


def _measured(estimate: Estimate) -> str:
    if len(estimate.replicates) > 1 or not np.isfinite(estimate.value):
        return with_interval(estimate)
    return f"{estimate.value:.3g}"


def goals_section(introduction: str, lists: Sequence[tuple[str, Sequence[Goal]]]) -> Section:
    """Returns a section with a table for each list of goals: the stock model's, and that of the mean of all training
    seeds where there are several. lists: (name of the row that is judged, its goals)."""
    second = f" Second: {lists[1][0]}." if len(lists) > 1 else ""
    return Section(
        "goals",
        "Goals",
        introduction,
        [goals_table(goals) for _, goals in lists],
        [{"of": name, "goals": [goal.to_json() for goal in goals]} for name, goals in lists],
        [f"First table: {lists[0][0]}.{second}"],
    )
