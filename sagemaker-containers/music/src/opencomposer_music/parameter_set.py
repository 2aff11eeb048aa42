"""The parameters or the hyperparameters of a technique, as its document describes them (contracts/techniques).

fastjsonschema judges the values; the sentences that people read about wrong ones are made here. It imports no numpy
and no PyTorch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import fastjsonschema

from opencomposer_music.contract import in_words

ParameterValue = bool | int | float | str


class Parameter:
    """One parameter: its default, the values that it may have, and these values in words."""

    def __init__(self, name: str, schema: Mapping[str, Any]) -> None:
        """schema: the parameter's part of the document, a flat JSON Schema."""
        self.name = name
        self.type: str = schema["type"]
        self.default: ParameterValue = _typed(self.type, schema["default"])
        self.maximum: float | None = schema.get("maximum")
        self.allowed = in_words(schema)
        self._schema = dict(schema)

    @cached_property
    def _validate(self) -> Callable[[object], object]:
        # It is compiled when the first value comes: a server takes no hyperparameters, and a training job no
        # parameters.
        compiled: Callable[[object], object] = fastjsonschema.compile(self._schema)
        return compiled

    def accept(self, value: object) -> ParameterValue | None:
        """Returns the value in the parameter's type, or None where it is not allowed. 4.0 is the integer 4."""
        # JSON has no NaN or infinity, but Python's parser can make them; compared with a bound, NaN is always false.
        if isinstance(value, float) and not math.isfinite(value):
            return None
        try:
            self._validate(value)
        except fastjsonschema.JsonSchemaValueException:
            return None
        return _typed(self.type, value)


@dataclass(frozen=True)
class ParameterRange:
    """Two integer parameters that begin and end a range (`x-ranges` of a document).

    open_end: the value of the end that means the end of the piece, with its meaning; inside_bars: True if both must be
    bars of the piece, which count from 1.
    """

    begin: str
    end: str
    open_end: tuple[int, str] | None
    inside_bars: bool


class BrokenValue(NamedTuple):
    """A parameter whose value does not fit the others or the piece, and the values that would."""

    name: str
    value: ParameterValue
    allowed: str


class ParameterSet:
    """Parameters by their names, in the order of the document, and the ranges that pairs of them make."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """schema: `properties.parameters` or `properties.hyperparameters` of a document."""
        self.schema: Mapping[str, Any] = {
            "type": "object",
            "additionalProperties": False,
            "properties": schema["properties"],
        }
        """JSON Schema of an object of these parameters, each of which may be absent."""
        self.parameters: dict[str, Parameter] = {
            name: Parameter(name, rule) for name, rule in schema["properties"].items()
        }
        self.ranges = tuple(_range(rule) for rule in schema.get("x-ranges", ()))

    @property
    def defaults(self) -> dict[str, ParameterValue]:
        """Returns every parameter's default."""
        return {name: parameter.default for name, parameter in self.parameters.items()}

    def completed(self, values: Mapping[str, Any]) -> dict[str, ParameterValue]:
        """Returns values that keep `schema`, each in its parameter's type, completed by the defaults."""
        given = {name: _typed(self.parameters[name].type, value) for name, value in values.items()}
        return {**self.defaults, **given}

    def broken_ranges(self, values: Mapping[str, ParameterValue], bars: int) -> list[BrokenValue]:
        """Returns every beginning and end of a range that contradicts the other or lies outside a piece of `bars` bars.

        values: of all parameters, each allowed by itself.
        """
        broken: list[BrokenValue] = []
        for range_ in self.ranges:
            first, last = int(values[range_.begin]), int(values[range_.end])
            maximum = self.parameters[range_.end].maximum
            max_ = bars if range_.inside_bars or maximum is None else int(maximum)
            if range_.inside_bars and first > bars:
                broken.append(BrokenValue(range_.begin, first, f"an integer from 1 to {bars}"))
            is_open = range_.open_end is not None and last == range_.open_end[0]
            if not is_open and (last < first or (range_.inside_bars and last > bars)):
                min_ = first if first <= max_ else 1
                rest = "" if range_.open_end is None else f", or {range_.open_end[0]} for {range_.open_end[1]}"
                broken.append(BrokenValue(range_.end, last, f"an integer from {min_} to {max_}{rest}"))
        return broken


def _typed(kind: str, value: Any) -> ParameterValue:
    if kind == "integer":
        return int(value)
    if kind == "number":
        return float(value)
    return bool(value) if kind == "boolean" else str(value)


def _range(rule: Mapping[str, Any]) -> ParameterRange:
    end = rule.get("openEnd")
    open_end = None if end is None else (int(end["value"]), str(end["meaning"]))
    return ParameterRange(rule["from"], rule["to"], open_end, rule.get("within") == "bars")
