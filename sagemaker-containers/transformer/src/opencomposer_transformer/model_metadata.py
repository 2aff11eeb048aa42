"""The interface of a model file: its inputs and outputs, and its metadata under the key `opencomposer`.

It imports numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from opencomposer_music.model_metadata import (
    Limits,
    Voice,
    broken_member,
    metadata_contract,
    metadata_to_json,
    read_limits,
    read_metadata,
    read_voices,
)
from opencomposer_music.time_signatures import BAR_SHAPES

from opencomposer_transformer import TECHNIQUE
from opencomposer_transformer.events import DENSITY_LEVELS, LineUp, Vocabulary

OPSET = 23
"""The first opset with attention to a past that is given as an input."""
EVENT_INPUTS = ("tokens", "places", "left", "density", "times", "numbers")
"""Inputs of the model file, [batch, events] in int64: see EventSequence; `numbers` are those of the events."""
VOICES_INPUT = "voices"
LOGITS = "logits"
MAX_LAYERS = 12
MAX_HEADS = 64
MAX_HEAD_WIDTH = 128
MAX_CONTEXT = 8192
MAX_SCORE = 20.0
CACHES_BYTES = 64 * 1024 * 1024
"""The caches of the candidates that are written at once take at most so much. A step holds them twice, and a model that
is not part of the image has 288 MiB in all (`opencomposer_serving.model_process`)."""
FLOAT_BYTES = 4
PITCH_CLASSES = 12

METADATA = metadata_contract(
    {
        "timeSignatures": {
            "type": "array",
            "minItems": 1,
            "maxItems": len(BAR_SHAPES),
            "items": {"enum": list(BAR_SHAPES)},
            "x-unit": "time signatures",
        },
        "pitchMargin": {"type": "integer", "minimum": 0, "maximum": 12},
        "densityEdges": {
            "type": "array",
            "minItems": DENSITY_LEVELS - 1,
            "maxItems": DENSITY_LEVELS - 1,
            "items": {"type": "number", "minimum": 0, "maximum": 1024},
        },
        "parallels": {
            "type": "array",
            "minItems": PITCH_CLASSES,
            "maxItems": PITCH_CLASSES,
            "items": {"type": "number", "minimum": -MAX_SCORE, "maximum": 0},
        },
        "context": {"type": "integer", "minimum": 64, "maximum": MAX_CONTEXT},
        "layers": {"type": "integer", "minimum": 1, "maximum": MAX_LAYERS},
        "heads": {"type": "integer", "minimum": 1, "maximum": MAX_HEADS},
        "headWidth": {"type": "integer", "minimum": 4, "maximum": MAX_HEAD_WIDTH},
    },
)
"""The members that this technique adds to the metadata of every model."""


@dataclass(frozen=True)
class TransformerMetadata:
    """The metadata of a Transformer.

    line_up: what it can write; density_edges: the onsets a bar and voice that part the four levels of density, rising;
    parallels: what two voices earn that move alike and keep each of the twelve intervals, 0 or less
    (`opencomposer_music.voice_leading`); context: the most events that it has learned to hear at once; layers, heads,
    head_width: the shape of the cache.
    """

    line_up: LineUp
    limits: Limits
    density_edges: tuple[float, ...]
    parallels: tuple[float, ...]
    context: int
    layers: int
    heads: int
    head_width: int
    technique: str = TECHNIQUE

    @property
    def voices(self) -> tuple[Voice, ...]:
        """Returns the voices of the line-up."""
        return self.line_up.voices

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Returns the tokens that follow from the line-up."""
        return Vocabulary(self.line_up)

    @property
    def candidates_at_once(self) -> int:
        """Returns the number of sequences of a full context whose caches fit into CACHES_BYTES, at least one."""
        return max(1, CACHES_BYTES // (self._cached_bytes * self.context))

    def most_heard_together(self, candidates: int) -> int:
        """Returns the number of events up to which the caches of so many sequences fit into CACHES_BYTES."""
        return CACHES_BYTES // (self._cached_bytes * candidates)

    @property
    def _cached_bytes(self) -> int:
        """Returns what the cache of one event takes."""
        return FLOAT_BYTES * 2 * self.layers * self.heads * self.head_width

    @property
    def past_inputs(self) -> tuple[str, ...]:
        """Returns the names of the inputs that hold the keys and values of earlier events, a pair for each layer."""
        return tuple(f"past_{kind}_{layer}" for layer in range(self.layers) for kind in ("keys", "values"))

    @property
    def present_outputs(self) -> tuple[str, ...]:
        """Returns the names of the outputs that hold those of all events, in the order of `past_inputs`."""
        return tuple(name.removeprefix("past_") for name in self.past_inputs)

    def to_json(self) -> str:
        """Returns the text for the model file's metadata."""
        return metadata_to_json(
            self.technique,
            self.voices,
            self.limits,
            {
                "timeSignatures": list(self.line_up.time_signatures),
                "pitchMargin": self.line_up.margin,
                "densityEdges": list(self.density_edges),
                "parallels": list(self.parallels),
                "context": self.context,
                "layers": self.layers,
                "heads": self.heads,
                "headWidth": self.head_width,
            },
        )


def parse_metadata(text: str) -> TransformerMetadata:
    """Reads and checks the metadata of a model file. Raises ValueError with one sentence naming the broken member."""
    root = read_metadata(text, METADATA, TECHNIQUE)
    signatures, edges = list(root["timeSignatures"]), [float(edge) for edge in root["densityEdges"]]
    if len(set(signatures)) < len(signatures):
        raise ValueError(broken_member("timeSignatures", ", ".join(signatures), "a list in which each stands once"))
    if edges != sorted(edges):
        raise ValueError(broken_member("densityEdges", edges, "a list of rising numbers"))
    return TransformerMetadata(
        LineUp(read_voices(root), tuple(signatures), int(root["pitchMargin"])),
        read_limits(root),
        tuple(edges),
        tuple(float(score) for score in root["parallels"]),
        int(root["context"]),
        int(root["layers"]),
        int(root["heads"]),
        int(root["headWidth"]),
    )
