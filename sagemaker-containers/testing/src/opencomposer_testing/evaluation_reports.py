"""What tests ask of every evaluation: its report has all sections, and the model's card holds its chief figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema

from opencomposer_testing.serving_process import REPOSITORY


def absent_sections(model: Path, printed: str, headings: Sequence[str]) -> list[str]:
    """Returns which of the sections were not printed, and the report's name if it was not printed as it is written."""
    report = model / "evaluation.md"
    absent = [] if report.read_text() in printed else [report.name]
    return absent + [heading for heading in headings if f"## {heading}" not in printed]


def evaluated_card(model: Path) -> dict[str, Any]:
    """Returns the card of a model's folder, of which the evaluation keeps to the contract."""
    card: dict[str, Any] = json.loads((model / "model-card.json").read_text())
    schema = json.loads((REPOSITORY / "contracts/model-card.schema.json").read_text())
    jsonschema.validate(card["evaluation"], schema["properties"]["evaluation"])
    return card
