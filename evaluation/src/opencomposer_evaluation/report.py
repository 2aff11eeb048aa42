"""The result of an evaluation: sections with tables for a reader, and the same as data for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from opencomposer_evaluation.intervals import Estimate

Verdict = Literal["reached", "reached, but not by the whole interval", "not reached", "not measured"]


@dataclass(frozen=True)
class Table:
    """A table with cells as text. The first column has the rows' names."""

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """Returns the table as Prettier would write it: columns of equal width, numbers not aligned."""
        every = [list(self.headers), *[list(row) for row in self.rows]]
        widths = [max(3, *(len(row[column]) for row in every)) for column in range(len(self.headers))]
        lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in every]
        lines.insert(1, " | ".join("-" * width for width in widths))
        return "\n".join(f"| {line} |" for line in lines)


@dataclass(frozen=True)
class Section:
    """A heading, an introduction, and tables; `data` goes into evaluation.json under `key`."""

    key: str
    title: str
    introduction: str
    tables: Sequence[Table]
    data: object
    remarks: Sequence[str] = ()

    def markdown(self) -> str:
        """Returns heading, text, tables, remarks."""
        parts = [f"## {self.title}", self.introduction, *(table.markdown() for table in self.tables), *self.remarks]
        return "\n\n".join(part for part in parts if part)


@dataclass(frozen=True)
class Report:
    """The whole of an evaluation. `setting`: the model that was judged, and the music."""

    title: str
    setting: dict[str, object]
    sections: list[Section] = field(default_factory=list)

    def markdown(self) -> str:
        """Returns the text that is printed."""
        return "\n\n".join([f"# {self.title}", *(section.markdown() for section in self.sections)]) + "\n"

    def to_json(self) -> dict[str, object]:
        """Returns the content of evaluation.json."""
        return {"schemaVersion": 1, **self.setting, **{section.key: section.data for section in self.sections}}


def number(value: float, digits: int = 3) -> str:
    """Returns a plain number, `-` for none."""
    return f"{value:.{digits}f}" if np.isfinite(value) else "-"


def signed(value: float, digits: int = 1) -> str:
    """Returns a difference, always with its sign."""
    return f"{value + 0.0:+.{digits}f}" if np.isfinite(value) else "-"


def percent(value: float, digits: int = 1) -> str:
    """Returns a share as per cent."""
    return f"{100 * value:.{digits}f} %" if np.isfinite(value) else "-"


def with_interval(estimate: Estimate, digits: int = 3) -> str:
    """Returns value and interval."""
    if not np.isfinite(estimate.value):
        return "-"
    return f"{estimate.value:.{digits}f} ({estimate.low:.{digits}f} to {estimate.high:.{digits}f})"
