"""The systems that are compared: players under their names in tables, the stock model and its training seeds first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from opencomposer_evaluation.accompanists import Accompanist
from opencomposer_evaluation.comparison import Row, mean_row
from opencomposer_evaluation.memorization import MemorizationReport
from opencomposer_evaluation.stock_models import TrainedModel

PlayerT = TypeVar("PlayerT", bound=Accompanist)
LoadedT = TypeVar("LoadedT")


@dataclass(frozen=True)
class System:
    """A player, with its name in tables."""

    name: str
    kind: str
    player: Accompanist


@dataclass(frozen=True)
class Trainings(Generic[LoadedT]):
    """The trainings of the stock recipe, in the order of `models`: the stock model, then its other training seeds."""

    models: Sequence[TrainedModel[LoadedT]]

    @property
    def labels(self) -> list[tuple[str, str]]:
        """Returns the name in tables and the kind of each training."""
        stock, *others = (model.seed for model in self.models)
        return [
            (f"our stock model (training seed {stock})", "stock"),
            *((f"training seed {seed}", "otherSeed") for seed in others),
        ]

    def mean_rows(self, rows: Sequence[Row]) -> list[Row]:
        """Returns the mean of the rows of all trainings; none where there is one training."""
        if len(rows) < 2:
            return []
        seeds = ", ".join(str(model.seed) for model in self.models)
        return [mean_row(f"our recipe, mean of {len(rows)} training seeds ({seeds})", "seedMean", rows)]

    def to_json(self) -> dict[str, object]:
        """Returns the models with the member names of evaluation.json."""
        return {
            "stockModel": self.models[0].to_json(),
            "otherTrainingSeeds": [model.to_json() for model in self.models[1:]],
        }


@dataclass(frozen=True)
class TrainedSystems(Trainings[PlayerT]):
    """Trainings that accompany melodies."""

    @property
    def stock(self) -> System:
        """Returns the stock model."""
        return self.all[0]

    @property
    def all(self) -> list[System]:
        """Returns the stock model and its other training seeds."""
        return [System(*label, model.player) for label, model in zip(self.labels, self.models, strict=True)]

    def copies_of_training_melodies(self, reports: Mapping[str, MemorizationReport]) -> list[MemorizationReport]:
        """Returns for each training the report on its copies when it played to training melodies, out of the reports of
        memorization_section."""
        return [reports[f"{one.kind}/{one.name}/training"] for one in self.all]
