"""Hyperparameters by JSON Schema: the container accepts exactly what the contract allows and names all else.

The part of JSON Schema that the contract uses is interpreted here (type, minimum, maximum, enum, default): the image
needs no validator for ten numbers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from opencomposer_shared.environment import TrainingFailure

Value = int | float | bool | str


def parse_hyperparameters(schema: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Value]:
    """SageMaker's strings -> typed values, defaults filled in.

    Numbers and booleans arrive JSON-encoded, texts as they are. Raises TrainingFailure with one sentence that names
    every broken field, its value and what is allowed.
    """
    properties: Mapping[str, Mapping[str, Any]] = schema["properties"]
    result: dict[str, Value] = {name: rule["default"] for name, rule in properties.items()}
    problems: list[str] = []
    for name, text in sorted(values.items()):
        rule = properties.get(name)
        if rule is None:
            problems.append(f"{_shown(name)} is not a hyperparameter (known: {', '.join(sorted(properties))})")
            continue
        try:
            result[name] = _parse(rule, text)
        except ValueError:
            problems.append(f"{name} is {_shown(text)} but must be {_allowed(rule)}")
    if problems:
        raise TrainingFailure(f"Invalid hyperparameters: {'; '.join(problems)}.")
    return result


def _parse(rule: Mapping[str, Any], text: str) -> Value:
    """One value. Raises ValueError."""
    kind = rule["type"]
    if kind == "string":
        if text not in rule["enum"]:
            raise ValueError(text)
        return text
    value = json.loads(text)
    if kind == "boolean":
        if not isinstance(value, bool):
            raise ValueError(text)
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(text)
    if kind == "integer":
        # JSON has one number type: 60.0 is the integer 60.
        if value != int(value):
            raise ValueError(text)
        value = int(value)
    if not rule["minimum"] <= value <= rule["maximum"]:
        raise ValueError(text)
    return value if kind == "integer" else float(value)


def _allowed(rule: Mapping[str, Any]) -> str:
    if rule["type"] == "string":
        return " or ".join(rule["enum"])
    if rule["type"] == "boolean":
        return "true or false"
    noun = "an integer" if rule["type"] == "integer" else "a number"
    return f"{noun} from {rule['minimum']} to {rule['maximum']}"


def _shown(text: str) -> str:
    """A value as it may stand in an error: quoted and not too long."""
    return json.dumps(text if len(text) <= 40 else text[:39] + "…", ensure_ascii=False)
