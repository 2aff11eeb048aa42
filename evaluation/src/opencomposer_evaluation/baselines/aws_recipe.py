r"""Trains AWS's recipe for the U-Net GAN on our data for a given CPU time: the baseline that ours must beat.

    OMP_NUM_THREADS=1 .venv/training/bin/python -m opencomposer_evaluation.baselines.aws_recipe \
      --datasets CACHE_FOLDER --work FOLDER [--cpu-seconds 1800]

CACHE_FOLDER holds the data set (datasets/build_bach_chorales.py CACHE_FOLDER); FOLDER keeps the checkpoint, and the
same command goes on where it was stopped. At the end models/baselines/<name>/ gets model.onnx, training-log.jsonl and
training-summary.json.

These facts are AWS's (aws-samples/aws-deepcomposer-samples, gan/GAN.ipynb; the code here is ours, in PyTorch): the
layers and their sizes, Keras' default initialization, windows of two bars as rolls in {-1, 1}, WGAN-GP with penalty 10,
Adam(1e-3, 0.5, 0.9) for both networks, batches of 64, five critic updates and one generator update an iteration, each
on a batch of its own, batch normalization by running statistics where the critic learns and by the batch's where the
generator does, truncated normal noise, no reconstruction loss, no transposition, no averaging of weights.
Two things are ours: `--filters` (AWS has 64; the noise has eight times as many channels, as there), and all two-bar
windows of our training pieces where AWS's sample has one window of each of 229 pieces.

Time is CPU seconds of this process on one thread, from its start: other load on the machine does not count.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from opencomposer_music.piano_roll import PITCHES, SOUNDING
from opencomposer_training.checkpoints import load_checkpoint, save_checkpoint
from opencomposer_training.dataset import (
    Piece,
    cut_window,
    read_manifest,
    training_windows,
)
from opencomposer_training.environment import write_atomically
from opencomposer_training.onnx_export import traced
from torch import Tensor, nn
from torch.nn import functional

from opencomposer_evaluation.baselines.aws_recipe_generation import WINDOW_STEPS, load, truncated_normal
from opencomposer_evaluation.baselines.trained_baseline import write_baseline
from opencomposer_evaluation.corpus import load_dataset

ROOT = Path(__file__).resolve().parents[4]
TARGETS = ROOT / "models/baselines"
DATASET = ("bach-chorales", "3")
AWS_FILTERS = 64
TRACKS = 4
WINDOW_BARS = 2
BATCH = 64
CRITIC_UPDATES = 5
GRADIENT_PENALTY = 10.0
LEARNING_RATE = 1e-3
BETAS = (0.5, 0.9)
KERAS_ADAM_EPSILON = 1e-7
KERAS_NORMALIZATION_EPSILON = 1e-3
NORMALIZATION_MOMENTUM = 0.2
"""PyTorch's momentum is the share of the new value. Keras's is the share of the old one, 0.8 in AWS's sample."""
NORM_EPSILON = 1e-8
SAME_PADDING = (1, 2, 1, 2)
"""The padding that TensorFlow's `same` adds around the input of a 4x4 convolution of stride 1."""
MERGED_TAPS = torch.tensor([[[1.0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]], [[0, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1]]])
"""The taps of a 4-tap kernel on repeated cells that meet the cell before, the cell itself and the one after (second
index), for the first and the second of the two cells that a cell becomes (first index)."""
CHECKPOINT_SECONDS = 60.0
EXPORT_TOLERANCE = 0.02
"""The largest accepted difference of an output in -1..1. It is large, because the file has its weights as float16."""


def widths(filters: int) -> tuple[int, int, int, int]:
    """Returns the channels of the four levels."""
    return filters, 2 * filters, 4 * filters, 8 * filters


def noise_shape(filters: int) -> tuple[int, int, int]:
    """Returns the shape of the noise of one window: as many channels as the lowest level has, on its 2 x 8 cells."""
    return 8 * filters, WINDOW_STEPS // 16, PITCHES // 16


class DoublingConvolution(nn.Conv2d):
    """Repeats each cell in time and pitch, and applies a 4x4 convolution that keeps the size.

    Half of the cells that the kernel sees there are repetitions. Adding up its weights beforehand gives the same
    numbers by a 3x3 convolution with four times the channels, one for each of the four cells that a cell becomes. This
    is two to three times as fast here, and the baseline gets the advantage.
    """

    def forward(self, x: Tensor) -> Tensor:
        if torch.onnx.is_in_onnx_export():
            # The export uses the plain form, so that its comparison with PyTorch is one of the two ways, too.
            doubled = functional.interpolate(x, scale_factor=2.0, mode="nearest")
            return functional.conv2d(functional.pad(doubled, SAME_PADDING), self.weight, self.bias)
        merged = torch.einsum("pih,qjw,ochw->opqcij", MERGED_TAPS, MERGED_TAPS, self.weight).flatten(0, 2)
        bias = None if self.bias is None else self.bias.repeat_interleave(4)
        return functional.pixel_shuffle(functional.conv2d(x, merged, bias, padding=1), 2)


class Down(nn.Module):
    """A 4x4 convolution with stride 2, LeakyReLU, then batch normalization where there is any."""

    def __init__(self, inputs: int, outputs: int, *, normalized: bool) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 4, stride=2, padding=1)
        self.normalization = normalization(outputs) if normalized else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        normalized: Tensor = self.normalization(functional.leaky_relu(self.convolution(x), 0.2))
        return normalized


class Up(nn.Module):
    """Repeats each cell four times, then: a 4x4 convolution that keeps the size, batch normalization, ReLU, and joining
    with the skip connection."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.convolution = DoublingConvolution(inputs, outputs, 4)
        self.normalization = normalization(outputs)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        return torch.cat([functional.relu(self.normalization(self.convolution(x))), skip], dim=1)


class Generator(nn.Module):
    """Turns a melody [batch, 1, 32, 128] in {-1, 1} and noise [batch, *noise_shape] into four tracks [batch, 4, 32,
    128] in -1..1, the first of them the melody again."""

    def __init__(self, filters: int) -> None:
        super().__init__()
        first, second, third, fourth = widths(filters)
        self.down1 = Down(1, first, normalized=False)
        self.down2 = Down(first, second, normalized=True)
        self.down3 = Down(second, third, normalized=True)
        self.down4 = Down(third, fourth, normalized=True)
        self.up3 = Up(fourth + noise_shape(filters)[0], third)
        self.up2 = Up(2 * third, second)
        self.up1 = Up(2 * second, first)
        self.last = DoublingConvolution(2 * first, TRACKS, 4)
        self.apply(initialize_as_keras)

    def forward(self, melody: Tensor, noise: Tensor) -> Tensor:
        half = self.down1(melody)
        quarter = self.down2(half)
        eighth = self.down3(quarter)
        x = torch.cat([self.down4(eighth), noise], dim=1)
        x = self.up1(self.up2(self.up3(x, eighth), quarter), half)
        return torch.tanh(self.last(x))


class Critic(nn.Module):
    """Turns four tracks [batch, 4, 32, 128] and their melody [batch, 1, 32, 128] into scores [batch]."""

    def __init__(self, filters: int) -> None:
        super().__init__()
        channels = (TRACKS + 1, *widths(filters))
        self.layers = nn.Sequential(
            *(Down(inputs, outputs, normalized=False) for inputs, outputs in pairwise(channels))
        )
        self.score = nn.Linear(channels[-1] * (WINDOW_STEPS // 16) * (PITCHES // 16), 1)
        self.apply(initialize_as_keras)

    def forward(self, tracks: Tensor, melody: Tensor) -> Tensor:
        score: Tensor = self.score(self.layers(torch.cat([tracks, melody], dim=1)).flatten(1))
        return score.squeeze(1)


def normalization(channels: int) -> nn.BatchNorm2d:
    """Returns batch normalization with Keras' epsilon and AWS's momentum."""
    return nn.BatchNorm2d(channels, eps=KERAS_NORMALIZATION_EPSILON, momentum=NORMALIZATION_MOMENTUM)


def initialize_as_keras(module: nn.Module) -> None:
    """Sets Glorot's uniform weights and no bias."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def parameters(network: nn.Module) -> int:
    """Returns the number of parameters as Keras counts them: with the running statistics of batch normalization."""
    running = sum(buffer.numel() for buffer in network.buffers() if buffer.dim() > 0)
    return running + sum(parameter.numel() for parameter in network.parameters())


@dataclass(frozen=True)
class Losses:
    """The losses of one iteration: means over its critic updates, and the generator's. `sounding_steps`: share of the
    generated (track, step) pairs in which anything sounds."""

    critic: float
    wasserstein: float
    penalty: float
    generator: float
    sounding_steps: float


class AwsRecipe:
    """The training: networks, optimizers and the number of updates so far. Every random choice is a function of (seed,
    update), so that a resumed run equals an uninterrupted one."""

    def __init__(self, windows: npt.NDArray[np.bool_], filters: int, seed: int) -> None:
        """`windows`: sounding cells [windows, 4, 32, 128]. Raises ValueError when they do not fill a batch."""
        if len(windows) < BATCH:
            raise ValueError(f"a batch needs {BATCH} windows, but there are {len(windows)}")
        self.windows = windows
        self.filters = filters
        self.seed = seed
        self.updates = 0
        torch.manual_seed(seed)
        self.generator = Generator(filters).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.critic = Critic(filters).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.generator_optimizer = self._adam(self.generator)
        self.critic_optimizer = self._adam(self.critic)

    @staticmethod
    def _adam(network: nn.Module) -> torch.optim.Adam:
        return torch.optim.Adam(network.parameters(), lr=LEARNING_RATE, betas=BETAS, eps=KERAS_ADAM_EPSILON)

    def _batch(self, number: int) -> tuple[Tensor, np.random.Generator]:
        """Returns the number-th batch of the training, [64, 4, 32, 128] in {-1, 1}, and its random numbers."""
        an_epoch = len(self.windows) // BATCH
        epoch, index = divmod(number, an_epoch)
        order = np.random.default_rng((self.seed, 0, epoch)).permutation(len(self.windows))
        chosen = self.windows[np.sort(order[index * BATCH : (index + 1) * BATCH])]
        batch = torch.from_numpy(chosen).float() * 2 - 1
        return batch.contiguous(memory_format=torch.channels_last), np.random.default_rng((self.seed, 1, number))

    def _noise(self, rng: np.random.Generator) -> Tensor:
        noise = torch.from_numpy(truncated_normal(rng, (BATCH, *noise_shape(self.filters))))
        return noise.contiguous(memory_format=torch.channels_last)

    def iterate(self) -> Losses:
        """Makes five critic updates and one generator update."""
        first = self.updates * (CRITIC_UPDATES + 1)
        critics = [self._update_critic(*self._batch(first + index)) for index in range(CRITIC_UPDATES)]
        generator, sounding = self._update_generator(*self._batch(first + CRITIC_UPDATES))
        self.updates += 1
        wasserstein, penalty = (float(np.mean(values)) for values in zip(*critics, strict=True))
        return Losses(wasserstein + GRADIENT_PENALTY * penalty, wasserstein, penalty, generator, sounding)

    def _update_critic(self, real: Tensor, rng: np.random.Generator) -> tuple[float, float]:
        """Returns (mean score of generated less that of real music, gradient penalty before its weight)."""
        melody = real[:, :1]
        self.generator.eval()
        with torch.no_grad():
            fake = self.generator(melody, self._noise(rng))
        mix = torch.from_numpy(rng.random((BATCH, 1, 1, 1), dtype=np.float32))
        between = (mix * real + (1 - mix) * fake).requires_grad_(True)
        (gradient,) = torch.autograd.grad(self.critic(between, melody).sum(), between, create_graph=True)
        norm = (gradient.flatten(1).square().sum(dim=1) + NORM_EPSILON).sqrt()
        penalty = (norm - 1).square().mean()
        scores = self.critic(torch.cat([fake, real]), torch.cat([melody, melody]))
        wasserstein = scores[:BATCH].mean() - scores[BATCH:].mean()
        self.critic_optimizer.zero_grad(set_to_none=True)
        (wasserstein + GRADIENT_PENALTY * penalty).backward()
        self.critic_optimizer.step()
        return float(wasserstein.detach()), float(penalty.detach())

    def _update_generator(self, real: Tensor, rng: np.random.Generator) -> tuple[float, float]:
        """Returns (loss, share of generated (track, step) pairs in which anything sounds)."""
        melody = real[:, :1]
        self.generator.train()
        fake = self.generator(melody, self._noise(rng))
        self.critic.requires_grad_(False)
        loss = -self.critic(fake, melody).mean()
        self.generator_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.generator_optimizer.step()
        self.critic.requires_grad_(True)
        return float(loss.detach()), float((fake.detach() > 0).any(dim=3).float().mean())

    def state(self) -> dict[str, Any]:
        """Returns everything that a resumed training needs, except for the windows."""
        return {
            "filters": self.filters,
            "seed": self.seed,
            "updates": self.updates,
            "generator": self.generator.state_dict(),
            "critic": self.critic.state_dict(),
            "generatorOptimizer": self.generator_optimizer.state_dict(),
            "criticOptimizer": self.critic_optimizer.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Restores a state. Raises ValueError when it is of another width or seed."""
        if (state["filters"], state["seed"]) != (self.filters, self.seed):
            raise ValueError(
                f"the checkpoint is of {state['filters']} filters and seed {state['seed']}, "
                f"not of {self.filters} and {self.seed}"
            )
        self.updates = state["updates"]
        self.generator.load_state_dict(state["generator"])
        self.critic.load_state_dict(state["critic"])
        self.generator_optimizer.load_state_dict(state["generatorOptimizer"])
        self.critic_optimizer.load_state_dict(state["criticOptimizer"])


def two_bar_windows(pieces: list[Piece]) -> npt.NDArray[np.bool_]:
    """Returns the sounding cells of every bar-aligned window of two bars, in its own key, [windows, 4, 32, 128]."""
    cut = [
        cut_window(pieces[window.piece], window.start_bar, WINDOW_BARS, 0, PITCHES)[:, SOUNDING]
        for window in training_windows(pieces, WINDOW_BARS, 1, 0)
    ]
    return np.stack(cut)


def read_training_pieces(datasets: Path) -> tuple[list[Piece], str]:
    """Returns the pieces of the train split, and the sha256 of the data set."""
    folder = datasets.joinpath(*DATASET)
    return load_dataset(folder).of_split("train"), read_manifest(folder)["sha256"]


def train(recipe: AwsRecipe, work: Path, cpu_seconds: float, stop_requested: Callable[[], bool]) -> dict[str, float]:
    """Iterates until `cpu_seconds` are used up, earlier sittings included, or a stop is asked for.

    Leaves work/last.pt and work/training-log.jsonl, a line for each iteration. Returns the last line.
    """
    state = load_checkpoint(work, "last")
    log = work / "training-log.jsonl"
    lines: list[str] = []
    cpu_before, wall_before = 0.0, 0.0
    if state is not None:
        recipe.restore(state)
        cpu_before, wall_before = state["cpuSeconds"], state["wallSeconds"]
        # Iterations that were logged after the checkpoint are done again.
        lines = log.read_text().splitlines()[: recipe.updates]
    write_atomically(log, "".join(f"{line}\n" for line in lines).encode())
    started = time.monotonic()
    # The process's imports count in its first sitting only, so that a resume costs no training time.
    cpu_started = time.process_time() if state is not None else 0.0
    saved = started
    line: dict[str, float] = json.loads(lines[-1]) if lines else {}

    def save() -> None:
        clock = {"cpuSeconds": line["cpuSeconds"], "wallSeconds": line["wallSeconds"]}
        save_checkpoint(work, "last", {**recipe.state(), **clock})

    with log.open("a") as stream:
        while cpu_before + time.process_time() - cpu_started < cpu_seconds and not stop_requested():
            losses = recipe.iterate()
            line = {
                "generatorUpdates": recipe.updates,
                "criticUpdates": recipe.updates * CRITIC_UPDATES,
                "cpuSeconds": round(cpu_before + time.process_time() - cpu_started, 2),
                "wallSeconds": round(wall_before + time.monotonic() - started, 2),
                "criticLoss": round(losses.critic, 4),
                "wassersteinTerm": round(losses.wasserstein, 4),
                "gradientPenalty": round(losses.penalty, 5),
                "generatorLoss": round(losses.generator, 4),
                "soundingSteps": round(losses.sounding_steps, 4),
            }
            stream.write(json.dumps(line) + "\n")
            stream.flush()
            if time.monotonic() - saved > CHECKPOINT_SECONDS:
                save()
                saved = time.monotonic()
    if line:
        save()
    return line


def export_onnx(generator: Generator, filters: int) -> bytes:
    """Returns the generator as one ONNX file with float16 weights, for any number of windows.

    Raises RuntimeError when ONNX Runtime does not give PyTorch's rolls, apart from the rounding of the weights.
    """
    copy = Generator(filters)
    copy.load_state_dict(generator.state_dict())
    batch = {0: "windows"}
    model = traced(
        copy,
        example={
            "melody": np.zeros((1, 1, WINDOW_STEPS, PITCHES), np.float32),
            "noise": np.zeros((1, *noise_shape(filters)), np.float32),
        },
        outputs=["tracks"],
        dynamic_axes={"melody": batch, "noise": batch, "tracks": batch},
    )
    keep_weights_as_float16(model)
    model.producer_name = "opencomposer"
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString(deterministic=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        path.write_bytes(content)
        session = load(path).session
    rng = np.random.default_rng(0)
    melody = np.where(rng.random((3, 1, WINDOW_STEPS, PITCHES)) < 1 / PITCHES, 1, -1).astype(np.float32)
    noise = truncated_normal(rng, (3, *noise_shape(filters)))
    (response,) = session.run(["tracks"], {"melody": melody, "noise": noise})
    with torch.inference_mode():
        expected = copy(torch.from_numpy(melody), torch.from_numpy(noise)).numpy()
    difference = float(np.max(np.abs(np.asarray(response) - expected)))
    if not difference <= EXPORT_TOLERANCE:
        raise RuntimeError(f"the exported model differs from the trained one by {difference}")
    return content


def keep_weights_as_float16(model: onnx.ModelProto) -> None:
    """Stores the large initializers as float16. ONNX Runtime widens them once, when it loads the file."""
    for index, initializer in enumerate(model.graph.initializer):
        values = onnx.numpy_helper.to_array(initializer)
        if values.dtype != np.float32 or values.size < 1000:
            continue
        name = initializer.name
        narrow = onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}.float16")
        initializer.CopyFrom(narrow)
        widen = onnx.helper.make_node("Cast", [narrow.name], [name], name=f"widen{index}", to=onnx.TensorProto.FLOAT)
        model.graph.node.insert(0, widen)


def seconds_an_iteration(windows: npt.NDArray[np.bool_], filters: int, iterations: int) -> float:
    """Returns the CPU seconds that an iteration of this width takes here, after a first one that is not counted."""
    recipe = AwsRecipe(windows, filters, 0)
    recipe.iterate()
    started = time.process_time()
    for _ in range(iterations):
        recipe.iterate()
    return (time.process_time() - started) / iterations


def main(arguments: list[str]) -> int:
    """Trains, or goes on, and writes the model with its summary."""
    parser = argparse.ArgumentParser(description="Train the baseline that follows AWS's recipe.")
    parser.add_argument("--datasets", type=Path, required=True, help="folder with bach-chorales/3")
    parser.add_argument("--work", type=Path, help="folder for the checkpoint, outside the repository")
    parser.add_argument("--cpu-seconds", type=float, default=1800.0, help="CPU time to train for (1800)")
    parser.add_argument("--filters", type=int, default=32, help="channels of the first level (32; AWS's sample: 64)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--name", default="unet-gan-aws-recipe", help="folder under models/baselines for the result")
    parser.add_argument("--measure", type=int, help="only time so many iterations, and print CPU seconds of one")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    pieces, sha256 = read_training_pieces(options.datasets)
    windows = two_bar_windows(pieces)
    if options.measure is not None:
        seconds = seconds_an_iteration(windows, options.filters, options.measure)
        print(json.dumps({"filters": options.filters, "cpuSecondsAnIteration": round(seconds, 3)}))
        return 0
    if options.work is None:
        parser.error("--work is needed to train")
    work: Path = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    stopped: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: stopped.append(received))
    recipe = AwsRecipe(windows, options.filters, options.seed)
    last = train(recipe, work, options.cpu_seconds, lambda: bool(stopped))
    if stopped:
        print(f"Stopped after {recipe.updates} generator updates; the same command goes on from there.")
        return 0
    if not last:
        parser.error("--cpu-seconds is too little for a single iteration")
    content = export_onnx(recipe.generator, options.filters)
    summary = {
        "schemaVersion": 1,
        "recipe": "aws-unet-gan",
        "filters": options.filters,
        "seed": options.seed,
        "cpuSecondsAskedFor": options.cpu_seconds,
        "cpuSeconds": last["cpuSeconds"],
        "wallSeconds": last["wallSeconds"],
        "threads": torch.get_num_threads(),
        "generatorUpdates": last["generatorUpdates"],
        "criticUpdates": last["criticUpdates"],
        "windowsSeen": int(last["generatorUpdates"]) * (CRITIC_UPDATES + 1) * BATCH,
        "generatorParameters": parameters(recipe.generator),
        "criticParameters": parameters(recipe.critic),
        "dataset": {
            "id": DATASET[0],
            "version": DATASET[1],
            "sha256": sha256,
            "pieces": len(pieces),
            "windows": len(windows),
        },
    }
    write_baseline(TARGETS / options.name, model=content, log=work / "training-log.jsonl", summary=summary)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
