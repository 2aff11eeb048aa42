"""The command line of models/evaluate.py."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from opencomposer_serving.failures import ModelRejected
from opencomposer_training.dataset import DatasetError
from opencomposer_training.environment import write_atomically

from opencomposer_evaluation.arranged_tunes import (
    ArrangerFailed,
    arrange_tunes,
    arrangement_report,
    judge_arrangements,
)
from opencomposer_evaluation.card import update_card
from opencomposer_evaluation.corpus import load_dataset
from opencomposer_evaluation.evaluation_request import EvaluationRequest
from opencomposer_evaluation.intervals import REPLICATES
from opencomposer_evaluation.registry import EVALUATIONS, Harmonies
from opencomposer_evaluation.report import Report
from opencomposer_evaluation.stock_models import MixedRecipes
from opencomposer_evaluation.tune_evaluation import judge_tunes, tune_report
from opencomposer_evaluation.user_tunes import load_tunes

MODELS = Path(__file__).resolve().parents[3] / "models"
RESULT_FILE = "evaluation.json"
TEXT_FILE = "evaluation.md"
TUNES_RESULT_FILE = "tunes.json"
TUNES_TEXT_FILE = "tunes.md"
ARRANGER = "arranger"
"""The technique by rule. It has no model, and is judged on the tunes alone."""


def main(arguments: Sequence[str]) -> int:
    """Evaluates, prints and writes. Returns 0, or 2 with a sentence that names what is missing."""
    parser = argparse.ArgumentParser(prog="npm run evaluate --", description="Judge a stock model on held-out music.")
    parser.add_argument(
        "evaluation",
        choices=[*sorted(EVALUATIONS), ARRANGER],
        help="a technique, whose model of the Bach chorales is judged, or another stock model",
    )
    usual = ", ".join(f"{name}: {evaluation.windows}" for name, evaluation in EVALUATIONS.items())
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--tunes",
        action="store_true",
        help=f"harmonize tunes that people bring instead, and write {TUNES_RESULT_FILE} and {TUNES_TEXT_FILE}; "
        f"{ARRANGER} is judged by nothing else",
    )
    instead.add_argument(
        "--chorales",
        action="store_true",
        help="judge whole chorales alone; it writes files only where --output is given",
    )
    parser.add_argument("--windows", type=int, help=f"at most so many windows a row (default {usual})")
    parser.add_argument(
        "--model", type=Path, help="folder with model.onnx, model-card.json and seeds/ (default: stock)"
    )
    parser.add_argument("--dataset", type=Path, help="folder of the data set (default: the one of the stock model)")
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
    if options.evaluation == ARRANGER:
        if not options.tunes:
            parser.error(f"{ARRANGER} works by rule and has no model: it is judged with --tunes alone")
        return _judge_arranger(options.output or MODELS / ARRANGER)
    evaluation = EVALUATIONS[options.evaluation]
    harmonies = evaluation.harmonies
    if harmonies is None and (options.tunes or options.chorales):
        asked = "--tunes" if options.tunes else "--chorales"
        parser.error(f"{options.evaluation} harmonizes no melodies: it is judged without {asked}")
    windows: int = evaluation.windows if options.windows is None else options.windows
    if windows < 3:
        parser.error(f"--windows is {windows}, but must be at least 3")
    if options.replicates < 1:
        parser.error(f"--replicates is {options.replicates}, but must be at least 1")
    model: Path = options.model or MODELS / evaluation.stock_model
    began = time.monotonic()

    def log(line: str) -> None:
        print(f"{time.monotonic() - began:5.0f} s  {line}", file=sys.stderr, flush=True)

    target: Path = options.output or model
    try:
        if harmonies is not None and options.tunes:
            report = _judge_tunes(harmonies, options.evaluation, model)
            _write(report, target, TUNES_RESULT_FILE, TUNES_TEXT_FILE)
        else:
            dataset = load_dataset(options.dataset or evaluation.dataset)
            request = EvaluationRequest(model, options.baselines, dataset, windows, options.replicates, log)
            run = harmonies.run_chorales if harmonies is not None and options.chorales else evaluation.run
            report = run(request)
            if options.output is not None or not options.chorales:
                _write(report, target, RESULT_FILE, TEXT_FILE)
            if options.output is None and not options.chorales:
                update_card(model, report.to_json())
    except (ArrangerFailed, DatasetError, FileNotFoundError, MixedRecipes, ModelRejected) as error:
        print(f"cannot evaluate: {error}", file=sys.stderr)
        return 2
    print(report.markdown())
    log("done")
    return 0


def _judge_arranger(target: Path) -> int:
    """Judges the arranger, prints and writes. Returns 0, or 2 with a sentence that says what is missing."""
    tunes = load_tunes()
    try:
        report = arrangement_report(judge_arrangements(tunes, arrange_tunes(tunes)))
    except ArrangerFailed as error:
        print(f"cannot evaluate: {error}", file=sys.stderr)
        return 2
    _write(report, target, TUNES_RESULT_FILE, TUNES_TEXT_FILE)
    print(report.markdown())
    return 0


def _judge_tunes(harmonies: Harmonies, technique: str, model: Path) -> Report:
    content = (model / "model.onnx").read_bytes()
    results = judge_tunes(load_tunes(), harmonies.harmonizer(content))
    return tune_report(technique, sha256(content).hexdigest(), results, harmonies.free_tunes)


def _write(report: Report, target: Path, result_file: str, text_file: str) -> None:
    """Writes the report into the folder `target` as data and as text."""
    target.mkdir(parents=True, exist_ok=True)
    result = json.dumps(report.to_json(), indent=2, allow_nan=False, ensure_ascii=False) + "\n"
    write_atomically(target / result_file, result.encode())
    write_atomically(target / text_file, report.markdown().encode())
