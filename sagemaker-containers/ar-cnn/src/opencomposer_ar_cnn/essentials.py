"""What must be known to use a model file: carried in its metadata under the key `opencomposer`.

Imports numpy only: the inference image has nothing else.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from opencomposer_shared.decoding import Limits, Voice, limits_to_json, voice_to_json

from opencomposer_ar_cnn.sampling import EditorLimits

TECHNIQUE = "ar-cnn"
LONGEST_VOICE_NAME = 64
HIGHEST_DENSITY = 16.0


@dataclass(frozen=True)
class EditorEssentials:
    """voices: the given melody, and the voices added to it, which are one track; density: the mean number of pitches
    that sound in the training music, in units of four."""

    voices: tuple[Voice, Voice]
    limits: Limits
    density: float
    technique: str = TECHNIQUE

    @property
    def editor_limits(self) -> EditorLimits:
        """What the sampler must know."""
        return EditorLimits(self.limits.lowest_pitch, self.limits.highest_pitch, self.density)

    def to_json(self) -> str:
        """The text for the model file's metadata."""
        return json.dumps(
            {
                "schemaVersion": 1,
                "technique": self.technique,
                "voices": [voice_to_json(voice) for voice in self.voices],
                "limits": limits_to_json(self.limits),
                "density": self.density,
            },
            sort_keys=True,
        )


def parse_essentials(text: str) -> EditorEssentials:
    """Read and check the metadata of a model file. Raises ValueError with one sentence naming what is wrong."""
    try:
        root = _mapping(json.loads(text), "the metadata")
    except json.JSONDecodeError:
        raise ValueError("the model's metadata is not JSON") from None
    if root.get("schemaVersion") != 1:
        raise ValueError(f"the model's metadata has schemaVersion {str(root.get('schemaVersion'))[:60]!r}, not 1")
    if root.get("technique") != TECHNIQUE:
        raise ValueError(f"it is a model of {str(root.get('technique'))[:60]!r}, expected {TECHNIQUE!r}")
    voices = root.get("voices")
    if not isinstance(voices, list) or len(voices) != 2:
        raise ValueError("the model's metadata must list 2 voices")
    limits = _mapping(root.get("limits"), "limits")
    if limits.get("stepsPerBeat") != 4 or limits.get("beatsPerBar") != 4:
        raise ValueError("the model's metadata is for another grid than four sixteenths a beat and four beats a bar")
    lowest = _integer(limits, "lowestPitch", 0, 127, "limits")
    density = root.get("density")
    if isinstance(density, bool) or not isinstance(density, int | float) or not math.isfinite(density):
        raise ValueError("density of the model's metadata is no number")
    if not 0 < density <= HIGHEST_DENSITY:
        raise ValueError(f"density of the model's metadata is {density}, not over 0 and up to {HIGHEST_DENSITY:g}")
    return EditorEssentials(
        (_voice(voices[0], "voices[0]"), _voice(voices[1], "voices[1]")),
        Limits(
            _integer(limits, "maxBars", 1, 4096, "limits"),
            lowest,
            _integer(limits, "highestPitch", lowest + 11, 127, "limits"),
        ),
        float(density),
    )


def _voice(value: object, where: str) -> Voice:
    entry = _mapping(value, where)
    name = entry.get("name")
    if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_VOICE_NAME:
        raise ValueError(f"{where}.name is no text of 1 to {LONGEST_VOICE_NAME} characters")
    lowest = _integer(entry, "lowestPitch", 0, 127, where)
    return Voice(
        name,
        _integer(entry, "program", 0, 127, where),
        "monophonic" if entry.get("head") == "monophonic" else "polyphonic",
        lowest,
        _integer(entry, "highestPitch", lowest, 127, where),
    )


def _mapping(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError(f"{where} of the model's metadata is no object")
    return value


def _integer(values: Mapping[str, object], key: str, lowest: int, highest: int, where: str) -> int:
    value = values.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise ValueError(
            f"{where}.{key} of the model's metadata is {str(value)[:60]}, not an integer {lowest}-{highest}"
        )
    return value
