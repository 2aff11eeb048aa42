"""Runs a training container: reads SageMaker's folders, trains, and leaves the model or the reason of the failure.

It is for training only (PyTorch, which is loaded with the technique).
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from opencomposer_music.technique_document import TechniqueDocument
from opencomposer_music.time_signatures import time_signature_of

from opencomposer_training.dataset import DatasetError, read_dataset, read_selection
from opencomposer_training.environment import (
    StopRequest,
    TrainingEnvironment,
    TrainingFailure,
    keep_temporaries_beside,
)
from opencomposer_training.hyperparameters import parse_hyperparameters
from opencomposer_training.learner import Learner, LearnerInputs


@dataclass(frozen=True)
class TrainedTechnique:
    """A technique's part in a training job: its document, and the function that makes its learner."""

    document: TechniqueDocument
    make_learner: Callable[[LearnerInputs], Learner]


def run_training_job(load_technique: Callable[[], TrainedTechnique]) -> int:
    """Trains as the environment variables and folders say, and writes the failure file when that is not possible.

    load_technique imports PyTorch, which takes seconds, and a stop must be heard during them. Returns the exit status:
    0 when a model was made or a stop was asked for, 1 otherwise.
    """
    stop = StopRequest()
    stop.listen()
    # This comes before PyTorch is loaded, which reads the variable once. Threads that wait in a spin loop take ten
    # times as long as soon as the machine has anything else to do (README of the U-Net GAN, "Precision and threads").
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    environment = TrainingEnvironment.from_variables(os.environ)
    try:
        _train(load_technique(), environment, stop)
    except (TrainingFailure, DatasetError) as error:
        print(f"Training failed: {error}", file=sys.stderr, flush=True)
        environment.write_failure(str(error))
        return 1
    except Exception as error:  # noqa: BLE001 - whatever it was, the job must say why it ended
        traceback.print_exc()
        environment.write_failure(f"The training ended with an unexpected error: {type(error).__name__}: {error}")
        return 1
    return 0


def _train(technique: TrainedTechnique, environment: TrainingEnvironment, stop: StopRequest) -> None:
    import torch

    from opencomposer_training.training_run import TrainingRun

    # Numbers near zero would otherwise be computed in software, many times more slowly.
    torch.set_flush_denormal(True)
    document = technique.document
    hyperparameters = parse_hyperparameters(document.hyperparameters, environment.hyperparameters())
    selection = read_selection(environment.channel("selection") / "manifest.json", document.id)
    dataset = read_dataset(environment.channel("dataset"), selection)
    for time_signature, pieces in dataset.left_out.items():
        own = time_signature_of(dataset.bar)
        print(f"{pieces} pieces in {time_signature} are left out of a training in {own}.", flush=True)
    keep_temporaries_beside(environment.checkpoints)
    training = TrainingRun(
        document.id,
        lambda resumed: technique.make_learner(LearnerInputs(dataset, selection, hyperparameters, resumed)),
        checkpoints=environment.checkpoints,
        stop_requested=lambda: stop.requested,
        first_samples_seconds=environment.first_samples_seconds,
    )
    device = "cuda" if torch.cuda.is_available() else "cpu"
    print(
        f"Training on {len(training.learner.data.pieces)} pieces, {device}, {training.learner.precision}, "
        f"{torch.get_num_threads()} threads.",
        flush=True,
    )
    reason = training.run()
    if not training.export(environment.model, reason, hyperparameters):
        print("The training was stopped before its first epoch was complete: there is no model.", flush=True)
