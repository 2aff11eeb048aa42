"""Trains the generator to accompany: WGAN-GP with straight-through heads and a decaying paired reconstruction. The
loop around it is `opencomposer_training.training_loop`.

Every random choice is a function of (seed, epoch, batch) and never of earlier choices, so that a resumed run equals an
uninterrupted one and no generator's state has to be kept.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from opencomposer_music.decoding import Decoding, ModelMetadata, NoiseShape
from opencomposer_music.model_metadata import Head, Limits, Voice
from opencomposer_music.network_length import BOTTOM_STEPS
from opencomposer_music.phrase_ends import with_phrase_ends
from opencomposer_music.piano_roll import ONSET, PITCHES, SOUNDING, Planes
from opencomposer_music.random_numbers import random_generator
from opencomposer_music.time_signatures import COMMON_TIME
from opencomposer_music.voice_leading import Weights, learn_voice_leading
from opencomposer_training.checkpoints import reading_checkpoint
from opencomposer_training.dataset import Dataset, VoicePlanes, Window
from opencomposer_training.environment import TrainingFailure
from opencomposer_training.learner import ExportedModel, LearnerInputs, TrainedOn
from opencomposer_training.network_learner import LearnerSettings
from opencomposer_training.training_precision import restored_precision
from opencomposer_training.weight_averaging import average_weights
from opencomposer_training.window_learner import WindowLearner, WindowRecipe
from torch import Tensor

from opencomposer_unet_gan import TECHNIQUE
from opencomposer_unet_gan.evaluation import Evaluation, write_samples
from opencomposer_unet_gan.export import export_onnx
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

WINDOW_BARS = 4
WINDOW_HOP = 2
NOISE = NoiseShape(size=32, shared=16)
DECODING = Decoding(
    pitch_temperature=0.3,
    onset_temperature=0.5,
    coherence_steps=2,
    sixteenth_cost=1.2,
    repeat_cost=0.7,
    performances=3,
)
BAND_DECODING = replace(
    DECODING,
    pitch_temperature=0.2,
    onset_temperature=0.0,
    coherence_steps=4,
    repeat_cost=0.0,
    rests_first=True,
    steadiness=0.8,
    drum_steadiness=0.2,
    chord_steps=8,
)
"""The settings for music with drums, which keeps a groove."""
VOICE_LEADING_WEIGHTS = Weights(
    intervals=0.5,
    moves=1.2,
    parallels=3.0,
    beat_parallels=1.5,
    rhythm=0.5,
    closes=0.6,
    beat_moves=1.0,
    stays=0.5,
    chords=0.1,
)
"""Weights and settings were chosen by measurement on validation pieces (README, "Decoding")."""
TRAINING_COHERENCE_STEPS = 4
MAX_BARS = 64
SILENCED_WINDOWS = 0.15
"""The share of the windows whose melody is silenced for a while, so that the accompaniment learns to play on alone."""
EMA_DECAY = 0.995
GENERATOR_CLIP = 10.0
INDEX_TOLERANCE = 0.002
"""Differences of the similarity index up to this size count as chance, because it wavers so much between epochs."""
RECIPE = WindowRecipe(
    technique=TECHNIQUE,
    window_bars=WINDOW_BARS,
    window_hop=WINDOW_HOP,
    criterion="similarityIndex",
    tolerance=INDEX_TOLERANCE,
    with_avx512=True,
    writes_drums=True,
)


@dataclass(frozen=True, kw_only=True)
class Settings(LearnerSettings):
    """The job's hyperparameters (contracts/techniques/unet-gan.json)."""

    update_ratio: int
    reconstruction_weight: float
    diversity_weight: float


def choose_heads(dataset: Dataset) -> tuple[Head, ...]:
    """Returns one head for each accompaniment voice: monophonic where the data never has two notes at once."""
    return tuple(head_of(dataset, voice) for voice in range(1, len(dataset.voices)))


def head_of(dataset: Dataset, voice: int) -> Head:
    """Returns the head of a voice of the data set."""
    if dataset.drums[voice]:
        return "drums"
    return "monophonic" if dataset.monophonic[voice] else "polyphonic"


def choose_shape(dataset: Dataset, settings: Settings) -> NetworkShape:
    """Returns layer sizes for the data, with the narrowest window of the keyboard that holds every transposed note."""
    lowest, pitches = dataset.keyboard_window(settings.transposition_range, DOWNSAMPLING)
    return NetworkShape(
        heads=choose_heads(dataset),
        lowest_pitch=lowest,
        pitches=pitches,
        widths=WIDTHS[settings.model_size],
        noise_size=NOISE.size,
        noise_shared=NOISE.shared,
        window_bars=WINDOW_BARS,
        hears_phrase_ends=True,
        bar=dataset.bar,
    )


def describe(dataset: Dataset, shape: NetworkShape, settings: Settings) -> ModelMetadata:
    """Returns the metadata of the model file."""
    voices: list[Voice] = []
    for index, (name, program) in enumerate(dataset.voices):
        low, high = dataset.pitch_range(index)
        reach = 0 if dataset.drums[index] else settings.transposition_range
        head = head_of(dataset, index)
        voices.append(Voice(name, program, head, max(0, low - reach), min(PITCHES - 1, high + reach)))
    highest = shape.lowest_pitch + shape.pitches - 1
    heard = dataset.of_split("train") or dataset.pieces
    return ModelMetadata(
        TECHNIQUE,
        tuple(voices),
        Limits(MAX_BARS, shape.lowest_pitch, highest, shape.bar),
        NOISE,
        BAND_DECODING if any(dataset.drums) else DECODING,
        learn_voice_leading(
            ((tones_alone(piece.planes, dataset.drums), piece.phrase_ends) for piece in heard),
            VOICE_LEADING_WEIGHTS,
            contrary=True,
            bar=shape.bar,
        ),
        shape.hears_phrase_ends,
    )


def tones_alone(planes: VoicePlanes, drums: Sequence[bool]) -> VoicePlanes:
    """Returns planes [voices, 2, steps, 128] in which drums rest. drums: of each voice."""
    return np.asarray(planes & ~np.array(drums)[:, np.newaxis, np.newaxis, np.newaxis], dtype=np.bool_)


def silence_a_while(melody: Planes, rng: np.random.Generator, beat_steps: int = COMMON_TIME.beat_steps) -> None:
    """Takes the notes of two or more successive beats out of melody [2, steps, pitches], in place.

    A note that sounds on after the silence starts again there.
    """
    beats = melody.shape[1] // beat_steps
    length = int(rng.integers(2, beats + 1)) * beat_steps
    start = int(rng.integers(beats)) * beat_steps
    melody[:, start : start + length] = False
    if start + length < melody.shape[1]:
        melody[ONSET, start + length] |= melody[SOUNDING, start + length]


class GanLearner(WindowLearner[Settings]):
    """Trains the generator and its critic, and keeps the average of the generator's weights, which is exported."""

    shape: NetworkShape

    def __init__(self, inputs: LearnerInputs, *, hears_phrase_ends: bool = True) -> None:
        """hears_phrase_ends: False for tests makes networks as version 0.2 did.

        Raises TrainingFailure where the data or the checkpoint cannot be learned from.
        """
        settings = Settings.from_hyperparameters(inputs.hyperparameters)
        # Small networks were measured to be no faster in bfloat16 with AVX512-BF16 alone (README, "Precision and
        # threads").
        super().__init__(inputs, settings, replace(RECIPE, with_avx512=settings.model_size == "large"))
        self.shape = replace(choose_shape(self.dataset, settings), hears_phrase_ends=hears_phrase_ends)
        if inputs.resumed is not None:
            with reading_checkpoint():
                self.shape = self._restored_shape(inputs.resumed["shape"])
                self.precision = restored_precision(inputs.resumed["precision"])
        torch.manual_seed(settings.seed)
        self.generator = Generator(self.shape).to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.critic = Critic(self.shape).to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.generator).eval().requires_grad_(False)
        rate = settings.learning_rate
        self.generator_optimizer = torch.optim.Adam(self.generator.parameters(), lr=rate / 2, betas=(0.5, 0.9))
        self.critic_optimizer = torch.optim.Adam(self.critic.parameters(), lr=rate, betas=(0.5, 0.9))
        self.parts = {
            "generator": self.generator,
            "critic": self.critic,
            "average": self.average,
            "generatorOptimizer": self.generator_optimizer,
            "criticOptimizer": self.critic_optimizer,
        }
        self.metadata = describe(self.dataset, self.shape, settings)
        self.evaluation = Evaluation(self.dataset, self.metadata, WINDOW_BARS, settings.seed)
        self.data = TrainedOn(self.selection, self.pieces, WINDOW_BARS, self.evaluation.music)

    def _restored_shape(self, stored: Mapping[str, Any]) -> NetworkShape:
        """Returns the sizes that a checkpoint names. Refuses one of another kind of model."""
        if tuple(stored["heads"]) != self.shape.heads:
            raise TrainingFailure("The checkpoint to resume from has other voices than the selected data.")
        self.check_size(stored, self.shape.widths)
        stored = self.check_bar(self.check_phrase_ends(stored), self.shape.bar)
        fresh = vars(self.shape)
        # Only the window of the keyboard, which depends on the data, may differ: a file could name sizes without limit.
        for name in fresh.keys() - {"heads", "widths", "lowest_pitch", "pitches", "hears_phrase_ends", "bar"}:
            if stored[name] != fresh[name]:
                raise ValueError(f"its {name} is {stored[name]!r}, not {fresh[name]!r}"[:200])
        return NetworkShape(**{**stored, "heads": tuple(stored["heads"]), "widths": tuple(stored["widths"])})

    # -- data ----------------------------------------------------------------------------------------------------------

    def _load(self, windows: list[Window], rng: np.random.Generator) -> tuple[Tensor, Performance]:
        """Returns the melody [batch, melody planes, steps, pitches] and the composers' accompaniment, each window in a
        random transposition."""
        shape, reach = self.shape, self.settings.transposition_range
        voices = np.stack(
            [
                self.windows.cut(window, rng, lowest=shape.lowest_pitch, pitches=shape.pitches, reach=reach)
                for window in windows
            ]
        )
        for window in voices:
            if rng.random() < SILENCED_WINDOWS:
                silence_a_while(window[0], rng, shape.bar.beat_steps)
        planes = torch.from_numpy(voices).to(self.device).float()  # (batch, 1 + voices, 2, steps, pitches)
        return self._heard(windows, voices[:, 0], rng), Performance(planes[:, 1:, 0], planes[:, 1:, 1])

    def _heard(self, windows: list[Window], melodies: npt.NDArray[np.bool_], rng: np.random.Generator) -> Tensor:
        """Returns the networks' input for melodies [batch, 2, steps, pitches], of which some may have been silenced."""
        if self.shape.hears_phrase_ends:
            # A melody that is silent does not say where its phrases end.
            ends = [
                self.windows.phrase_ends(window, rng) & melody[SOUNDING].any(axis=1)
                for window, melody in zip(windows, melodies, strict=True)
            ]
            melodies = np.stack([with_phrase_ends(one, marked) for one, marked in zip(melodies, ends, strict=True)])
        return torch.from_numpy(melodies).to(self.device).float()

    def _noise(self, batch: int, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Draws noise for the bottleneck, Gumbel noise for the pitches, logistic noise for the onsets."""
        shape, steps = self.shape, self.shape.window_steps
        positions = steps // BOTTOM_STEPS
        voices = len(shape.heads)
        shared = rng.standard_normal((batch, 1, shape.noise_shared), dtype=np.float32)
        own = rng.standard_normal((batch, positions, shape.noise_size - shape.noise_shared), dtype=np.float32)
        bottleneck = np.concatenate([np.repeat(shared, positions, axis=1), own], axis=2)  # (batch, s, noise size)
        blocks = steps // TRAINING_COHERENCE_STEPS
        gumbel = rng.gumbel(size=(batch, voices, blocks, shape.pitches + 1)).astype(np.float32)
        logistic = rng.logistic(size=(batch, voices, steps, 1)).astype(np.float32)
        held = torch.from_numpy(gumbel).to(self.device)  # (batch, voices, steps / 4, pitches + 1)
        held = held.repeat_interleave(TRAINING_COHERENCE_STEPS, dim=2)  # (batch, voices, steps, pitches + 1)
        return torch.from_numpy(bottleneck).to(self.device), held, torch.from_numpy(logistic).to(self.device)

    # -- updates -------------------------------------------------------------------------------------------------------

    def _anneal(self, epochs_done: float) -> tuple[float, float]:
        """Sets the learning rates, and returns the present (reconstruction weight, slope of binary neurons).

        The weight falls linearly to a tenth, the slope rises from 1 to 5, the rates stay for half of the training and
        then fall linearly to a tenth.
        """
        progress = min(1.0, epochs_done / self.settings.epochs)
        factor = 1.0 if progress < 0.5 else 1.0 - 0.9 * (progress - 0.5) / 0.5
        for optimizer, rate in (
            (self.critic_optimizer, self.settings.learning_rate),
            (self.generator_optimizer, self.settings.learning_rate / 2),
        ):
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
        return self.settings.reconstruction_weight * (1 - 0.9 * progress), 1 + 4 * progress

    def _update_critic(self, melody: Tensor, target: Performance, slope: float, rng: np.random.Generator) -> float:
        bottleneck, gumbel, logistic = self._noise(len(melody), rng)
        with torch.no_grad():
            with self.autocast():
                logits = self.generator(melody, bottleneck)
            # (batch, m + 2 * voices, steps, pitches), like the real one
            fake = critic_input(melody, perform(logits, self.shape.heads, gumbel, logistic, slope))
        real = critic_input(melody, target)
        mix = torch.from_numpy(rng.random((len(melody), 1, 1, 1), dtype=np.float32)).to(self.device)
        with self.autocast():
            scores = self.critic(torch.cat([real, fake]))  # (2 * batch)
            penalty = gradient_penalty(self.critic, real, fake, mix)
        loss = scores[len(melody) :].mean() - scores[: len(melody)].mean() + GRADIENT_PENALTY * penalty
        self.critic_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.critic_optimizer.step()
        return float(loss.detach())

    def _update_generator(
        self, melody: Tensor, target: Performance, weight: float, slope: float, rng: np.random.Generator
    ) -> tuple[float, float]:
        bottleneck, gumbel, logistic = self._noise(len(melody), rng)
        diversity = torch.zeros((), device=self.device)
        with self.autocast():
            if self.settings.diversity_weight == 0:
                logits = self.generator(melody, bottleneck)
            else:
                # Both noises share one pass, so that the batch normalization sees them together.
                other, _, _ = self._noise(len(melody), rng)
                both = self.generator(torch.cat([melody, melody]), torch.cat([bottleneck, other]))
                logits = Logits(*(part[: len(melody)] for part in both))  # (batch, …) each, as of one pass
                second = Logits(*(part[len(melody) :] for part in both))
                diversity = diversity_loss(logits, second, self.shape.heads)
        performance = perform(logits, self.shape.heads, gumbel, logistic, slope)
        with self.autocast():
            adversarial = -self.critic(critic_input(melody, performance)).mean()
        reconstruction = reconstruction_loss(logits, self.shape.heads, target)
        self.generator_optimizer.zero_grad(set_to_none=True)
        (adversarial + weight * reconstruction + self.settings.diversity_weight * diversity).backward()
        torch.nn.utils.clip_grad_norm_(self.generator.parameters(), GENERATOR_CLIP)
        self.generator_optimizer.step()
        average_weights(self.average, self.generator, self.updates, EMA_DECAY)
        return float(adversarial.detach()), float(reconstruction.detach())

    # -- one batch, one epoch ---------------------------------------------------------------------------------------

    def learn(self, epoch: int, batch: int) -> Mapping[str, float]:
        rng = random_generator(self.settings.seed, epoch, batch, 1)
        melody, target = self._load(self.windows.batch(epoch, batch), rng)
        weight, slope = self._anneal(epoch + batch / self.batches(epoch))
        self.generator.train()
        self.critic.train()
        losses = {"criticLoss": self._update_critic(melody, target, slope, rng)}
        self.updates += 1
        if self.updates % self.settings.update_ratio == 0:
            adversarial, reconstruction = self._update_generator(melody, target, weight, slope, rng)
            losses |= {"generatorLoss": adversarial, "reconstructionLoss": reconstruction}
        return losses

    def validate(self) -> Mapping[str, float]:
        """Returns nothing: no loss of a GAN says how good its music is. The similarity index marks the best epoch."""
        return {}

    def measure(self) -> Mapping[str, float]:
        return self.evaluation.measure(self.average)

    def write_samples(self, folder: Path) -> None:
        write_samples(folder, self.average, self.metadata, self.selection.melodies, self.settings.seed)

    def export(self, state: Mapping[str, Any]) -> ExportedModel:
        generator = Generator(self.shape)
        with reading_checkpoint():
            generator.load_state_dict(state["average"])
        return ExportedModel(
            content=export_onnx(generator, self.metadata),
            metadata=self.metadata,
            name=f"U-Net GAN, {self.selection.dataset['id']}",
            description=f"Gives a melody {len(self.shape.heads)} accompanying voices "
            f"({', '.join(voice.name for voice in self.metadata.voices[1:])}).",
            parameters=sum(parameter.numel() for parameter in generator.parameters()),
            metrics=self.evaluation.measure(generator),
        )
