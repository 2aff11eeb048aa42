"""The part of a training that is the same for every technique: epochs of batches, checkpoints from which a stopped or
killed run resumes, the best epoch, progress lines, samples (PyTorch).

A learner's random choices must be functions of (seed, epoch, batch), so that a resumed run equals an uninterrupted one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from opencomposer_training.checkpoints import load_checkpoint, load_newest, save_checkpoint
from opencomposer_training.environment import FIRST_SAMPLES_SECONDS, TrainingFailure
from opencomposer_training.learner import Learner, LoopSettings
from opencomposer_training.model_card import EndReason
from opencomposer_training.progress import SAMPLES_FOLDER, append_progress, metrics_line, rewind_progress

CHECKPOINT_SECONDS = 60.0
SAMPLES_PER_RUN = 20
MIN_PATIENCE = 10
# This limit is far beyond any training: a checkpoint's numbers reach progress lines and the model card.
MAX_EPOCHS = 1_000_000
MAX_BATCHES = 1_000_000_000
MAX_WINDOWS = 1_000_000_000_000
MAX_SECONDS = 1e9


def load_resumable(checkpoints: Path, technique: str) -> dict[str, Any] | None:
    """Returns the checkpoint to go on from, or None. Raises TrainingFailure for one of another technique, or of a
    version that kept the loop's part elsewhere."""
    state = load_newest(checkpoints)
    if state is None:
        return None
    if state.get("technique") != technique:
        shown = repr(state.get("technique"))[:60]
        raise TrainingFailure(f"The checkpoint to resume from is of {shown}, not {technique!r}.")
    if "loop" not in state:
        raise TrainingFailure(
            "The checkpoint to resume from was written by an earlier version, which this one cannot go on from: "
            "its model can still be used, but training must begin anew."
        )
    return state


@dataclass
class Sums:
    """Sums of losses over an epoch. A checkpoint keeps them, so that means survive an interruption within it."""

    losses: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    windows: int = 0
    seconds: float = 0.0

    def add(self, losses: Mapping[str, float]) -> None:
        """Adds one batch. Raises TrainingFailure for a loss that is not a finite number."""
        for name, value in losses.items():
            if not math.isfinite(value):
                raise TrainingFailure(f"The training diverged: its {name} is {value}. Try a lower learningRate.")
            self.losses[name] = self.losses.get(name, 0.0) + value
            self.counts[name] = self.counts.get(name, 0) + 1

    def means(self) -> dict[str, float]:
        """Returns the means by the names of the progress line."""
        return {name: value / self.counts[name] for name, value in self.losses.items()}


def restored_count(value: object) -> int:
    """Returns a number of updates from a checkpoint. Raises ValueError where it is none."""
    return _integer(value, MAX_BATCHES)


def _restored_sums(stored: Mapping[str, Any]) -> Sums:
    counts = {str(name): _integer(value, MAX_BATCHES) for name, value in stored["counts"].items()}
    losses = {str(name): _number(value, math.inf) for name, value in stored["losses"].items()}
    if losses.keys() != counts.keys() or 0 in counts.values():
        raise ValueError("the sums of the losses do not belong together")
    return Sums(losses, counts, _integer(stored["windows"], MAX_WINDOWS), _number(stored["seconds"], MAX_SECONDS))


def _restored_best(stored: Mapping[str, Any], epochs: int) -> dict[str, Any]:
    epoch = _integer(stored["epoch"], epochs)
    metrics = {str(name): _number(value, math.inf) for name, value in stored["metrics"].items()}
    return {"epoch": epoch, "metrics": metrics, "lowest": _number(stored["lowest"], math.inf)}


def _mark_of(best: Mapping[str, Any], epochs: int) -> dict[str, Any] | None:
    """Returns the mark in a checkpoint `best`, or None if it is not one of its own epoch, which is at most `epochs`."""
    try:
        mark = _restored_best(best["loop"]["best"], epochs)
        return mark if best["loop"]["epoch"] == mark["epoch"] else None
    except (KeyError, TypeError, ValueError):
        return None


def _integer(value: object, max_: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= max_:
        raise ValueError(f"{repr(value)[:60]} is no whole number from 0 to {max_}")
    return value


def _number(value: object, max_: float) -> float:
    """Returns a finite number, from 0 to `max_` if that is finite. Raises ValueError for any other value."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{repr(value)[:60]} is no number")
    if max_ < math.inf and not 0 <= value <= max_:
        raise ValueError(f"{value} is no number from 0 to {max_}")
    return float(value)


class TrainingLoop:
    """Trains one job's epochs. `epoch` and `batch` count completed ones."""

    def __init__(
        self,
        learner: Learner,
        *,
        settings: LoopSettings,
        checkpoints: Path,
        stop_requested: Callable[[], bool],
        first_samples_seconds: float = FIRST_SAMPLES_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """first_samples_seconds: see FIRST_SAMPLES_SECONDS; clock: returns seconds since any moment."""
        self.learner = learner
        self.settings = settings
        self.checkpoints = checkpoints
        self.stop_requested = stop_requested
        self.first_samples_seconds = first_samples_seconds
        self.clock = clock
        self.epoch = 0
        self.batch = 0
        self.sums = Sums()
        self.elapsed = 0.0
        self.best: dict[str, Any] | None = None
        self.since_improvement = 0

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on from a checkpoint, of which the learner has taken its own part before.

        Raises KeyError, TypeError or ValueError for one that no loop has written.
        """
        loop = state["loop"]
        self.epoch = _integer(loop["epoch"], MAX_EPOCHS)
        self.batch = _integer(loop["batch"], MAX_BATCHES)
        self.elapsed = _number(loop["elapsedSeconds"], MAX_SECONDS)
        self.sums = _restored_sums(loop["sums"])
        self.since_improvement = _integer(loop["sinceImprovement"], MAX_EPOCHS)
        self.best = None if loop["best"] is None else _restored_best(loop["best"], self.epoch)
        self._agree_with_best_file()
        if self.batch >= self.learner.batches(self.epoch):
            # The data or the batch size has changed since, so the epoch that was under way begins again.
            self.batch, self.sums = 0, Sums()
        print(f"Training goes on after epoch {self.epoch}, at batch {self.batch} of the next one.", flush=True)

    def _agree_with_best_file(self) -> None:
        """Makes `best` say which epoch's weights the file `best.pt` has.

        SageMaker uploads files one after the other. A machine that was taken away in between may have left a last
        checkpoint that names an epoch whose weights were never uploaded, and the training would end without a model.
        """
        if self.best is None:
            return
        stored = load_checkpoint(self.checkpoints, "best")
        kept = None if stored is None else _mark_of(stored, self.epoch)
        if kept is not None and kept["epoch"] == self.best["epoch"]:
            return
        print(
            f"The weights of the best epoch, {self.best['epoch']}, were not kept. "
            + ("No epoch counts as the best now." if kept is None else f"Epoch {kept['epoch']} is the best again."),
            flush=True,
        )
        self.best = kept

    def run(self) -> EndReason:
        """Trains to the last epoch, an early stop or a stop request, and leaves checkpoints, progress and samples."""
        self.checkpoints.mkdir(parents=True, exist_ok=True)
        rewind_progress(self.checkpoints, self.epoch)
        if self.best is None and self.epoch > 0 and self.batch == 0:
            # Only then are the weights those of a whole epoch, which is better than none.
            self._judge_again()
        while self.epoch < self.settings.epochs:
            if not self._train_epoch():
                self._save("last")
                return "stopped"
            self._finish_epoch()
            patience = max(MIN_PATIENCE, self.settings.epochs // 5)
            if self.settings.early_stopping and self.since_improvement >= patience:
                return "earlyStopping"
        return "epochs"

    def _save(self, name: Literal["last", "best"]) -> None:
        save_checkpoint(
            self.checkpoints,
            name,
            {
                "technique": self.settings.technique,
                **self.learner.state(),
                "loop": {
                    "epoch": self.epoch,
                    "batch": self.batch,
                    "elapsedSeconds": self.elapsed,
                    "sums": vars(self.sums),
                    "sinceImprovement": self.since_improvement,
                    "best": self.best,
                },
            },
        )

    def _train_epoch(self) -> bool:
        """Trains the rest of the current epoch's batches. Returns False when a stop was asked for."""
        batches = self.learner.batches(self.epoch)
        saved = self.clock()
        while self.batch < batches:
            if self.stop_requested():
                return False
            started = self.clock()
            self.sums.add(self.learner.learn(self.epoch, self.batch))
            seconds = self.clock() - started
            self.batch += 1
            self.sums.windows += self.settings.batch_size
            self.sums.seconds += seconds
            self._count_training(seconds, is_last=self.batch == batches)
            if self.clock() - saved > CHECKPOINT_SECONDS:
                self._save("last")
                saved = self.clock()
        return True

    def _count_training(self, seconds: float, *, is_last: bool) -> None:
        """Adds the seconds of a batch to the training's, and writes the first samples if they are due with it.

        They are due once in a training, however often it is resumed, because a checkpoint keeps the seconds. Nothing
        else changes with them. Behind the last batch of an epoch come the epoch's own samples.
        """
        before = self.elapsed
        self.elapsed += seconds
        if self.epoch > 0 or is_last or not before < self.first_samples_seconds <= self.elapsed:
            return
        started = self.clock()
        self._write_samples()
        self.elapsed += self.clock() - started
        print(f"The first samples were written after {before + seconds:.0f} seconds of training.", flush=True)

    def _write_samples(self) -> None:
        """Writes samples under the number of complete epochs."""
        self.learner.write_samples(self.checkpoints / SAMPLES_FOLDER / f"epoch-{self.epoch:04d}")

    def _finish_epoch(self) -> None:
        started = self.clock()
        held_out, metrics = dict(self.learner.validate()), dict(self.learner.measure())
        self.epoch += 1
        self.batch = 0
        sums, self.sums = self.sums, Sums()
        epochs = self.settings.epochs
        if self.epoch in (1, epochs) or self.epoch % max(1, epochs // SAMPLES_PER_RUN) == 0:
            self._write_samples()
        improved = self._judge({**held_out, **metrics}[self.settings.criterion], metrics)
        self.elapsed += self.clock() - started
        if improved:
            self._save("best")
        self._save("last")
        losses = {**sums.means(), **held_out}
        seconds = sums.seconds + self.clock() - started
        speed = sums.windows / max(sums.seconds, 1e-9)
        print(metrics_line(self.epoch, losses, {**metrics, "samplesPerSecond": speed}), flush=True)
        append_progress(
            self.checkpoints,
            {
                "schemaVersion": 1,
                "epoch": self.epoch,
                "epochs": epochs,
                **losses,
                **metrics,
                "seconds": seconds,
                "elapsedSeconds": self.elapsed,
                "samplesPerSecond": speed,
            },
        )

    def _judge_again(self) -> None:
        """Makes the epoch that has just been restored the best one, because the weights of the best were not kept."""
        held_out, metrics = dict(self.learner.validate()), dict(self.learner.measure())
        self._judge({**held_out, **metrics}[self.settings.criterion], metrics)
        self._save("best")
        self._save("last")

    def _judge(self, value: float, metrics: Mapping[str, float]) -> bool:
        """Returns True if the epoch that has just ended is the best so far.

        Among epochs whose values differ by no more than the tolerance the latest is the best, because it has learned
        longest.
        """
        tolerance = self.settings.tolerance
        lowest = value if self.best is None else float(self.best["lowest"])
        clearly = self.best is None or value < lowest - tolerance
        self.since_improvement = 0 if clearly else self.since_improvement + 1
        improved = value <= lowest + tolerance
        if improved:
            self.best = {"epoch": self.epoch, "metrics": dict(metrics), "lowest": min(value, lowest)}
        return improved
