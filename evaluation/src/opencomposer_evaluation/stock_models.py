"""The trained models that are judged: a stock model and its other training seeds, and the U-Net GAN's players."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from opencomposer_music.decoding import ModelMetadata
from opencomposer_music.piano_roll import STEPS_PER_BAR, Planes, planes_to_notes
from opencomposer_unet_gan.generation import Accompaniment, LoadedGenerator, accompany, load_generator

from opencomposer_evaluation.baselines import aws_recipe_generation

PlayerT = TypeVar("PlayerT")


@dataclass(frozen=True)
class UnetGanPlayer:
    """A U-Net GAN as the inference container plays it."""

    generator: LoadedGenerator
    ending: bool = True
    """Whether each melody gets an end, as the container gives it by default."""

    def play(self, melody: Planes, seed: int) -> Accompaniment:
        """Does the same as accompany(), and counts the bars that were forced."""
        bars = melody.shape[1] // STEPS_PER_BAR
        return accompany(self.generator, planes_to_notes(melody), bars, seed, ending=self.ending)

    def accompany(self, melody: Planes, seed: int) -> Sequence[Planes]:
        return self.play(melody, seed).planes

    def without_sampling(self) -> UnetGanPlayer:
        """Returns the same model without sampling at each step, so that seeds change only its noise input."""
        metadata = self.generator.metadata
        decoding = replace(metadata.decoding, pitch_temperature=0.0, onset_temperature=0.0)
        return self._with_metadata(replace(metadata, decoding=decoding))

    def with_voices_apart(self) -> UnetGanPlayer:
        """Returns the same model without voice leading, which shows how good its network alone is."""
        return self._with_metadata(replace(self.generator.metadata, voice_leading=None))

    def without_endings(self) -> UnetGanPlayer:
        """Returns the same model that goes on playing at the end, as music does out of which a window is cut."""
        return replace(self, ending=False)

    def _with_metadata(self, metadata: ModelMetadata) -> UnetGanPlayer:
        return replace(self, generator=replace(self.generator, metadata=metadata))


@dataclass(frozen=True)
class TrainedModel(Generic[PlayerT]):
    """One training of the stock recipe. `training`: facts from its card: the best epoch, all epochs, seconds."""

    seed: int
    sha256: str
    training: dict[str, object]
    player: PlayerT

    def to_json(self) -> dict[str, object]:
        """Returns the model with the member names of evaluation.json."""
        return {"trainingSeed": self.seed, "sha256": self.sha256, **self.training}


class MixedRecipes(ValueError):
    """The training seeds are not of one recipe, so that a mean over them would mean nothing."""


def load_unet_gan(content: bytes) -> UnetGanPlayer:
    """Returns the player of a model file. Raises ModelRejected."""
    return UnetGanPlayer(load_generator(content, 1))


def load_trained_models(folder: Path, load: Callable[[bytes], PlayerT]) -> list[TrainedModel[PlayerT]]:
    """Returns the stock model itself, first, and the other training seeds under `folder`/seeds/<seed>/ that exist.
    `load` makes a player of a model file.

    Raises FileNotFoundError without a stock model, ModelRejected for a file that cannot be played, MixedRecipes.
    """
    found: list[TrainedModel[PlayerT]] = []
    recipes: list[dict[str, object]] = []
    others = [path for path in (folder / "seeds").glob("*") if path.name.isdigit() and (path / "model.onnx").is_file()]
    for place in [folder, *sorted(others, key=lambda path: int(path.name))]:
        content = (place / "model.onnx").read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        card_file = place / "model-card.json"
        card = json.loads(card_file.read_text(encoding="utf-8")) if card_file.is_file() else {}
        seed = int(place.name) if place != folder else int(card["seed"])
        recipes.append({key: value for key, value in card.get("hyperparameters", {}).items() if key != "seed"})
        if recipes[-1] != recipes[0]:
            raise MixedRecipes(f"{place} was trained with {recipes[-1]}, the stock model with {recipes[0]}")
        if digest in {model.sha256 for model in found}:
            continue
        training = {key: card[key] for key in ("epoch", "epochsCompleted", "trainingSeconds") if key in card}
        found.append(TrainedModel(seed, digest, training, load(content)))
    return found


def training_times_in_words(models: Sequence[TrainedModel[PlayerT]]) -> str:
    """Returns a sentence with the epochs and seconds of each training whose card says them, "" where none does."""
    times = [
        f"seed {model.seed} {model.training['epochsCompleted']} epochs in {model.training['trainingSeconds']} s"
        for model in models
        if {"epochsCompleted", "trainingSeconds"} <= model.training.keys()
    ]
    return f"Our training, by the clock of a machine shared with other work: {', '.join(times)}." if times else ""


@dataclass(frozen=True)
class AwsRecipePlayer:
    """The baseline that AWS's recipe made of our training pieces: windows of two bars, in which a cell
    sounds where the output is above 0."""

    model: aws_recipe_generation.AwsRecipeModel

    def accompany(self, melody: Planes, seed: int) -> Sequence[Planes]:
        return aws_recipe_generation.accompany(self.model, melody, seed)
