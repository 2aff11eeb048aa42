"""The interface of a model file: its outputs, and its metadata under the key `opencomposer`.

It imports numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass

from opencomposer_music.contract import load_schema
from opencomposer_music.model_metadata import (
    Limits,
    Voice,
    metadata_contract,
    metadata_to_json,
    read_limits,
    read_metadata,
    read_voices,
)
from opencomposer_music.piano_roll import PITCHES

from opencomposer_ar_cnn import TECHNIQUE
from opencomposer_ar_cnn.editable_piece import EditLimits

OUTPUTS = ("toggle_logits", "start_logits")
"""The names of the outputs in a model's file. `start_logits` are the onset logits; stored models have that name."""
INPUT_PLANES = ("roll", "onsets", "locked", "original", "phrase ends")
"""The planes that a network sees. The last one is set where a note that ends a phrase sounds; networks of version 0.2
do not have it."""
MIN_DENSITY = 1e-4
MAX_DENSITY = 16.0

METADATA = metadata_contract(
    {
        "voices": {**load_schema("model-metadata")["properties"]["voices"], "maxItems": 2},
        "density": {"type": "number", "minimum": MIN_DENSITY, "maximum": MAX_DENSITY},
        "mostAtOnce": {"type": "integer", "minimum": 1, "maximum": PITCHES},
        "phraseEnds": {"type": "boolean"},
    },
    optional=("phraseEnds",),
)
"""The members that this technique adds. Without `phraseEnds`, as in older files, the network has no plane for phrase
ends."""


def input_planes(hears_phrase_ends: bool) -> int:
    """Returns the number of planes of a network's input."""
    return len(INPUT_PLANES) if hears_phrase_ends else len(INPUT_PLANES) - 1


@dataclass(frozen=True)
class ArCnnMetadata:
    """The metadata of an AR-CNN. voices: the given melody, and the voices added to it, which are one track; density:
    the mean number of pitches that sound at once in the training music, over the steps at which any does, in units of
    four; max_polyphony: the maximum number of pitches that ever sound at once in it (`mostAtOnce` in the file, a
    name that stored models have); hears_phrase_ends: the network has an input plane that says where phrases end."""

    voices: tuple[Voice, Voice]
    limits: Limits
    density: float
    max_polyphony: int
    technique: str = TECHNIQUE
    hears_phrase_ends: bool = False

    @property
    def input_planes(self) -> int:
        """Returns the number of planes of the network's input."""
        return input_planes(self.hears_phrase_ends)

    @property
    def edit_limits(self) -> EditLimits:
        """Returns the limits that the sampler keeps."""
        return EditLimits(
            self.limits.lowest_pitch,
            self.limits.highest_pitch,
            self.density,
            self.max_polyphony,
            self.hears_phrase_ends,
            self.limits.bar,
        )

    def to_json(self) -> str:
        """Returns the text for the model file's metadata."""
        return metadata_to_json(
            self.technique,
            self.voices,
            self.limits,
            {
                "density": self.density,
                "mostAtOnce": self.max_polyphony,
                **({"phraseEnds": True} if self.hears_phrase_ends else {}),
            },
        )


def parse_metadata(text: str) -> ArCnnMetadata:
    """Reads and checks the metadata of a model file. Raises ValueError with one sentence naming the broken member."""
    root = read_metadata(text, METADATA, TECHNIQUE)
    melody, added = read_voices(root)
    return ArCnnMetadata(
        (melody, added),
        read_limits(root),
        float(root["density"]),
        int(root["mostAtOnce"]),
        hears_phrase_ends=bool(root.get("phraseEnds", False)),
    )
