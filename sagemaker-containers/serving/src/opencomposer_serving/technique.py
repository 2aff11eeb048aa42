"""The only interface between a technique and the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from opencomposer_music.piano_roll import Note
from opencomposer_music.technique_document import TechniqueDocument

from opencomposer_serving.deadline import Deadline
from opencomposer_serving.invocation import InvocationRequest

ModelT = TypeVar("ModelT")


@dataclass(frozen=True)
class GeneratedTrack:
    """One voice that the technique wrote; `program` is the General MIDI number 0-127. The pitches of drums stand for
    drums, as on MIDI channel 10."""

    name: str
    program: int
    notes: Sequence[Note]
    is_drums: bool = False


@dataclass(frozen=True)
class Generated:
    """The music that a technique made for a request.

    A voice that rests in the whole piece has no track. `extra` holds the response's optional members as JSON-ready
    values (`editEvents`, `melody`, `phraseEnds`, `remarks`, `continuation`: see
    contracts/invocation-response.schema.json).
    """

    tracks: Sequence[GeneratedTrack]
    metrics: Mapping[str, float]
    extra: Mapping[str, object] = field(default_factory=dict)


class Technique(Protocol[ModelT]):
    """A technique's part of the server: it loads models and composes with them.

    `load` and `generate` are called from many threads, `generate` from one at a time.
    """

    @property
    def document(self) -> TechniqueDocument:
        """Returns the technique's document: its id and the parameters of a request, beside which others are refused."""

    def load(self, model: bytes) -> ModelT:
        """Makes the model from its file's bytes (already checked by sha256).

        Raises ModelRejected with the reason when the bytes are not a model of this technique.
        """

    def rehearse(self, model: ModelT) -> None:
        """Runs the longest piece that the model allows once, with any music.

        Raises ModelRejected when that does not work. It is called for untrusted models, before their first request.
        """

    def generate(self, model: ModelT, request: InvocationRequest, deadline: Deadline) -> Generated:
        """Composes. The same model and request give the same result.

        A technique that runs a loop checks `deadline` in each turn.
        """
