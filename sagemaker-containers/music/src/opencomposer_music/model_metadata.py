"""The voices and limits that every technique's model file states in its metadata and on its card.

contracts/model-metadata.schema.json describes them, and each technique its own members. The metadata is as untrusted
as the rest of the file: each reader raises ValueError with one sentence that names the broken member. It
imports no numpy.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from opencomposer_music.contract import Contract, load_schema
from opencomposer_music.time_signatures import BAR_SHAPES, COMMON_TIME, TRAINABLE_TIME_SIGNATURES, BarShape

SCHEMA_VERSION = 1
MIN_PITCHES = 12
"""The part of the keyboard that a network sees has at least so many pitches."""
MAX_SHOWN_CHARACTERS = 60
"""An error's sentence repeats at most so many characters of a wrong value."""

TRAINABLE_BARS = tuple(BAR_SHAPES[name] for name in TRAINABLE_TIME_SIGNATURES)
"""The shapes of bars that a model may have been trained in."""

Head = Literal["monophonic", "polyphonic", "drums"]
"""One note at a time, several, or hits of drums, whose pitches are no tones."""


@dataclass(frozen=True)
class Voice:
    """One voice of a model. Voice 0 is the melody, which is given and never generated."""

    name: str
    program: int
    head: Head
    lowest_pitch: int
    highest_pitch: int

    @property
    def is_drums(self) -> bool:
        """Returns True if the pitches stand for drums."""
        return self.head == "drums"


@dataclass(frozen=True)
class Limits:
    """The pieces that a model can take. The pitch range is the window of the keyboard that the network sees; `bar` is
    the shape of the bars of the one time signature that it was trained in."""

    max_bars: int
    lowest_pitch: int
    highest_pitch: int
    bar: BarShape = COMMON_TIME


def voice_to_json(voice: Voice) -> dict[str, Any]:
    """Returns a voice as metadata and model card have it."""
    return {
        "name": voice.name,
        "program": voice.program,
        "head": voice.head,
        "lowestPitch": voice.lowest_pitch,
        "highestPitch": voice.highest_pitch,
    }


def limits_to_json(limits: Limits) -> dict[str, int]:
    """Returns limits as metadata and model card have them."""
    return {
        "maxBars": limits.max_bars,
        "stepsPerBeat": limits.bar.beat_steps,
        "beatsPerBar": limits.bar.beats,
        "lowestPitch": limits.lowest_pitch,
        "highestPitch": limits.highest_pitch,
    }


def metadata_to_json(technique: str, voices: Iterable[Voice], limits: Limits, members: Mapping[str, Any]) -> str:
    """Returns the text for a model file's metadata. members: those that the technique adds."""
    metadata = {
        "schemaVersion": SCHEMA_VERSION,
        "technique": technique,
        "voices": [voice_to_json(voice) for voice in voices],
        "limits": limits_to_json(limits),
        **members,
    }
    return json.dumps(metadata, sort_keys=True)


def metadata_contract(members: Mapping[str, Any], *, optional: tuple[str, ...] = ()) -> Contract:
    """Returns the contract of a technique's metadata.

    members: the JSON Schema of each member that the technique adds, or narrows; optional: the names of those members
    that may be absent.
    """
    schema = load_schema("model-metadata")
    added = members.keys() - schema["properties"].keys() - set(optional)
    schema["properties"] |= members
    schema["required"] += sorted(added)
    return Contract(schema)


def read_metadata(text: str, contract: Contract, technique: str | None = None) -> Mapping[str, Any]:
    """Returns the metadata's JSON object, which keeps the contract and, where a technique is given, names that one."""
    try:
        # Python reads NaN and Infinity, which JSON does not have. As text they are refused where a number is required.
        root = json.loads(text, parse_constant=str)
    except ValueError:
        raise ValueError("the model's metadata is not JSON") from None
    if not isinstance(root, dict):
        raise ValueError("the model's metadata is no object")
    if root.get("schemaVersion") != SCHEMA_VERSION:
        found = _shown(repr(root.get("schemaVersion")))
        raise ValueError(f"the model's metadata has schemaVersion {found}, not {SCHEMA_VERSION}")
    named = root.get("technique")
    if not isinstance(named, str):
        raise ValueError("the model's metadata names no technique")
    if technique is not None and named != technique:
        raise ValueError(f"it is a model of {_shown(repr(named))}, expected {technique!r}")
    fault = contract.first_fault(root)
    if fault is None:
        return root
    if fault.kind == "missing":
        raise ValueError(f"the model's metadata lacks {fault.place}, which is {fault.allowed}")
    raise ValueError(broken_member(fault.place, fault.shown_value, fault.allowed))


def read_voices(root: Mapping[str, Any]) -> tuple[Voice, ...]:
    """Returns the voices of metadata that keeps its contract."""
    voices = tuple(_read_voice(entry, f"voices[{index}]") for index, entry in enumerate(root["voices"]))
    if voices[0].is_drums:
        raise ValueError(broken_member("voices[0].head", "drums", "monophonic or polyphonic"))
    if all(voice.is_drums for voice in voices[1:]):
        raise ValueError(broken_member("voices[1].head", "drums", "monophonic or polyphonic, as no voice has tones"))
    return voices


def _read_voice(entry: Mapping[str, Any], place: str) -> Voice:
    lowest, highest = int(entry["lowestPitch"]), int(entry["highestPitch"])
    if highest < lowest:
        raise ValueError(broken_member(f"{place}.highestPitch", highest, f"an integer from {lowest} to 127"))
    return Voice(entry["name"], int(entry["program"]), entry["head"], lowest, highest)


def read_limits(root: Mapping[str, Any]) -> Limits:
    """Returns the limits of metadata that keeps its contract."""
    limits = root["limits"]
    lowest, highest = int(limits["lowestPitch"]), int(limits["highestPitch"])
    min_ = lowest + MIN_PITCHES - 1
    if highest < min_:
        raise ValueError(broken_member("limits.highestPitch", highest, f"an integer from {min_} to 127"))
    return Limits(int(limits["maxBars"]), lowest, highest, _read_bar(limits))


def _read_bar(limits: Mapping[str, Any]) -> BarShape:
    beats, beat_steps = int(limits["beatsPerBar"]), int(limits["stepsPerBeat"])
    allowed = [shape for shape in TRAINABLE_BARS if shape.beat_steps == beat_steps]
    bar = BarShape(beats, beat_steps)
    if bar not in allowed:
        raise ValueError(broken_member("limits.beatsPerBar", beats, " or ".join(str(shape.beats) for shape in allowed)))
    return bar


def broken_member(place: str, value: object, allowed: str) -> str:
    """Returns the sentence about a broken member of the metadata."""
    return f"{place} of the model's metadata is {_shown(str(value))}, not {allowed}"


def _shown(text: str) -> str:
    return text if len(text) <= MAX_SHOWN_CHARACTERS else text[: MAX_SHOWN_CHARACTERS - 1] + "…"
