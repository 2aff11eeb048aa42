"""Measures the seconds for 100 critic updates: our networks, and networks of the layer sizes of AWS's sample, in one
run, as JSON.

    .venv/training/bin/python sagemaker-containers/unet-gan/bench/critic_updates_bench.py [--updates 20]

In one update both recipes do the same with their critic: generate without gradients, score real and generated samples,
gradient penalty, backward, Adam. Both see 128 bars an update: AWS's recipe takes 64 windows of two bars, ours 32 of
four. The updates alternate, so that other load on the machine affects both in the same way.

AWS's layer sizes (aws-samples/aws-deepcomposer-samples, the gan notebook) are facts; the code here is ours, in PyTorch,
where AWS's runs on TensorFlow 1.14. So it compares sizes and recipes, not frameworks.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from opencomposer_testing.bench_programs import machine, parse_command_line
from opencomposer_training.training_precision import choose_precision
from opencomposer_unet_gan.losses import (
    GRADIENT_PENALTY,
    Performance,
    critic_input,
    gradient_penalty,
    perform,
)
from opencomposer_unet_gan.networks import WIDTHS, Critic, Generator, NetworkShape
from torch import Tensor, nn
from torch.nn import functional

AWS_WIDTHS = (64, 128, 256, 512)
AWS_TRACKS = 4
AWS_STEPS = 32
AWS_PITCHES = 128
AWS_NOISE = (512, 2, 8)
AWS_BATCH = 64
AWS_SAME_PADDING = (1, 2, 1, 2)
"""The padding that TensorFlow's `same` adds around the input of a 4x4 convolution of stride 1."""
AWS_GENERATOR_PARAMETERS = 8_273_540
AWS_CRITIC_PARAMETERS = 2_766_785
"""The parameters of the layers of AWS's notebook, batch normalization's running statistics included."""

OUR_BATCH = 32
OUR_BARS = 4
OUR_PITCHES = 64

Update = Callable[[], None]


class AwsDown(nn.Module):
    """A 4x4 convolution with stride 2, batch normalization except in the first, LeakyReLU."""

    def __init__(self, inputs: int, outputs: int, *, normalized: bool) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 4, stride=2, padding=1)
        self.normalization = nn.BatchNorm2d(outputs) if normalized else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return functional.leaky_relu(self.normalization(self.convolution(x)), 0.2)


class AwsUp(nn.Module):
    """Repetition, a 4x4 convolution that keeps the size, batch normalization, ReLU, and joining with the skip
    connection."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 4)
        self.normalization = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        x = functional.pad(functional.interpolate(x, scale_factor=2.0, mode="nearest"), AWS_SAME_PADDING)
        return torch.cat([functional.relu(self.normalization(self.convolution(x))), skip], dim=1)


class AwsGenerator(nn.Module):
    """Turns melody [batch, 1, 32, 128] and noise [batch, 512, 2, 8] into four tracks [batch, 4, 32, 128] in -1..1."""

    def __init__(self) -> None:
        super().__init__()
        first, second, third, fourth = AWS_WIDTHS
        self.down1 = AwsDown(1, first, normalized=False)
        self.down2 = AwsDown(first, second, normalized=True)
        self.down3 = AwsDown(second, third, normalized=True)
        self.down4 = AwsDown(third, fourth, normalized=True)
        self.up3 = AwsUp(fourth + AWS_NOISE[0], third)
        self.up2 = AwsUp(2 * third, second)
        self.up1 = AwsUp(2 * second, first)
        self.last = nn.Conv2d(2 * first, AWS_TRACKS, 4)

    def forward(self, melody: Tensor, noise: Tensor) -> Tensor:
        half = self.down1(melody)
        quarter = self.down2(half)
        eighth = self.down3(quarter)
        x = torch.cat([self.down4(eighth), noise], dim=1)
        x = self.up1(self.up2(self.up3(x, eighth), quarter), half)
        x = functional.pad(functional.interpolate(x, scale_factor=2.0, mode="nearest"), AWS_SAME_PADDING)
        return torch.tanh(self.last(x))


class AwsCritic(nn.Module):
    """Turns tracks and melody [batch, 5, 32, 128] into scores [batch]."""

    def __init__(self) -> None:
        super().__init__()
        widths = (AWS_TRACKS + 1, *AWS_WIDTHS)
        self.layers = nn.Sequential(
            *(AwsDown(inputs, outputs, normalized=False) for inputs, outputs in pairwise(widths))
        )
        self.score = nn.Linear(AWS_WIDTHS[-1] * 2 * 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        score: Tensor = self.score(self.layers(x).flatten(1))
        return score.squeeze(1)


def aws_update() -> tuple[Update, dict[str, int]]:
    """Returns one critic update of AWS's recipe in float32, and its sizes."""
    generator, critic = AwsGenerator(), AwsCritic()
    sizes = {"generatorParameters": parameters(generator), "criticParameters": parameters(critic)}
    running = sum(buffer.numel() for buffer in generator.buffers() if buffer.dim() > 0)
    if (sizes["generatorParameters"] + running, sizes["criticParameters"]) != (
        AWS_GENERATOR_PARAMETERS,
        AWS_CRITIC_PARAMETERS,
    ):
        raise RuntimeError(f"these are not AWS's layer sizes: {sizes}")
    optimizer = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.5, 0.9))
    melody = torch.where(torch.rand(AWS_BATCH, 1, AWS_STEPS, AWS_PITCHES) < 1 / AWS_PITCHES, 1.0, -1.0)
    real = torch.where(torch.rand(AWS_BATCH, AWS_TRACKS, AWS_STEPS, AWS_PITCHES) < 1 / AWS_PITCHES, 1.0, -1.0)

    def update() -> None:
        with torch.no_grad():
            fake = generator(melody, torch.randn(AWS_BATCH, *AWS_NOISE))
        mix = torch.rand(AWS_BATCH, 1, 1, 1)
        between = (mix * real + (1 - mix) * fake).requires_grad_(True)
        (gradient,) = torch.autograd.grad(critic(torch.cat([between, melody], 1)).sum(), between, create_graph=True)
        penalty = ((gradient.flatten(1).norm(dim=1) - 1) ** 2).mean()
        scores_fake = critic(torch.cat([fake, melody], 1)).mean()
        scores_real = critic(torch.cat([real, melody], 1)).mean()
        optimizer.zero_grad(set_to_none=True)
        (scores_fake - scores_real + 10 * penalty).backward()
        optimizer.step()

    return update, sizes


def our_update() -> tuple[Update, dict[str, int]]:
    """Returns one critic update of our recipe in the precision that training would choose here, and its sizes."""
    shape = NetworkShape(("monophonic",) * 3, 27, OUR_PITCHES, WIDTHS["small"], 32, 16, OUR_BARS, True)
    generator = Generator(shape).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    critic = Critic(shape).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    sizes = {"generatorParameters": parameters(generator), "criticParameters": parameters(critic)}
    optimizer = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.5, 0.9))
    reduced = choose_precision(torch.device("cpu"), with_avx512=False) == "bfloat16"
    steps, voices = OUR_BARS * 16, len(shape.heads)
    sounding = functional.one_hot(torch.randint(OUR_PITCHES, (OUR_BATCH, 1 + voices, steps)), OUR_PITCHES).float()
    starting = sounding * (torch.rand(OUR_BATCH, 1 + voices, steps, 1) < 0.4)
    phrase_ends = (torch.rand(OUR_BATCH, steps, 1) < 0.1).float().expand(-1, -1, OUR_PITCHES)
    melody = torch.stack([sounding[:, 0], starting[:, 0], phrase_ends], dim=1)
    target = Performance(sounding[:, 1:], starting[:, 1:])
    unit = torch.distributions.Uniform(1e-6, 1 - 1e-6)

    def update() -> None:
        noise = torch.randn(OUR_BATCH, OUR_BARS, shape.noise_size)
        gumbel = -torch.log(-torch.log(unit.sample((OUR_BATCH, voices, steps, OUR_PITCHES + 1))))
        logistic = torch.logit(unit.sample((OUR_BATCH, voices, steps, 1)))
        with torch.no_grad():
            with torch.autocast("cpu", torch.bfloat16, enabled=reduced):
                logits = generator(melody, noise)
            fake = critic_input(melody, perform(logits, shape.heads, gumbel, logistic, 1.0))
        real = critic_input(melody, target)
        with torch.autocast("cpu", torch.bfloat16, enabled=reduced):
            scores = critic(torch.cat([real, fake]))
            penalty = gradient_penalty(critic, real, fake, torch.rand(OUR_BATCH, 1, 1, 1))
        loss = scores[OUR_BATCH:].mean() - scores[:OUR_BATCH].mean() + GRADIENT_PENALTY * penalty
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    return update, sizes


def parameters(network: nn.Module) -> int:
    """Returns the number of trainable parameters."""
    return sum(parameter.numel() for parameter in network.parameters())


def measure(updates: int) -> dict[str, Any]:
    """Times both recipes' updates in turn."""
    torch.manual_seed(0)
    recipes = {"awsLayerSizes": aws_update(), "ours": our_update()}
    for update, _ in recipes.values():
        update()
    seconds: dict[str, list[float]] = {name: [] for name in recipes}
    for _ in range(updates):
        for name, (update, _) in recipes.items():
            began = time.perf_counter()
            update()
            seconds[name].append(time.perf_counter() - began)
    result: dict[str, Any] = {
        name: {
            **sizes,
            "secondsPer100Updates": round(100 * sum(seconds[name]) / updates, 2),
            "medianSecondsAnUpdate": round(statistics.median(seconds[name]), 4),
        }
        for name, (_, sizes) in recipes.items()
    }
    return {
        "benchmark": "critic-updates",
        "technique": "unet-gan",
        "machine": machine(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "updatesMeasured": updates,
        "barsAnUpdate": OUR_BATCH * OUR_BARS,
        **result,
        "timesFaster": round(sum(seconds["awsLayerSizes"]) / sum(seconds["ours"]), 2),
    }


def main() -> None:
    """Parses the command line and prints the result."""
    arguments = parse_command_line("Time critic updates of our recipe and of AWS's layer sizes", "updates", 20)
    print(json.dumps(measure(arguments.updates)))


if __name__ == "__main__":
    main()
