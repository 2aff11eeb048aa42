"""The training run of each technique with a tiny job: made anew and resumed as often as a test needs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from opencomposer_ar_cnn import training as ar_cnn
from opencomposer_ar_cnn.evaluation import HARMONIZATION
from opencomposer_music.parameter_set import ParameterValue
from opencomposer_music.time_signatures import TimeSignature
from opencomposer_training.dataset import Dataset, Selection, read_dataset, read_selection
from opencomposer_training.environment import FIRST_SAMPLES_SECONDS
from opencomposer_training.learner import LearnerInputs
from opencomposer_training.network_learner import LearnerSettings
from opencomposer_training.training_run import TrainingRun
from opencomposer_transformer import training as transformer
from opencomposer_unet_gan import training as unet_gan

from opencomposer_testing.tiny_training_job import write_job

UNET_GAN_HYPERPARAMETERS: dict[str, ParameterValue] = {
    "epochs": 2,
    "learningRate": 1e-3,
    "updateRatio": 1,
    "batchSize": 8,
    "transpositionRange": 2,
    "modelSize": "small",
    "reconstructionWeight": 20.0,
    "diversityWeight": 10.0,
    "earlyStopping": False,
    "seed": 4,
}
AR_CNN_HYPERPARAMETERS: dict[str, ParameterValue] = {
    "epochs": 2,
    "learningRate": 2e-3,
    "batchSize": 8,
    "transpositionRange": 2,
    "modelSize": "small",
    "earlyStopping": False,
    "seed": 4,
}
TRANSFORMER_HYPERPARAMETERS: dict[str, ParameterValue] = {**AR_CNN_HYPERPARAMETERS, "learningRate": 4e-3}
AR_CNN_SAMPLING = replace(HARMONIZATION, max_passes=8)


def stopping_after(batches: int | None) -> Callable[[], bool]:
    """Returns a function that asks for a stop after so many batches, or never (None)."""
    remaining = batches

    def stop_requested() -> bool:
        nonlocal remaining
        if remaining is None:
            return False
        remaining -= 1
        return remaining < 0

    return stop_requested


def _input_of(base: Path, technique: str, **job: Any) -> tuple[Dataset, Selection]:
    """Returns the data set and the selection of the job under `base`, which is written if there is none."""
    if not (base / "input").exists():
        write_job(base, technique, {}, **job)
    selection = read_selection(base / "input/data/selection/manifest.json", technique)
    return read_dataset(base / "input/data/dataset", selection), selection


def unet_gan_settings(**changes: ParameterValue) -> unet_gan.Settings:
    """Returns the settings of a tiny job with some hyperparameters changed."""
    return unet_gan.Settings.from_hyperparameters({**UNET_GAN_HYPERPARAMETERS, **changes})


def unet_gan_run(
    base: Path,
    stop_after: int | None = None,
    *,
    polyphonic: bool = False,
    band: bool = False,
    hears_phrase_ends: bool = True,
    first_samples_seconds: float = FIRST_SAMPLES_SECONDS,
    time_signature: TimeSignature = "4/4",
    **changes: ParameterValue,
) -> TrainingRun[unet_gan.GanLearner]:
    """Returns a run of the job under `base`. After `stop_after` batches it is asked to stop. hears_phrase_ends: False
    makes networks as version 0.2 did."""
    dataset, selection = _input_of(base, "unet-gan", polyphonic=polyphonic, band=band, time_signature=time_signature)
    hyperparameters = {**UNET_GAN_HYPERPARAMETERS, **changes}
    return TrainingRun(
        "unet-gan",
        lambda resumed: unet_gan.GanLearner(
            LearnerInputs(dataset, selection, hyperparameters, resumed), hears_phrase_ends=hears_phrase_ends
        ),
        checkpoints=base / "checkpoints",
        stop_requested=stopping_after(stop_after),
        first_samples_seconds=first_samples_seconds,
    )


def ar_cnn_settings(**changes: ParameterValue) -> LearnerSettings:
    """Returns the settings of a tiny job with some hyperparameters changed."""
    return LearnerSettings.from_hyperparameters({**AR_CNN_HYPERPARAMETERS, **changes})


def ar_cnn_run(
    base: Path,
    stop_after: int | None = None,
    *,
    pieces: int = 13,
    band: bool = False,
    hears_phrase_ends: bool = True,
    first_samples_seconds: float = FIRST_SAMPLES_SECONDS,
    time_signature: TimeSignature = "4/4",
    **changes: ParameterValue,
) -> TrainingRun[ar_cnn.ArCnnLearner]:
    """Returns a run of the job under `base`. After `stop_after` batches it is asked to stop. hears_phrase_ends: False
    makes a network as version 0.2 did."""
    # Bars of twelve steps fill whole units of the network by fours.
    window_bars = 2 if time_signature == "4/4" else 4
    dataset, selection = _input_of(
        base, "ar-cnn", pieces=pieces, bars=window_bars, band=band, time_signature=time_signature
    )
    hyperparameters = {**AR_CNN_HYPERPARAMETERS, **changes}
    return TrainingRun(
        "ar-cnn",
        lambda resumed: ar_cnn.ArCnnLearner(
            LearnerInputs(dataset, selection, hyperparameters, resumed),
            window_bars=window_bars,
            sampling=AR_CNN_SAMPLING,
            hears_phrase_ends=hears_phrase_ends,
        ),
        checkpoints=base / "checkpoints",
        stop_requested=stopping_after(stop_after),
        first_samples_seconds=first_samples_seconds,
    )


def transformer_run(
    base: Path,
    stop_after: int | None = None,
    *,
    pieces: int = 13,
    polyphonic: bool = False,
    band: bool = False,
    first_samples_seconds: float = FIRST_SAMPLES_SECONDS,
    time_signature: TimeSignature = "4/4",
    **changes: ParameterValue,
) -> TrainingRun[transformer.TransformerLearner]:
    """Returns a run of the job under `base`. After `stop_after` batches it is asked to stop."""
    dataset, selection = _input_of(
        base,
        "transformer",
        pieces=pieces,
        bars=5,
        polyphonic=polyphonic,
        band=band,
        time_signature=time_signature,
    )
    hyperparameters = {**TRANSFORMER_HYPERPARAMETERS, **changes}
    return TrainingRun(
        "transformer",
        lambda resumed: transformer.TransformerLearner(
            LearnerInputs(dataset, selection, hyperparameters, resumed), evaluation_windows=1
        ),
        checkpoints=base / "checkpoints",
        stop_requested=stopping_after(stop_after),
        first_samples_seconds=first_samples_seconds,
    )


RUNS: Mapping[str, Callable[..., TrainingRun[Any]]] = {
    "unet-gan": unet_gan_run,
    "ar-cnn": ar_cnn_run,
    "transformer": transformer_run,
}
"""The run of every technique. Arguments: base folder, batches until it is asked to stop, changed hyperparameters."""
