"""Training examples a second: our network, and one of the layer sizes of AWS's sample, in one run, as JSON.

    .venv/training/bin/python sagemaker-containers/ar-cnn/bench/training_bench.py [--updates 3] [--size small]

One update is forward, loss, backward and optimiser on 32 windows of eight bars that are spoilt already. Processor time,
so that other load on the machine meets both alike. The updates alternate.

AWS's layer sizes (aws-samples/aws-deepcomposer-samples, the ar-cnn notebook) are facts taken from the research notes;
the code here is ours, in PyTorch, where AWS's runs on Keras: a test of sizes, not of frameworks.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# One thread: processor time is then what one core needs.
os.environ.setdefault("OMP_NUM_THREADS", "1")

CONTAINERS = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CONTAINERS / "shared/src"), str(CONTAINERS / "ar-cnn/src")]

import torch  # noqa: E402
from opencomposer_ar_cnn.losses import Batch, losses  # noqa: E402
from opencomposer_ar_cnn.network import BLOCKS, STEMS, WIDTHS, Editor, ModelSize, NetworkShape  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torch.nn import functional  # noqa: E402

BATCH = 32
STEPS = 128
OUR_PITCHES = 64
AWS_PITCHES = 128
AWS_WIDTHS = (32, 64, 128, 256, 512)
AWS_BOTTOM = 1024
AWS_PARAMETERS = 31_448_833
"""The trainable ones, counted from AWS's code by the research notes."""


class Pair(nn.Module):
    """Two convolutions 3x3."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.second(functional.relu(self.first(x))))


class AwsLayers(nn.Module):
    """A U-Net of AWS's layer sizes: five levels with joined skips over the whole keyboard, dropout 0.5."""

    def __init__(self) -> None:
        super().__init__()
        inputs = (1, *AWS_WIDTHS)
        self.encoders = nn.ModuleList([Pair(i, o) for i, o in zip(inputs, AWS_WIDTHS, strict=False)])
        self.encoder_normalisations = nn.ModuleList([nn.BatchNorm2d(width) for width in AWS_WIDTHS[:4]])
        self.bottom = Pair(AWS_WIDTHS[-1], AWS_BOTTOM)
        below = (AWS_BOTTOM, *AWS_WIDTHS[::-1])
        self.decoders = nn.ModuleList(
            [Pair(lower + width, width) for lower, width in zip(below, AWS_WIDTHS[::-1], strict=False)]
        )
        self.decoder_normalisations = nn.ModuleList(
            [nn.BatchNorm2d(lower + width) for lower, width in zip(below, AWS_WIDTHS[:0:-1], strict=False)]
        )
        self.head = nn.Conv2d(AWS_WIDTHS[0], 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        skips: list[Tensor] = []
        for level, encoder in enumerate(self.encoders):
            x = encoder(x)
            if level < len(self.encoder_normalisations):
                x = self.encoder_normalisations[level](x)
            skips.append(x)
            x = functional.dropout(functional.max_pool2d(x, 2), 0.5 if level else 0.0)
        x = self.bottom(x)
        for level, decoder in enumerate(self.decoders):
            x = torch.cat([functional.interpolate(x, scale_factor=2.0, mode="nearest"), skips[-1 - level]], dim=1)
            if level < len(self.decoder_normalisations):
                x = self.decoder_normalisations[level](x)
            x = functional.dropout(decoder(x), 0.5 if level < len(self.decoders) - 1 else 0.0)
        logits: Tensor = self.head(x)
        return logits


def random_cells(*shape: int) -> Tensor:
    """Cells of which one in twenty sounds."""
    return (torch.rand(*shape) < 0.05).float()


def aws_update() -> tuple[Callable[[], None], nn.Module]:
    """AWS's objective: divergence of one softmax over the whole batch."""
    network = AwsLayers().train()
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    roll, difference = random_cells(BATCH, 1, STEPS, AWS_PITCHES), random_cells(BATCH, 1, STEPS, AWS_PITCHES)
    target = difference.flatten() / difference.sum()

    def update() -> None:
        loss = functional.kl_div(network(roll).flatten().log_softmax(dim=0), target, reduction="sum")
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        optimiser.step()

    return update, network


def our_update(size: ModelSize) -> tuple[Callable[[], None], nn.Module]:
    """Our network and losses, in float32 as on most CPUs."""
    shape = NetworkShape(30, OUR_PITCHES, WIDTHS[size], BLOCKS[size], STEMS[size])
    network = Editor(shape).to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3)
    cells = (BATCH, STEPS, OUR_PITCHES)
    planes = random_cells(BATCH, 4, STEPS, OUR_PITCHES)
    batch = Batch(
        planes, torch.ones(BATCH, 1), random_cells(*cells), planes[:, 2] * 0, random_cells(*cells), planes[:, 1]
    )

    def update() -> None:
        loss = losses(network(batch.planes, batch.density), batch).total()
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        optimiser.step()

    return update, network


def measure(updates: int, size: ModelSize) -> dict[str, Any]:
    """Time both updates in turn."""
    torch.manual_seed(0)
    torch.set_flush_denormal(True)
    recipes = {"awsLayerSizes": aws_update(), "ours": our_update(size)}
    for update, _ in recipes.values():
        update()
    seconds = dict.fromkeys(recipes, 0.0)
    for _ in range(updates):
        for name, (update, _) in recipes.items():
            began = time.process_time()
            update()
            seconds[name] += time.process_time() - began
    return {
        "benchmark": "training",
        "technique": "ar-cnn",
        "machine": {"cores": len(os.sched_getaffinity(0)), "processor": platform.machine(), "load": os.getloadavg()[0]},
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
    """Parse the command line and print the result."""
    parser = argparse.ArgumentParser(description="Time training updates of our network and of AWS's layer sizes")
    parser.add_argument("--updates", type=int, default=3)
    parser.add_argument("--size", choices=["small", "large"], default="small")
    arguments = parser.parse_args()
    if arguments.updates < 1:
        parser.error("--updates must be at least 1")
    print(json.dumps(measure(arguments.updates, arguments.size)))


if __name__ == "__main__":
    main()
