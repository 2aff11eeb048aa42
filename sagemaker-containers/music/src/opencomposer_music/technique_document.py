"""The document of a technique: the one place where its parameters and hyperparameters are described.

`techniques/` links to those documents in contracts/techniques, which TypeScript reads too, whose techniques have a
container. A wheel and an image hold the files themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from opencomposer_music.parameter_set import ParameterSet


@dataclass(frozen=True)
class TechniqueDocument:
    """The content of a technique's document: its id, the choices of a composition and of a training job, its losses."""

    id: str
    parameters: ParameterSet
    hyperparameters: ParameterSet
    losses: tuple[str, ...]


@cache
def load_technique(identifier: str) -> TechniqueDocument:
    """Returns the document of a technique from the package's data. Raises FileNotFoundError where there is none."""
    file = resources.files("opencomposer_music").joinpath("techniques", f"{identifier}.json")
    return read_technique(json.loads(file.read_text(encoding="utf-8")))


def read_technique(document: Mapping[str, Any]) -> TechniqueDocument:
    """Returns the content of a document that keeps contracts/technique.schema.json."""
    properties = document["properties"]
    return TechniqueDocument(
        id=document["$id"].rsplit("/", 1)[1].removesuffix(".json"),
        parameters=ParameterSet(properties["parameters"]),
        hyperparameters=ParameterSet(properties["hyperparameters"]),
        losses=tuple(document["x-losses"]),
    )
