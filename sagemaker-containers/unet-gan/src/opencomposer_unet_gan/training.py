"""The training loop: WGAN-GP with straight-through heads and a decaying paired reconstruction (research notes 5.5, 8).

Every random choice is a function of (seed, epoch, batch), never of what ran before: a resumed run equals an
uninterrupted one without any generator's state having to be kept.
"""

from __future__ import annotations

import copy
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
import torch
from opencomposer_shared.checkpoints import load_checkpoint, load_newest, save_checkpoint
from opencomposer_shared.dataset import (
    Dataset,
    Selection,
    Window,
    allowed_shifts,
    cut_window,
    training_windows,
)
from opencomposer_shared.decoding import Decoding, Head, Limits, ModelEssentials, NoiseShape, Voice
from opencomposer_shared.environment import TrainingFailure
from opencomposer_shared.hyperparameters import Value
from opencomposer_shared.model_card import EndReason, TrainingRecord, write_model
from opencomposer_shared.piano_roll import PITCHES, SOUNDING, STARTING, STEPS_PER_BAR, STEPS_PER_BEAT, Planes
from opencomposer_shared.progress import (
    SAMPLES_FOLDER,
    append_progress,
    metrics_line,
    rewind_progress,
    write_reference,
)
from opencomposer_shared.random_numbers import random_generator
from opencomposer_shared.training_precision import choose_precision
from opencomposer_shared.voice_leading import Weights, learn_voice_leading
from opencomposer_shared.weight_averaging import average_weights
from torch import Tensor

from opencomposer_unet_gan.evaluation import Evaluation, write_samples
from opencomposer_unet_gan.export import OPSET, export_onnx
from opencomposer_unet_gan.losses import (
    GRADIENT_PENALTY,
    Performance,
    critic_input,
    diversity_loss,
    gradient_penalty,
    perform,
    reconstruction_loss,
)
from opencomposer_unet_gan.networks import DOWNSAMPLING, WIDTHS, Critic, Generator, Logits, NetworkShape

TECHNIQUE = "unet-gan"
WINDOW_BARS = 4
WINDOW_HOP = 2
NOISE = NoiseShape(size=32, shared=16)
DECODING = Decoding(pitch_temperature=0.3, onset_temperature=0.5, coherence_steps=2, sixteenth_cost=0.2)
VOICE_LEADING_WEIGHTS = Weights(intervals=0.2, moves=0.2, parallels=0.5)
"""Chosen by measurement on validation pieces (README, "Decoding")."""
TRAINING_COHERENCE_STEPS = 4
MAX_BARS = 64
SILENCED_WINDOWS = 0.15
"""Share of the windows whose melody is silenced for a while, so that the accompaniment learns to play on alone."""
EMA_DECAY = 0.995
GENERATOR_CLIP = 10.0
CHECKPOINT_SECONDS = 60.0
SAMPLES_PER_RUN = 20
INDEX_TOLERANCE = 0.002
"""Differences of the similarity index up to this size are chance: so much it wavers from epoch to epoch."""


@dataclass(frozen=True)
class Settings:
    """The job's hyperparameters (contracts/hyperparameters-unet-gan.schema.json)."""

    epochs: int
    learning_rate: float
    update_ratio: int
    batch_size: int
    transposition_range: int
    model_size: Literal["small", "large"]
    reconstruction_weight: float
    diversity_weight: float
    early_stopping: bool
    seed: int

    @staticmethod
    def from_hyperparameters(values: Mapping[str, Value]) -> Settings:
        """From values that parse_hyperparameters has checked."""
        return Settings(
            epochs=int(values["epochs"]),
            learning_rate=float(values["learningRate"]),
            update_ratio=int(values["updateRatio"]),
            batch_size=int(values["batchSize"]),
            transposition_range=int(values["transpositionRange"]),
            model_size="large" if values["modelSize"] == "large" else "small",
            reconstruction_weight=float(values["reconstructionWeight"]),
            diversity_weight=float(values["diversityWeight"]),
            early_stopping=bool(values["earlyStopping"]),
            seed=int(values["seed"]),
        )


@dataclass
class Sums:
    """Losses added up over an epoch, so that a mean survives an interruption in its middle."""

    generator: float = 0.0
    critic: float = 0.0
    reconstruction: float = 0.0
    generator_updates: int = 0
    critic_updates: int = 0
    windows: int = 0
    seconds: float = 0.0

    def means(self) -> dict[str, float]:
        """Means by the names of the progress line."""
        return {
            "generatorLoss": self.generator / max(1, self.generator_updates),
            "criticLoss": self.critic / max(1, self.critic_updates),
            "reconstructionLoss": self.reconstruction / max(1, self.generator_updates),
        }


def choose_heads(dataset: Dataset) -> tuple[Head, ...]:
    """One head for each accompaniment voice: monophonic where the data never has two notes at once."""
    return tuple("monophonic" if flag else "polyphonic" for flag in dataset.monophonic[1:])


def choose_shape(dataset: Dataset, settings: Settings) -> NetworkShape:
    """Layer sizes for the data: the narrowest window of the keyboard that holds every transposed note."""
    low, high = dataset.pitch_range()
    low, high = max(0, low - settings.transposition_range), min(PITCHES - 1, high + settings.transposition_range)
    pitches = max(2 * DOWNSAMPLING, -(-(high - low + 1) // DOWNSAMPLING) * DOWNSAMPLING)
    lowest = min(max(0, low - (pitches - (high - low + 1)) // 2), PITCHES - pitches)
    return NetworkShape(
        heads=choose_heads(dataset),
        lowest_pitch=lowest,
        pitches=pitches,
        widths=WIDTHS[settings.model_size],
        noise_size=NOISE.size,
        noise_shared=NOISE.shared,
        window_bars=WINDOW_BARS,
    )


def describe(dataset: Dataset, shape: NetworkShape, settings: Settings) -> ModelEssentials:
    """What the model file must say about itself."""
    voices: list[Voice] = []
    for index, (name, program) in enumerate(dataset.voices):
        low, high = dataset.pitch_range(index)
        reach = settings.transposition_range
        head: Head = "monophonic" if dataset.monophonic[index] else "polyphonic"
        voices.append(Voice(name, program, head, max(0, low - reach), min(PITCHES - 1, high + reach)))
    highest = shape.lowest_pitch + shape.pitches - 1
    heard = dataset.of_split("train") or dataset.pieces
    return ModelEssentials(
        TECHNIQUE,
        tuple(voices),
        Limits(MAX_BARS, shape.lowest_pitch, highest),
        NOISE,
        DECODING,
        learn_voice_leading((piece.planes for piece in heard), VOICE_LEADING_WEIGHTS),
    )


def silence_a_while(melody: Planes, rng: np.random.Generator) -> None:
    """Take the notes of two or more successive beats out of melody [2, steps, pitches], in place.

    A note that sounds on after the silence starts again there.
    """
    beats = melody.shape[1] // STEPS_PER_BEAT
    length = int(rng.integers(2, beats + 1)) * STEPS_PER_BEAT
    start = int(rng.integers(beats)) * STEPS_PER_BEAT
    melody[:, start : start + length] = False
    if start + length < melody.shape[1]:
        melody[STARTING, start + length] |= melody[SOUNDING, start + length]


class Trainer:
    """One training job, from its first batch or from a checkpoint to its model."""

    def __init__(
        self,
        *,
        dataset: Dataset,
        selection: Selection,
        settings: Settings,
        checkpoints: Path,
        stop_requested: Callable[[], bool],
    ) -> None:
        self.dataset = dataset
        self.selection = selection
        self.settings = settings
        self.checkpoints = checkpoints
        self.stop_requested = stop_requested
        self.train_pieces = dataset.of_split("train")
        if not self.train_pieces:
            raise TrainingFailure("The selection has no piece to train on: all of its pieces are held out.")
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        # Small networks were measured no faster in bfloat16 with AVX512-BF16 alone (README, "Precision and threads").
        self.precision = choose_precision(self.device, with_avx512=settings.model_size == "large")
        self.shape = choose_shape(dataset, settings)
        self.epoch = 0
        self.batch = 0
        self.updates = 0
        self.sums = Sums()
        self.elapsed = 0.0
        self.best: dict[str, Any] | None = None
        self.since_improvement = 0
        state = load_newest(checkpoints)
        if state is not None:
            self._check_fit(state)
            self.shape = NetworkShape(**{**state["shape"], **_tuples(state["shape"])})
            self.precision = state["precision"]
        torch.manual_seed(settings.seed)
        self.generator = Generator(self.shape).to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.critic = Critic(self.shape).to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.generator).eval().requires_grad_(False)
        rate = settings.learning_rate
        self.generator_optimiser = torch.optim.Adam(self.generator.parameters(), lr=rate / 2, betas=(0.5, 0.9))
        self.critic_optimiser = torch.optim.Adam(self.critic.parameters(), lr=rate, betas=(0.5, 0.9))
        if state is not None:
            self._restore(state)
        self.essentials = describe(dataset, self.shape, settings)
        self.evaluation = Evaluation(dataset, self.essentials, WINDOW_BARS, settings.seed)

    # -- checkpoints ---------------------------------------------------------------------------------------------------

    def _check_fit(self, state: Mapping[str, Any]) -> None:
        """Refuse a checkpoint that belongs to another kind of model."""
        shape = state["shape"]
        if tuple(shape["heads"]) != self.shape.heads:
            raise TrainingFailure("The checkpoint to resume from has other voices than the selected data.")
        if tuple(shape["widths"]) != self.shape.widths:
            raise TrainingFailure(
                f"The checkpoint to resume from has another modelSize than '{self.settings.model_size}'."
            )

    def _restore(self, state: Mapping[str, Any]) -> None:
        self.generator.load_state_dict(state["generator"])
        self.critic.load_state_dict(state["critic"])
        self.average.load_state_dict(state["average"])
        self.generator_optimiser.load_state_dict(state["generatorOptimiser"])
        self.critic_optimiser.load_state_dict(state["criticOptimiser"])
        self.epoch, self.batch, self.updates = state["epoch"], state["batch"], state["updates"]
        self.sums = Sums(**state["sums"])
        self.elapsed = state["elapsedSeconds"]
        self.since_improvement = state["sinceImprovement"]
        self.best = state["best"]
        if self.batch >= self._batches(self.epoch):
            # The data or the batch size has changed since: the epoch that was under way is begun again.
            self.batch, self.sums = 0, Sums()
        print(f"Training goes on after epoch {self.epoch}, at batch {self.batch} of the next one.", flush=True)

    def _save(self, name: Literal["last", "best"]) -> None:
        shape = {**vars(self.shape), "heads": list(self.shape.heads), "widths": list(self.shape.widths)}
        save_checkpoint(
            self.checkpoints,
            name,
            {
                "technique": TECHNIQUE,
                "shape": shape,
                "precision": self.precision,
                "generator": self.generator.state_dict(),
                "critic": self.critic.state_dict(),
                "average": self.average.state_dict(),
                "generatorOptimiser": self.generator_optimiser.state_dict(),
                "criticOptimiser": self.critic_optimiser.state_dict(),
                "epoch": self.epoch,
                "batch": self.batch,
                "updates": self.updates,
                "sums": vars(self.sums),
                "elapsedSeconds": self.elapsed,
                "sinceImprovement": self.since_improvement,
                "best": self.best,
                # Data order and noise are functions of these (random_generator): they are the whole random state.
                "random": {"seed": self.settings.seed, "epoch": self.epoch, "batch": self.batch},
            },
        )

    # -- data ----------------------------------------------------------------------------------------------------------

    def _windows(self, epoch: int) -> list[Window]:
        """The windows of an epoch (counted from 0) in the order in which they are learnt.

        The last batch is filled up from the front.
        """
        windows = training_windows(self.train_pieces, WINDOW_BARS, WINDOW_HOP, epoch)
        order = random_generator(self.settings.seed, epoch).permutation(len(windows))
        size = self.settings.batch_size
        total = -(-len(windows) // size) * size
        return [windows[order[i % len(windows)]] for i in range(total)]

    def _batches(self, epoch: int) -> int:
        size = self.settings.batch_size
        return -(-len(training_windows(self.train_pieces, WINDOW_BARS, WINDOW_HOP, epoch)) // size)

    def _load(self, windows: list[Window], rng: np.random.Generator) -> tuple[Tensor, Performance]:
        """Melody [batch, 2, steps, pitches] and the composers' accompaniment, each window in a random transposition."""
        highest = self.shape.lowest_pitch + self.shape.pitches - 1
        cut = []
        for window in windows:
            piece = self.train_pieces[window.piece]
            shifts = allowed_shifts(piece.planes, self.shape.lowest_pitch, highest, self.settings.transposition_range)
            shift = int(shifts[int(rng.integers(len(shifts)))])
            cut.append(
                cut_window(piece, window.start_bar, WINDOW_BARS, self.shape.lowest_pitch, self.shape.pitches, shift)
            )
        voices = np.stack(cut)
        for window in voices:
            if rng.random() < SILENCED_WINDOWS:
                silence_a_while(window[0], rng)
        planes = torch.from_numpy(voices).to(self.device).float()
        return planes[:, 0], Performance(planes[:, 1:, 0], planes[:, 1:, 1])

    def _noise(self, batch: int, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Noise for the bottleneck, Gumbel noise for the pitches, logistic noise for the onsets."""
        shape, steps = self.shape, WINDOW_BARS * STEPS_PER_BAR
        voices = len(shape.heads)
        shared = rng.standard_normal((batch, 1, shape.noise_shared), dtype=np.float32)
        own = rng.standard_normal((batch, WINDOW_BARS, shape.noise_size - shape.noise_shared), dtype=np.float32)
        bottleneck = np.concatenate([np.repeat(shared, WINDOW_BARS, axis=1), own], axis=2)
        blocks = steps // TRAINING_COHERENCE_STEPS
        gumbel = rng.gumbel(size=(batch, voices, blocks, shape.pitches + 1)).astype(np.float32)
        logistic = rng.logistic(size=(batch, voices, steps, 1)).astype(np.float32)
        held = torch.from_numpy(gumbel).to(self.device).repeat_interleave(TRAINING_COHERENCE_STEPS, dim=2)
        return torch.from_numpy(bottleneck).to(self.device), held, torch.from_numpy(logistic).to(self.device)

    # -- updates -------------------------------------------------------------------------------------------------------

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bfloat16")

    def _anneal(self) -> tuple[float, float]:
        """(reconstruction weight, slope of binary neurons) now; sets the learning rates.

        The weight falls linearly to a tenth, the slope rises from 1 to 5, the rates stay for half of the training and
        then fall linearly to a tenth.
        """
        progress = min(1.0, (self.epoch + self.batch / self._batches(self.epoch)) / self.settings.epochs)
        factor = 1.0 if progress < 0.5 else 1.0 - 0.9 * (progress - 0.5) / 0.5
        for optimiser, rate in (
            (self.critic_optimiser, self.settings.learning_rate),
            (self.generator_optimiser, self.settings.learning_rate / 2),
        ):
            for group in optimiser.param_groups:
                group["lr"] = rate * factor
        return self.settings.reconstruction_weight * (1 - 0.9 * progress), 1 + 4 * progress

    def _update_critic(self, melody: Tensor, target: Performance, slope: float, rng: np.random.Generator) -> None:
        bottleneck, gumbel, logistic = self._noise(len(melody), rng)
        with torch.no_grad():
            with self._autocast():
                logits = self.generator(melody, bottleneck)
            fake = critic_input(melody, perform(logits, self.shape.heads, gumbel, logistic, slope))
        real = critic_input(melody, target)
        mix = torch.from_numpy(rng.random((len(melody), 1, 1, 1), dtype=np.float32)).to(self.device)
        with self._autocast():
            scores = self.critic(torch.cat([real, fake]))
            penalty = gradient_penalty(self.critic, real, fake, mix)
        loss = scores[len(melody) :].mean() - scores[: len(melody)].mean() + GRADIENT_PENALTY * penalty
        self.critic_optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.critic_optimiser.step()
        self.sums.critic += _finite(loss, "critic")
        self.sums.critic_updates += 1

    def _update_generator(
        self, melody: Tensor, target: Performance, weight: float, slope: float, rng: np.random.Generator
    ) -> None:
        bottleneck, gumbel, logistic = self._noise(len(melody), rng)
        diversity = torch.zeros((), device=self.device)
        with self._autocast():
            if self.settings.diversity_weight == 0:
                logits = self.generator(melody, bottleneck)
            else:
                # One pass for both noises: the batch normalisation sees them together.
                other, _, _ = self._noise(len(melody), rng)
                both = self.generator(torch.cat([melody, melody]), torch.cat([bottleneck, other]))
                logits = Logits(*(part[: len(melody)] for part in both))
                second = Logits(*(part[len(melody) :] for part in both))
                diversity = diversity_loss(logits, second, self.shape.heads)
        performance = perform(logits, self.shape.heads, gumbel, logistic, slope)
        with self._autocast():
            adversarial = -self.critic(critic_input(melody, performance)).mean()
        reconstruction = reconstruction_loss(logits, self.shape.heads, target)
        self.generator_optimiser.zero_grad(set_to_none=True)
        (adversarial + weight * reconstruction + self.settings.diversity_weight * diversity).backward()
        torch.nn.utils.clip_grad_norm_(self.generator.parameters(), GENERATOR_CLIP)
        self.generator_optimiser.step()
        self.sums.generator += _finite(adversarial, "generator")
        self.sums.reconstruction += _finite(reconstruction, "generator")
        self.sums.generator_updates += 1
        average_weights(self.average, self.generator, self.updates, EMA_DECAY)

    # -- the run -------------------------------------------------------------------------------------------------------

    def run(self) -> EndReason:
        """Train to the last epoch, an early stop or a stop request, and leave checkpoints, progress and samples."""
        self.checkpoints.mkdir(parents=True, exist_ok=True)
        rewind_progress(self.checkpoints, self.epoch)
        write_reference(self.checkpoints, self.evaluation.reference_measures, self.evaluation.validation_measures)
        while self.epoch < self.settings.epochs:
            if not self._train_epoch():
                self._save("last")
                return "stopped"
            self._finish_epoch()
            patience = max(10, self.settings.epochs // 5)
            if self.settings.early_stopping and self.since_improvement >= patience:
                return "earlyStopping"
        return "epochs"

    def _train_epoch(self) -> bool:
        """The rest of the current epoch's batches. False when a stop was asked for."""
        windows = self._windows(self.epoch)
        size = self.settings.batch_size
        self.generator.train()
        self.critic.train()
        saved = time.monotonic()
        while self.batch < len(windows) // size:
            if self.stop_requested():
                return False
            started = time.monotonic()
            rng = random_generator(self.settings.seed, self.epoch, self.batch, 1)
            melody, target = self._load(windows[self.batch * size : (self.batch + 1) * size], rng)
            weight, slope = self._anneal()
            self._update_critic(melody, target, slope, rng)
            self.updates += 1
            if self.updates % self.settings.update_ratio == 0:
                self._update_generator(melody, target, weight, slope, rng)
            self.batch += 1
            self.sums.windows += size
            self.sums.seconds += time.monotonic() - started
            self.elapsed += time.monotonic() - started
            if time.monotonic() - saved > CHECKPOINT_SECONDS:
                self._save("last")
                saved = time.monotonic()
        return True

    def _finish_epoch(self) -> None:
        started = time.monotonic()
        measures = self.evaluation.measure(self.average)
        self.epoch += 1
        self.batch = 0
        sums, self.sums = self.sums, Sums()
        every = max(1, self.settings.epochs // SAMPLES_PER_RUN)
        if self.epoch == 1 or self.epoch % every == 0 or self.epoch == self.settings.epochs:
            folder = self.checkpoints / SAMPLES_FOLDER / f"epoch-{self.epoch:04d}"
            write_samples(folder, self.average, self.essentials, self.selection.melodies, self.settings.seed)
        index = measures["similarityIndex"]
        lowest = index if self.best is None else float(self.best["lowestIndex"])
        clearly = self.best is None or index < lowest - INDEX_TOLERANCE
        self.since_improvement = 0 if clearly else self.since_improvement + 1
        # Among epochs that the index cannot tell apart the latest is the best: it has learnt longest.
        improved = index <= lowest + INDEX_TOLERANCE
        if improved:
            self.best = {"epoch": self.epoch, "metrics": measures, "lowestIndex": min(index, lowest)}
        self.elapsed += time.monotonic() - started
        if improved:
            self._save("best")
        self._save("last")
        losses = sums.means()
        seconds = sums.seconds + time.monotonic() - started
        speed = sums.windows / max(sums.seconds, 1e-9)
        print(metrics_line(self.epoch, losses, {**measures, "samplesPerSecond": speed}), flush=True)
        append_progress(
            self.checkpoints,
            {
                "schemaVersion": 1,
                "epoch": self.epoch,
                "epochs": self.settings.epochs,
                **losses,
                **measures,
                "seconds": seconds,
                "elapsedSeconds": self.elapsed,
                "samplesPerSecond": speed,
            },
        )

    # -- the model -----------------------------------------------------------------------------------------------------

    def export(self, folder: Path, end_reason: EndReason, hyperparameters: Mapping[str, Value]) -> bool:
        """Write the best epoch's model and its card. False when no epoch is complete: there is nothing to write."""
        if self.best is None:
            return False
        best = load_checkpoint(self.checkpoints, "best")
        if best is None or best["epoch"] != self.best["epoch"]:
            raise TrainingFailure(
                "The checkpoint of the best epoch is missing or broken, so there is no model to keep."
            )
        generator = Generator(self.shape)
        generator.load_state_dict(best["average"])
        # Measured as it is exported: the run may have been begun by a version that decoded otherwise.
        metrics = self.evaluation.measure(generator)
        windows = len(training_windows(self.train_pieces, WINDOW_BARS, 1, 0))
        dataset = {**self.selection.dataset, "pieces": len(self.train_pieces), "windows": windows}
        name = f"U-Net GAN, {self.selection.dataset['id']}"
        write_model(
            folder,
            export_onnx(generator, self.essentials),
            essentials=self.essentials,
            name=name,
            description=f"Gives a melody {len(self.shape.heads)} accompanying voices "
            f"({', '.join(voice.name for voice in self.essentials.voices[1:])}).",
            opset=OPSET,
            parameters=sum(parameter.numel() for parameter in generator.parameters()),
            record=TrainingRecord(
                dataset={**dataset, "topics": dict(self.selection.topics)},
                hyperparameters=hyperparameters,
                seed=self.settings.seed,
                epoch=self.best["epoch"],
                epochs_completed=self.epoch,
                end_reason=end_reason,
                metrics=metrics,
                reference={
                    "metrics": self.evaluation.reference_measures,
                    "validation": self.evaluation.validation_measures,
                },
                versions={
                    "python": platform.python_version(),
                    "torch": torch.__version__,
                    "onnx": onnx.__version__,
                    "numpy": np.__version__,
                },
                training_seconds=round(self.elapsed, 1),
            ),
        )
        return True


def _tuples(shape: Mapping[str, Any]) -> dict[str, Any]:
    """Checkpoints hold lists where the shape has tuples."""
    return {key: tuple(shape[key]) for key in ("heads", "widths")}


def _finite(value: Tensor, network: str) -> float:
    number = float(value.detach())
    if not np.isfinite(number):
        raise TrainingFailure(f"The training diverged: the {network}'s loss is {number}. Try a lower learningRate.")
    return number
