"""Trains a stock model by its committed recipe, with the container code, folders and files of a training job on AWS.

    python models/train_stock.py unet-gan-bach --datasets CACHE_FOLDER --work FOLDER

CACHE_FOLDER holds the data set (datasets/build_bach_chorales.py CACHE_FOLDER). FOLDER becomes the job's base folder
with its checkpoints: the same command goes on where it was stopped (Ctrl-C, SIGTERM, kill). At the end, or when
stopped after the first epoch, models/<id>/ gets model.onnx, model-card.json and the run's log.

With `--seed N` the recipe is followed from another seed, and models/<id>/seeds/N/ gets model and card. From them the
evaluation tells how much is due to the recipe and how much to luck.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = {
    "model/model.onnx": "model.onnx",
    "model/model-card.json": "model-card.json",
    "checkpoints/progress.jsonl": "training-log.jsonl",
    "checkpoints/reference.json": "training-reference.json",
}
"""The files that are kept of a job's folders, with their names under models/<id>/. docs/plots draws the log."""


def prepare(recipe: dict[str, object], datasets: Path, base: Path) -> None:
    """Lays out the job's folders as the platform would."""
    dataset = recipe["dataset"]
    assert isinstance(dataset, dict)
    source = datasets / str(dataset["id"]) / str(dataset["version"])
    if not source.exists():
        # The pieces of some data sets are committed.
        source = ROOT / "datasets" / str(dataset["id"])
    manifest = json.loads((source / "manifest.json").read_text())
    # The name `licence` is that of stored data sets.
    selection = {
        "schemaVersion": 1,
        "jobId": "stock",
        "technique": recipe["technique"],
        "dataset": {key: manifest[key] for key in ("id", "version", "sha256", "licence")},
        "topics": {},
        "all": True,
        "melodies": recipe["melodies"],
    }
    hyperparameters = recipe["hyperparameters"]
    assert isinstance(hyperparameters, dict)
    strings = {key: value if isinstance(value, str) else json.dumps(value) for key, value in hyperparameters.items()}
    for folder in ("input/config", "input/data/selection", "checkpoints", "model", "output"):
        (base / folder).mkdir(parents=True, exist_ok=True)
    (base / "input/config/hyperparameters.json").write_text(json.dumps(strings))
    (base / "input/data/selection/manifest.json").write_text(json.dumps(selection))
    shutil.copytree(source, base / "input/data/dataset", dirs_exist_ok=True)


def main(arguments: list[str]) -> int:
    """Prepares, trains in a process of its own, and copies the model."""
    parser = argparse.ArgumentParser(description="Train a stock model by its committed recipe.")
    parser.add_argument("model", help="folder under models/ that has a recipe.json")
    parser.add_argument("--datasets", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seed", type=int, help="another seed than the recipe's")
    options = parser.parse_args(arguments)
    target = ROOT / "models" / options.model
    recipe = json.loads((target / "recipe.json").read_text())
    kept = KEPT
    if options.seed is not None:
        recipe["hyperparameters"]["seed"] = options.seed
        target = target / "seeds" / str(options.seed)
        kept = {made: name for made, name in KEPT.items() if made.startswith("model/")}
    base: Path = options.work.resolve()
    prepare(recipe, options.datasets, base)
    technique = str(recipe["technique"])
    variables = {
        **os.environ,
        "SAGEMAKER_BASE_DIR": str(base),
    }
    package = technique.replace("-", "_")
    process = subprocess.Popen([sys.executable, "-m", f"opencomposer_{package}.train"], env=variables)
    # A signal for this process is a stop request for the training, which then saves and exports, and is waited for.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.terminate())
    status = process.wait()
    made = base / "model" / "model-card.json"
    if status == 0 and made.is_file():
        target.mkdir(parents=True, exist_ok=True)
        for source, name in kept.items():
            shutil.copyfile(base / source, target / name)
        print(f"{target.relative_to(ROOT)}: {json.loads(made.read_text())['metrics']}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
