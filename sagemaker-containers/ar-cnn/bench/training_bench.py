"""Measures training examples a second: our network, and one of the layer sizes of AWS's sample, in one run, as JSON.

    .venv/training/bin/python sagemaker-containers/ar-cnn/bench/training_bench.py [--updates 3] [--size small]

One update is forward, loss, backward and optimizer on 32 windows of eight bars that are corrupted already. It measures
processor time, and the updates alternate, so that other load on the machine affects both in the same way.

aws_layers.py has AWS's layer sizes.
"""

from __future__ import annotations

import json
import os
from typing import Any

# With one thread, processor time is the time that one core needs.
os.environ.setdefault("OMP_NUM_THREADS", "1")


import torch
from aws_layers import AWS_PITCHES, AwsLayers
from opencomposer_ar_cnn.losses import Batch, losses
from opencomposer_ar_cnn.network import BLOCKS, STEMS, WIDTHS, EditNetwork, NetworkShape
from opencomposer_testing.bench_programs import machine, parse_command_line
from opencomposer_testing.update_times import Update, learning_update, seconds_of_updates
from opencomposer_training.learner import ModelSize
from torch import Tensor, nn
from torch.nn import functional

BATCH = 32
STEPS = 128
OUR_PITCHES = 64


def random_cells(*shape: int) -> Tensor:
    """Returns cells of which one in twenty sounds."""
    return (torch.rand(*shape) < 0.05).float()


def aws_update() -> tuple[Update, nn.Module]:
    """Returns an update with AWS's objective: the divergence of one softmax over the whole batch."""
    network = AwsLayers().train()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    roll, difference = random_cells(BATCH, 1, STEPS, AWS_PITCHES), random_cells(BATCH, 1, STEPS, AWS_PITCHES)
    target = difference.flatten() / difference.sum()

    def loss() -> Tensor:
        return functional.kl_div(network(roll).flatten().log_softmax(dim=0), target, reduction="sum")

    return learning_update(loss, [optimizer]), network


def our_update(size: ModelSize) -> tuple[Update, nn.Module]:
    """Returns an update with our network and losses, in float32 as on most CPUs."""
    shape = NetworkShape(30, OUR_PITCHES, WIDTHS[size], BLOCKS[size], STEMS[size], True)
    network = EditNetwork(shape).to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
    cells = (BATCH, STEPS, OUR_PITCHES)
    planes = random_cells(BATCH, 5, STEPS, OUR_PITCHES)
    batch = Batch(
        planes, torch.ones(BATCH, 1), random_cells(*cells), planes[:, 2] * 0, random_cells(*cells), planes[:, 1]
    )

    def loss() -> Tensor:
        return losses(network(batch.planes, batch.density), batch).total()

    return learning_update(loss, [optimizer]), network


def measure(updates: int, size: ModelSize) -> dict[str, Any]:
    """Times both updates in turn."""
    torch.manual_seed(0)
    torch.set_flush_denormal(True)
    recipes = {"awsLayerSizes": aws_update(), "ours": our_update(size)}
    seconds = seconds_of_updates({name: update for name, (update, _) in recipes.items()}, updates)
    return {
        "benchmark": "training",
        "technique": "ar-cnn",
        "machine": machine(),
        "threads": torch.get_num_threads(),
        "updatesMeasured": updates,
        **{
            name: {
                "parameters": sum(parameter.numel() for parameter in network.parameters()),
                "examplesAProcessorSecond": round(BATCH * updates / seconds[name], 2),
            }
            for name, (_, network) in recipes.items()
        },
        "timesFaster": round(seconds["awsLayerSizes"] / seconds["ours"], 1),
    }


def main() -> None:
    """Parses the command line and prints the result."""
    arguments = parse_command_line(
        "Time training updates of our network and of AWS's layer sizes", "updates", 3, sized=True
    )
    print(json.dumps(measure(arguments.updates, arguments.size)))


if __name__ == "__main__":
    main()
