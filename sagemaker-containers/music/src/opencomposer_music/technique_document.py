"""The document of a technique: the one place where its parameters and hyperparameters are described.

`techniques/` links to those documents in contracts/techniques, which TypeScript reads too, whose techniques have a
container. A wheel and an image hold the files themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from opencomposer_music.parameter_set import ParameterSet

MAX_MAIN_PARAMETERS = 5
"""The maximum number of parameters that a form shows before somebody asks for more."""
ROUNDED_AWAY = 1e-6
"""Decimal fractions are rounded, so that 0.3 / 0.1 is not 3. No error is as large for fewer than a billion steps."""


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
    """Returns the content of a document that keeps contracts/technique.schema.json.

    Raises ValueError where no form can be made of a parameter.
    """
    identifier = document["$id"].rsplit("/", 1)[1].removesuffix(".json")
    properties = document["properties"]
    for kind in ("parameters", "hyperparameters"):
        for name, reason in form_faults(properties[kind]["properties"]):
            raise ValueError(f"the document of {identifier} has the parameter {name}, which {reason}")
    return TechniqueDocument(
        id=identifier,
        parameters=ParameterSet(properties["parameters"]),
        hyperparameters=ParameterSet(properties["hyperparameters"]),
        losses=tuple(document["x-losses"]),
    )


def form_faults(parameters: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yields the name of each parameter of which no form can be made, with what is wrong.

    parameters: the rules of the parameters by name, as a document has them, each allowed by
    contracts/technique.schema.json. contracts/cases/parameter-forms.json holds TypeScript to the same.
    """
    mains = [name for name, rule in parameters.items() if rule["x-group"] == "main"]
    for name, rule in parameters.items():
        if rule["type"] in ("integer", "number"):
            yield from ((name, reason) for reason in _number_faults(rule))
        if name in mains[MAX_MAIN_PARAMETERS:]:
            yield name, f"is one more in the group main (allowed: {MAX_MAIN_PARAMETERS})"


def _number_faults(rule: Mapping[str, Any]) -> Iterator[str]:
    step = rule["x-step"]
    for which in ("minimum", "maximum", "default"):
        if not _is_multiple(rule[which], step):
            yield f"has the {which} {rule[which]} (allowed: multiples of its step {step})"
    if rule["type"] == "integer" and not float(step).is_integer():
        yield f"has the step {step} (allowed: an integer)"
    if rule["x-scale"] == "log" and rule["minimum"] <= 0:
        yield f"has a logarithmic scale from {rule['minimum']} (allowed: a minimum above 0)"


def _is_multiple(value: float, step: float) -> bool:
    steps = value / step
    return abs(steps - round(steps)) <= ROUNDED_AWAY
