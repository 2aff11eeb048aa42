r"""Trains our AR-CNN network with AWS's objective and corruption: the baseline that our own recipe must beat.

    OMP_NUM_THREADS=1 .venv/training/bin/python -m opencomposer_evaluation.baselines.ar_cnn_aws_objective \
      --datasets CACHE_FOLDER --work FOLDER

CACHE_FOLDER holds the data set (datasets/build_bach_chorales.py CACHE_FOLDER); FOLDER keeps the checkpoint, and the
same command goes on where it was stopped. At the end models/baselines/<name>/ gets model.onnx, training-log.jsonl and
training-summary.json; with --export, or when a stop is asked for, they are written with the training so far.

These facts are AWS's (aws-samples/aws-deepcomposer-samples, ar-cnn: the notebook's settings, its augmentation and
its losses; the code here is ours): of the sounding cells a whole percentage from 0 to 100, and of the silent ones 1 to
1.5 per cent, are toggled, cell by cell and anywhere; the loss is the Kullback-Leibler divergence of one softmax over
all cells of a batch from the uniform distribution over the cells that were toggled. The network is told nothing but
the roll.
These parts are ours, so that nothing else differs: network, window of the keyboard, data, transposition, batches,
optimizer, averaging of weights, and the question whether a pitch that sounds on starts anew, which AWS's model does not
have.

Time is CPU seconds of this process on one thread, from its start: other load on the machine does not count.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from opencomposer_ar_cnn.corruption import Example, density_of, merge
from opencomposer_ar_cnn.export import export_onnx
from opencomposer_ar_cnn.losses import Batch, Losses, onset_loss
from opencomposer_ar_cnn.model_metadata import INPUT_PLANES
from opencomposer_ar_cnn.network import EditNetwork, Logits
from opencomposer_ar_cnn.onsets import Cells, before
from opencomposer_ar_cnn.training import ArCnnLearner, to_batch
from opencomposer_music.random_numbers import random_generator
from opencomposer_music.time_signatures import COMMON_TIME, BarShape
from opencomposer_training.checkpoints import load_checkpoint, save_checkpoint
from opencomposer_training.dataset import Dataset, Selection, VoicePlanes, cut_window, training_windows
from opencomposer_training.environment import write_atomically
from opencomposer_training.learner import LearnerInputs
from opencomposer_training.training_run import TrainingRun
from torch.nn import functional

from opencomposer_evaluation.baselines.trained_baseline import write_baseline
from opencomposer_evaluation.corpus import load_dataset

ROOT = Path(__file__).resolve().parents[4]
TARGETS = ROOT / "models/baselines"
RECIPE = ROOT / "models/ar-cnn-bach/recipe.json"
MAX_REMOVED_PERCENT = 100
ADDED_SHARE = (0.01, 0.015)
UNSEEN_PLANES = [INPUT_PLANES.index(name) for name in ("locked", "original")]
LEVEL_WINDOWS = 96
LEVEL_KEY = 2**31 + 1
"""This number replaces the epoch in the key of the random numbers of the windows from which the level is computed."""
CHECKPOINT_SECONDS = 60.0


def corrupt_cells(planes: VoicePlanes, rng: np.random.Generator, _bar: BarShape = COMMON_TIME) -> Example:
    """Makes AWS's corruption of one window [voices, 2, steps, pitches]: single cells, missing and added anywhere.

    Nothing is locked and nothing is marked as brought by the user: those planes are silent.
    """
    target, onsets = merge(planes)
    sounding, silent = np.flatnonzero(target), np.flatnonzero(~target)
    removed = len(sounding) * int(rng.integers(MAX_REMOVED_PERCENT + 1)) / 100
    added = len(silent) * float(rng.uniform(*ADDED_SHARE))
    toggled = np.concatenate(
        [
            rng.choice(sounding, round(removed), replace=False),
            rng.choice(silent, round(added), replace=False),
        ]
    )
    roll: Cells = target.copy()
    roll.ravel()[toggled] = ~roll.ravel()[toggled]
    nothing = np.zeros_like(target)
    return Example(
        roll=roll,
        onsets=roll & ((onsets & target) | ~before(roll)),
        original=nothing,
        locked=nothing,
        target=target,
        target_onsets=onsets,
        density=density_of(target),
    )


def batch_divergence(logits: torch.Tensor, difference: torch.Tensor) -> torch.Tensor:
    """Returns KL(uniform over all cells of the batch that are to be toggled || softmax over all cells of the batch)."""
    target = difference.flatten() / difference.sum().clamp(min=1)
    return functional.kl_div(logits.flatten().log_softmax(dim=0), target, reduction="sum")


def batch_losses(logits: Logits, batch: Batch) -> Losses:
    """Returns the losses of a batch, with AWS's objective in place of our two questions about toggling."""
    return Losses(
        selection=batch_divergence(logits.toggle, batch.difference),
        toggle=torch.zeros(()),
        onset=onset_loss(logits.onset, batch.onsets, batch.open_onsets),
    )


class TimedLearner(ArCnnLearner):
    """A learner whose learning rate falls with the used share of the time, `progress`, and not with epochs."""

    progress = 0.0

    def _rate(self, epochs_done: float) -> float:
        return super()._rate(self.progress * self.settings.epochs)


def make_run(
    dataset: Dataset, work: Path, hyperparameters: dict[str, Any], **changes: Any
) -> TrainingRun[TimedLearner]:
    """Returns the stock recipe with AWS's objective and corruption, new or from the checkpoint in `work`. `changes`:
    arguments of ArCnnLearner, for tests."""
    selection = Selection("ar-cnn", {}, {}, {piece.id: piece.split for piece in dataset.pieces}, ())
    made = TrainingRun(
        "ar-cnn",
        lambda resumed: TimedLearner(
            LearnerInputs(dataset, selection, hyperparameters, resumed),
            corrupt_window=corrupt_cells,
            objective=batch_losses,
            hears_phrase_ends=False,
            **changes,
        ),
        checkpoints=work,
        stop_requested=lambda: False,
    )
    # Silent planes give these weights no gradient, so they stay 0, and the played model does not react to locks.
    with torch.no_grad():
        for network in (made.learner.network, made.learner.average):
            network.stem.weight[:, UNSEEN_PLANES] = 0
    return made


def train(
    run: TrainingRun[TimedLearner],
    work: Path,
    *,
    cpu_seconds: float,
    wall_seconds: float,
    stop_requested: Callable[[], bool],
) -> dict[str, float]:
    """Trains until either time is used up, earlier sittings included, or a stop is asked for.

    The learning rate falls with the larger of both shares. Leaves work/last.pt and work/training-log.jsonl, a line for
    each epoch. Returns the time that was used.
    """
    state = load_checkpoint(work, "last")
    used = {"cpuSeconds": 0.0, "wallSeconds": 0.0, **(state["used"] if state else {})}
    log = work / "training-log.jsonl"
    lines = log.read_text().splitlines()[: run.loop.epoch] if log.is_file() else []
    cpu_before, wall_before = used["cpuSeconds"], used["wallSeconds"]
    # The process's imports count in its first sitting only, so that a resume costs no training time.
    cpu_started = time.process_time() if state else 0.0
    started = saved = time.monotonic()
    loop, learner = run.loop, run.learner

    def save() -> None:
        position = {"epoch": loop.epoch, "batch": loop.batch, "elapsedSeconds": used["wallSeconds"], "best": None}
        position |= {"sums": vars(loop.sums), "sinceImprovement": 0}
        save_checkpoint(work, "last", {"technique": "ar-cnn", **learner.state(), "loop": position, "used": used})
        write_atomically(log, "".join(f"{line}\n" for line in lines).encode())

    def share_used() -> float:
        return float(max(used["cpuSeconds"] / cpu_seconds, used["wallSeconds"] / wall_seconds))

    learner.progress = share_used()
    while learner.progress < 1 and not stop_requested():
        loop.sums.add(learner.learn(loop.epoch, loop.batch))
        loop.batch += 1
        if loop.batch >= learner.batches(loop.epoch):
            means = {name: round(value, 4) for name, value in loop.sums.means().items()}
            loop.epoch, loop.batch = loop.epoch + 1, 0
            loop.sums = type(loop.sums)()
            lines.append(json.dumps({"epoch": loop.epoch, "updates": learner.updates, **used, **means}))
            print(lines[-1], flush=True)
        used["cpuSeconds"] = round(cpu_before + time.process_time() - cpu_started, 2)
        used["wallSeconds"] = round(wall_before + time.monotonic() - started, 2)
        learner.progress = share_used()
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            save()
            saved = time.monotonic()
    save()
    return used


def level_of(learner: ArCnnLearner) -> float:
    """Returns the constant that makes the sum of a window's toggle probabilities, on the average of held-out windows,
    the number of edits that it needs.

    A softmax does not determine it, so AWS's objective is the same with any; but our sampler ends and draws by
    probabilities.
    """
    pieces = learner.dataset.of_split("validation") or learner.data.pieces
    windows = training_windows(pieces, learner.window_bars, learner.window_bars, 0)[:LEVEL_WINDOWS]
    shape = learner.shape
    examples = [
        corrupt_cells(
            cut_window(pieces[w.piece], w.start_bar, learner.window_bars, shape.lowest_pitch, shape.pitches),
            random_generator(learner.settings.seed, LEVEL_KEY, number),
        )
        for number, w in enumerate(windows)
    ]
    logits: list[torch.Tensor] = []
    with torch.inference_mode():
        for start in range(0, len(examples), 32):
            batch = to_batch(examples[start : start + 32], torch.device("cpu"))
            logits.append(learner.average(batch.planes, batch.density).toggle.flatten().double())
    every = torch.cat(logits)
    needed = float(sum(example.difference.sum() for example in examples))
    low, high = -50.0, 50.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if float(torch.sigmoid(every + middle).sum()) > needed else (middle, high)
    return (low + high) / 2


def levelled(learner: ArCnnLearner, level: float) -> EditNetwork:
    """Returns the averaged weights with `level` added to every toggle logit."""
    network = EditNetwork(learner.shape)
    network.load_state_dict(learner.average.state_dict())
    time_stride, pitch_stride = learner.shape.stem
    assert network.head.bias is not None
    with torch.no_grad():
        network.head.bias[: time_stride * pitch_stride] += level
    return network.eval()


def main(arguments: Sequence[str]) -> int:
    """Trains, or goes on, and writes the model with its summary."""
    parser = argparse.ArgumentParser(description="Train the AR-CNN baseline with AWS's objective and corruption.")
    parser.add_argument("--datasets", type=Path, required=True, help="folder with bach-chorales/3")
    parser.add_argument("--work", type=Path, required=True, help="folder for the checkpoint, outside the repository")
    parser.add_argument("--cpu-seconds", type=float, default=3600.0, help="CPU time to train for (3600)")
    parser.add_argument("--wall-seconds", type=float, default=1e9, help="time by the clock at most (no limit)")
    parser.add_argument("--export", action="store_true", help="train no further, only write what there is")
    parser.add_argument("--name", default="ar-cnn-aws-objective", help="folder under models/baselines for the result")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    recipe = json.loads(RECIPE.read_text())
    folder = options.datasets / str(recipe["dataset"]["id"]) / str(recipe["dataset"]["version"])
    work: Path = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    stopped: list[int] = [signal.SIGTERM] if options.export else []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: stopped.append(received))
    dataset = load_dataset(folder)
    run = make_run(dataset, work, recipe["hyperparameters"])
    used = train(
        run,
        work,
        cpu_seconds=options.cpu_seconds,
        wall_seconds=options.wall_seconds,
        stop_requested=lambda: bool(stopped),
    )
    learner = run.learner
    if learner.updates == 0:
        print("Stopped before the first update: there is nothing to write.")
        return 1
    level = level_of(learner)
    content = export_onnx(levelled(learner, level), learner.metadata)
    summary = {
        "schemaVersion": 1,
        "objective": "aws-ar-cnn",
        "hyperparameters": recipe["hyperparameters"],
        "cpuSecondsAskedFor": options.cpu_seconds,
        "endReason": "time" if learner.progress >= 1 else "stopped",
        **used,
        "threads": torch.get_num_threads(),
        "updates": learner.updates,
        "windowsSeen": learner.updates * learner.settings.batch_size,
        "level": round(level, 4),
        "parameters": sum(parameter.numel() for parameter in learner.network.parameters()),
        "dataset": {
            **recipe["dataset"],
            "sha256": json.loads((folder / "manifest.json").read_text())["sha256"],
            "pieces": len(learner.data.pieces),
        },
    }
    write_baseline(TARGETS / options.name, model=content, log=work / "training-log.jsonl", summary=summary)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
