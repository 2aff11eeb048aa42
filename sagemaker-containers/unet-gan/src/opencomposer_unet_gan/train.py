"""Entry point of a training job: reads SageMaker's folders, trains, leaves the model or the reason of the failure.

Exit status 0 when a model was made or a stop was asked for, 1 otherwise.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from importlib import resources

# Before PyTorch is loaded, which reads it once. Threads that wait in a spin loop take ten times as long as soon as the
# machine has anything else to do (README, "Precision and threads").
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from opencomposer_shared.dataset import DatasetError, read_dataset, read_selection
from opencomposer_shared.environment import StopRequest, TrainingEnvironment, TrainingFailure
from opencomposer_shared.hyperparameters import parse_hyperparameters

from opencomposer_unet_gan.training import TECHNIQUE, Settings, Trainer

SCHEMA_FILE = "hyperparameters-unet-gan.schema.json"


def train(environment: TrainingEnvironment, stop: StopRequest) -> None:
    """Run the job in `environment`. Raises TrainingFailure or DatasetError with a sentence for the user."""
    schema = json.loads(resources.files("opencomposer_unet_gan").joinpath(SCHEMA_FILE).read_text(encoding="utf-8"))
    hyperparameters = parse_hyperparameters(schema, environment.hyperparameters())
    selection = read_selection(environment.channel("selection") / "manifest.json", TECHNIQUE)
    dataset = read_dataset(environment.channel("dataset"), selection)
    trainer = Trainer(
        dataset=dataset,
        selection=selection,
        settings=Settings.from_hyperparameters(hyperparameters),
        checkpoints=environment.checkpoints,
        stop_requested=lambda: stop.requested,
    )
    print(
        f"Training on {len(trainer.train_pieces)} pieces, {trainer.device.type}, {trainer.precision}, "
        f"{torch.get_num_threads()} threads.",
        flush=True,
    )
    reason = trainer.run()
    if trainer.export(environment.model, reason, hyperparameters):
        print(
            f"The model of epoch {trainer.loop.best['epoch'] if trainer.loop.best else 0} is ready ({reason}).",
            flush=True,
        )
    else:
        print("The training was stopped before its first epoch was complete: there is no model.", flush=True)


def main() -> int:
    """Train as the environment variables and folders say; write the failure file when that is not possible."""
    environment = TrainingEnvironment.from_variables(os.environ)
    stop = StopRequest()
    stop.listen()
    # Numbers near zero would otherwise be computed in software, many times slower.
    torch.set_flush_denormal(True)
    try:
        train(environment, stop)
    except (TrainingFailure, DatasetError) as failure:
        print(f"Training failed: {failure}", file=sys.stderr, flush=True)
        environment.write_failure(str(failure))
        return 1
    except Exception as error:  # noqa: BLE001 - whatever it was, the job must say why it ended
        traceback.print_exc()
        environment.write_failure(f"The training ended with an unexpected error: {type(error).__name__}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
