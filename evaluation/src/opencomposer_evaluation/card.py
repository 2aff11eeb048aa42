"""Fills in the part of a model card that comes from an evaluation: the figures that a reader asks for first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from opencomposer_training.environment import write_atomically

CARD_FILE = "model-card.json"
NATS = ("natsANote", "natsABar", "natsASixteenthAndVoice")


def card_evaluation(evaluation: Mapping[str, Any]) -> dict[str, object]:
    """Returns the stock model's own figures out of the content of evaluation.json
    (contracts/model-card.schema.json)."""
    stock = _one(evaluation["comparison"], kind="stock")
    composer = _one(evaluation["comparison"], kind="composer")
    variety = _one(evaluation["variety"]["players"], kind="stock")
    memorization = _one(evaluation["copies"], kind="stock", melodies="training")
    retrieval = _one(evaluation["copies"], kind="retrieval", melodies="training")
    goals = evaluation["goals"][0]["goals"]
    return {
        "windows": evaluation["windows"]["count"],
        "trainingSeeds": 1 + len(evaluation["otherTrainingSeeds"]),
        "metrics": {
            name: {**estimate, "composer": composer["metrics"][name]["value"]}
            for name, estimate in stock["metrics"].items()
        }
        | _likelihood(evaluation.get("likelihood", [])),
        "variety": {
            "seeds": variety["seeds"],
            "minDifferent": variety["minDifferent"],
            "meanDifference": variety["meanDifference"],
            "composerMeanDifference": evaluation["variety"]["composer"]["meanDifferenceOfUnlike"],
        },
        "copies": {
            "copiedWindowShare": memorization["copiedWindowShare"],
            "longestRunSteps": memorization["longestRunSteps"],
            "retrievalCopiedWindowShare": retrieval["copiedWindowShare"],
            "retrievalLongestRunSteps": retrieval["longestRunSteps"],
        },
        "goals": {"set": len(goals), "reached": sum(goal["verdict"].startswith("reached") for goal in goals)},
    }


def _likelihood(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, object]]:
    """Returns how likely the stock model finds the test pieces, where that was measured."""
    stock = [row["metrics"] for row in rows if (row["kind"], row["split"]) == ("stock", "test")]
    return {name: {**metrics[name], "composer": None} for metrics in stock for name in NATS}


def update_card(folder: Path, evaluation: Mapping[str, Any]) -> None:
    """Writes the figures into the card in a model's folder, and leaves the rest of the card as it is."""
    path = folder / CARD_FILE
    card = json.loads(path.read_text(encoding="utf-8"))
    card["evaluation"] = card_evaluation(evaluation)
    write_atomically(path, (json.dumps(card, indent=2, sort_keys=True, allow_nan=False) + "\n").encode())


def _one(rows: Sequence[Mapping[str, Any]], **wanted: str) -> Mapping[str, Any]:
    """Returns the first row that has these values. Raises ValueError when there is none."""
    for row in rows:
        if all(row.get(key) == value for key, value in wanted.items()):
            return row
    raise ValueError(f"the evaluation has no row with {wanted}")
