"""What every technique's model file says about itself, in its metadata and on its card: voices and limits.

The metadata is as untrusted as the rest of the file: each reader raises ValueError with one sentence naming what is
wrong. Imports no third-party package: the inference image has next to nothing else.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

LONGEST_VOICE_NAME = 64
MOST_BARS = 4096
LEAST_PITCHES = 12
SHOWN_CHARACTERS = 60
"""So much of a wrong value is repeated in the sentence."""

Head = Literal["monophonic", "polyphonic"]


@dataclass(frozen=True)
class Voice:
    """One voice of a model. Voice 0 is the melody, which is given and never generated."""

    name: str
    program: int
    head: Head
    lowest_pitch: int
    highest_pitch: int


@dataclass(frozen=True)
class Limits:
    """What a model can take. The pitch range is the window of the keyboard that the network sees."""

    max_bars: int
    lowest_pitch: int
    highest_pitch: int


def voice_to_json(voice: Voice) -> dict[str, Any]:
    """A voice as metadata and model card write it."""
    return {
        "name": voice.name,
        "program": voice.program,
        "head": voice.head,
        "lowestPitch": voice.lowest_pitch,
        "highestPitch": voice.highest_pitch,
    }


def limits_to_json(limits: Limits) -> dict[str, int]:
    """Limits as metadata and model card write them."""
    return {
        "maxBars": limits.max_bars,
        "stepsPerBeat": 4,
        "beatsPerBar": 4,
        "lowestPitch": limits.lowest_pitch,
        "highestPitch": limits.highest_pitch,
    }


def read_metadata(text: str, technique: str | None = None) -> Mapping[str, object]:
    """The metadata's JSON object: of this schema's version and, where one is given, of this technique."""
    try:
        data = json.loads(text)
    except ValueError:
        raise ValueError("the model's metadata is not JSON") from None
    root = read_mapping(data, "the metadata")
    if root.get("schemaVersion") != 1:
        raise ValueError(f"the model's metadata has schemaVersion {_shown(root.get('schemaVersion'))}, not 1")
    named = root.get("technique")
    if not isinstance(named, str):
        raise ValueError("the model's metadata names no technique")
    if technique is not None and named != technique:
        raise ValueError(f"it is a model of {_shown(named)}, expected {technique!r}")
    return root


def read_voices(root: Mapping[str, object], least: int = 2, most: int = 16) -> tuple[Voice, ...]:
    """The metadata's voices."""
    listed = root.get("voices")
    if not isinstance(listed, list) or not least <= len(listed) <= most:
        number = f"{least} to {most}" if least < most else str(least)
        raise ValueError(f"the model's metadata must list {number} voices")
    return tuple(_read_voice(value, f"voices[{index}]") for index, value in enumerate(listed))


def _read_voice(value: object, where: str) -> Voice:
    entry = read_mapping(value, where)
    name = entry.get("name")
    if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_VOICE_NAME:
        raise ValueError(f"{where}.name of the model's metadata is no text of 1 to {LONGEST_VOICE_NAME} characters")
    head = entry.get("head")
    if head not in ("monophonic", "polyphonic"):
        raise ValueError(f"{where}.head of the model's metadata is {_shown(head)}, not monophonic or polyphonic")
    lowest = read_integer(entry, "lowestPitch", 0, 127, where)
    return Voice(
        name,
        read_integer(entry, "program", 0, 127, where),
        "monophonic" if head == "monophonic" else "polyphonic",
        lowest,
        read_integer(entry, "highestPitch", lowest, 127, where),
    )


def read_limits(root: Mapping[str, object]) -> Limits:
    """The metadata's limits."""
    limits = read_mapping(root.get("limits"), "limits")
    if limits.get("stepsPerBeat") != 4 or limits.get("beatsPerBar") != 4:
        raise ValueError("the model's metadata is for another grid than four sixteenths a beat and four beats a bar")
    lowest = read_integer(limits, "lowestPitch", 0, 127, "limits")
    return Limits(
        read_integer(limits, "maxBars", 1, MOST_BARS, "limits"),
        lowest,
        read_integer(limits, "highestPitch", lowest + LEAST_PITCHES - 1, 127, "limits"),
    )


def read_mapping(value: object, where: str) -> Mapping[str, object]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise ValueError(f"{where} of the model's metadata is no object")
    return value


def read_integer(values: Mapping[str, object], key: str, lowest: int, highest: int, where: str) -> int:
    """A member that is an integer in a range. where: of `values` in the metadata, "" for the whole."""
    value = values.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise ValueError(
            f"{_place(where, key)} of the model's metadata is {_shown(value)}, not an integer {lowest}-{highest}"
        )
    return value


def read_number(values: Mapping[str, object], key: str, lowest: float, highest: float, where: str) -> float:
    """A member that is a finite number in a range. where: of `values` in the metadata, "" for the whole."""
    value = values.get(key)
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not lowest <= value <= highest
    ):
        raise ValueError(
            f"{_place(where, key)} of the model's metadata is {_shown(value)}, not a number {lowest:g}-{highest:g}"
        )
    return float(value)


def _place(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _shown(value: object) -> str:
    return repr(value)[:SHOWN_CHARACTERS]
