"""The training run of each technique with a tiny job: made anew and resumed as often as a test needs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from opencomposer_ar_cnn import training as ar_cnn
from opencomposer_ar_cnn.evaluation import HARMONISATION
from opencomposer_training.dataset import Dataset, Selection, read_dataset, read_selection
from opencomposer_training.training_run import TrainingRun
from opencomposer_unet_gan import training as unet_gan

from opencomposer_testing.tiny_training_job import write_job

UNET_GAN_SETTINGS: dict[str, Any] = {
    "epochs": 2,
    "learning_rate": 1e-3,
    "update_ratio": 1,
    "batch_size": 8,
    "transposition_range": 2,
    "model_size": "small",
    "reconstruction_weight": 20.0,
    "diversity_weight": 10.0,
    "early_stopping": False,
    "seed": 4,
}
AR_CNN_SETTINGS: dict[str, Any] = {
    "epochs": 2,
    "learning_rate": 2e-3,
    "batch_size": 8,
    "transposition_range": 2,
    "model_size": "small",
    "early_stopping": False,
    "seed": 4,
}
AR_CNN_SAMPLING = replace(HARMONISATION, sampling_iterations=8)


def stopping_after(batches: int | None) -> Callable[[], bool]:
    """Whether a stop was asked for: after so many batches, or never (None)."""
    remaining = batches

    def stop_requested() -> bool:
        nonlocal remaining
        if remaining is None:
            return False
        remaining -= 1
        return remaining < 0

    return stop_requested


def _input_of(base: Path, technique: str, **job: Any) -> tuple[Dataset, Selection]:
    """The data set and the selection of the job under `base`, which is written if there is none."""
    if not (base / "input").exists():
        write_job(base, technique, {}, **job)
    selection = read_selection(base / "input/data/selection/manifest.json", technique)
    return read_dataset(base / "input/data/dataset", selection), selection


def unet_gan_settings(**changes: Any) -> unet_gan.Settings:
    """The settings of a tiny job, some of them changed."""
    return unet_gan.Settings(**{**UNET_GAN_SETTINGS, **changes})


def unet_gan_run(
    base: Path, stop_after: int | None = None, *, polyphonic: bool = False, **changes: Any
) -> TrainingRun[unet_gan.GanLearner]:
    """A run of the job under `base`; after `stop_after` batches it is asked to stop."""
    dataset, selection = _input_of(base, "unet-gan", polyphonic=polyphonic)
    settings = unet_gan_settings(**changes)
    return TrainingRun(
        "unet-gan",
        lambda resumed: unet_gan.GanLearner(dataset=dataset, selection=selection, settings=settings, resumed=resumed),
        checkpoints=base / "checkpoints",
        stop_requested=stopping_after(stop_after),
    )


def ar_cnn_settings(**changes: Any) -> ar_cnn.Settings:
    """The settings of a tiny job, some of them changed."""
    return ar_cnn.Settings(**{**AR_CNN_SETTINGS, **changes})


def ar_cnn_run(
    base: Path, stop_after: int | None = None, *, pieces: int = 13, **changes: Any
) -> TrainingRun[ar_cnn.EditorLearner]:
    """A run of the job under `base`; after `stop_after` batches it is asked to stop."""
    dataset, selection = _input_of(base, "ar-cnn", pieces=pieces, bars=2)
    tiny: dict[str, Any] = {"settings": ar_cnn_settings(**changes), "window_bars": 2, "sampling": AR_CNN_SAMPLING}
    return TrainingRun(
        "ar-cnn",
        lambda resumed: ar_cnn.EditorLearner(dataset=dataset, selection=selection, resumed=resumed, **tiny),
        checkpoints=base / "checkpoints",
        stop_requested=stopping_after(stop_after),
    )


RUNS: Mapping[str, Callable[..., TrainingRun[Any]]] = {"unet-gan": unet_gan_run, "ar-cnn": ar_cnn_run}
"""The run of every technique: base folder, batches until it is asked to stop, changes of the settings."""
