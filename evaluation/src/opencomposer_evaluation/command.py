"""The command line of models/evaluate.py."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from opencomposer_serving.failures import ModelRejected
from opencomposer_training.dataset import DatasetError
from opencomposer_training.environment import write_atomically

from opencomposer_evaluation.card import update_card
from opencomposer_evaluation.corpus import load_dataset
from opencomposer_evaluation.evaluation_request import EvaluationRequest
from opencomposer_evaluation.intervals import REPLICATES
from opencomposer_evaluation.registry import EVALUATIONS
from opencomposer_evaluation.stock_models import MixedRecipes

MODELS = Path(__file__).resolve().parents[3] / "models"
DATASET = MODELS.parent / ".cache" / "datasets" / "bach-chorales" / "2"
RESULT_FILE = "evaluation.json"
TEXT_FILE = "evaluation.md"


def main(arguments: Sequence[str]) -> int:
    """Evaluates, prints and writes. Returns 0, or 2 with a sentence that names what is missing."""
    parser = argparse.ArgumentParser(prog="npm run evaluate --", description="Judge a stock model on held-out music.")
    parser.add_argument("technique", choices=sorted(EVALUATIONS))
    usual = ", ".join(f"{name}: {evaluation.windows}" for name, evaluation in EVALUATIONS.items())
    parser.add_argument("--windows", type=int, help=f"at most so many windows a row (default {usual})")
    parser.add_argument(
        "--model", type=Path, help="folder with model.onnx, model-card.json and seeds/ (default: stock)"
    )
    parser.add_argument("--dataset", type=Path, default=DATASET, help="folder with pieces.jsonl and manifest.json")
    parser.add_argument(
        "--baselines", type=Path, default=MODELS / "baselines", help="folder of the trained baselines' folders"
    )
    parser.add_argument(
        "--output",
        type=Path,
        help=f"folder for {RESULT_FILE} and {TEXT_FILE} (default: the model's, whose card gets the chief figures)",
    )
    parser.add_argument(
        "--replicates", type=int, default=REPLICATES, help=f"resamplings for intervals (default {REPLICATES})"
    )
    options = parser.parse_args(arguments)
    evaluation = EVALUATIONS[options.technique]
    windows: int = evaluation.windows if options.windows is None else options.windows
    if windows < 3:
        parser.error(f"--windows is {windows}, but must be at least 3")
    if options.replicates < 1:
        parser.error(f"--replicates is {options.replicates}, but must be at least 1")
    model: Path = options.model or MODELS / evaluation.stock_model
    began = time.monotonic()

    def log(line: str) -> None:
        print(f"{time.monotonic() - began:5.0f} s  {line}", file=sys.stderr, flush=True)

    try:
        dataset = load_dataset(options.dataset)
        report = evaluation.run(EvaluationRequest(model, options.baselines, dataset, windows, options.replicates, log))
    except (DatasetError, FileNotFoundError, MixedRecipes, ModelRejected) as error:
        print(f"cannot evaluate: {error}", file=sys.stderr)
        return 2
    text = report.markdown()
    print(text)
    target: Path = options.output or model
    target.mkdir(parents=True, exist_ok=True)
    result = report.to_json()
    write_atomically(target / RESULT_FILE, (json.dumps(result, indent=2, allow_nan=False) + "\n").encode())
    write_atomically(target / TEXT_FILE, text.encode())
    if options.output is None:
        update_card(model, result)
    log(f"written to {target / RESULT_FILE}")
    return 0
