"""Reads a training job's hyperparameters, of which the container accepts exactly those of the technique's document."""

from __future__ import annotations

import json
from collections.abc import Mapping

from opencomposer_music.parameter_set import Parameter, ParameterSet, ParameterValue

from opencomposer_training.environment import TrainingFailure


def parse_hyperparameters(known: ParameterSet, values: Mapping[str, str]) -> dict[str, ParameterValue]:
    """Turns SageMaker's strings into typed values, with the defaults of those that are absent.

    Numbers and booleans arrive JSON-encoded, texts as they are. Raises TrainingFailure with one sentence that names
    every broken field, its value and what is allowed.
    """
    result = known.defaults
    problems: list[str] = []
    for name, text in sorted(values.items()):
        parameter = known.parameters.get(name)
        if parameter is None:
            problems.append(f"{_shown(name)} is not a hyperparameter (known: {', '.join(sorted(known.parameters))})")
            continue
        value = _parse(parameter, text)
        if value is None:
            problems.append(f"{name} is {_shown(text)} but must be {parameter.allowed}")
        else:
            result[name] = value
    if problems:
        raise TrainingFailure(f"Invalid hyperparameters: {'; '.join(problems)}.")
    return result


def _parse(parameter: Parameter, text: str) -> ParameterValue | None:
    """Returns one value, or None where the text is no allowed value."""
    if parameter.type == "string":
        return parameter.accept(text)
    try:
        return parameter.accept(json.loads(text))
    except (ValueError, RecursionError):
        return None


def _shown(text: str) -> str:
    """Returns a value in the form in which an error shows it: quoted and not too long."""
    return json.dumps(text if len(text) <= 40 else text[:39] + "…", ensure_ascii=False)
