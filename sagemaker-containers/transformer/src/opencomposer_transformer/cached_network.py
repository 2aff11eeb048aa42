"""Runs an exported network over events, a few at a time: what it has heard stays in a cache of keys and values.

It takes numpy and ONNX Runtime only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnxruntime
from opencomposer_serving.failures import ModelRejected
from opencomposer_serving.onnx_file import check_opset, embedded_metadata, summarize
from opencomposer_serving.onnx_model import TensorShape, check_tensors, open_session

from opencomposer_transformer.events import FIRST_POSITION, LEFT_UNKNOWN, EventColumns, Floats
from opencomposer_transformer.model_metadata import (
    EVENT_INPUTS,
    LOGITS,
    OPSET,
    VOICES_INPUT,
    TransformerMetadata,
    parse_metadata,
)

EVENTS_AT_ONCE = 400
"""Attention to many events takes memory with their square, so that more than so many are heard one part after the
other."""


@dataclass(frozen=True)
class LoadedNetwork:
    """A loaded model: its ONNX Runtime session and its metadata."""

    session: onnxruntime.InferenceSession
    metadata: TransformerMetadata


def load_network(model: bytes, threads: int) -> LoadedNetwork:
    """Checks an ONNX file of the exporter and opens it.

    Raises ModelRejected with the reason when the file is anything else or two events do not run through it.
    """
    summary = summarize(model)
    check_opset(summary, OPSET)
    try:
        metadata = parse_metadata(embedded_metadata(summary))
    except (ValueError, RecursionError) as error:
        raise ModelRejected(str(error)) from None
    session = open_session(model, threads)
    cache = (None, metadata.heads, None, metadata.head_width)
    check_tensors(
        session,
        inputs=_named(
            *(TensorShape(name, (None, None), "int64") for name in EVENT_INPUTS),
            TensorShape(VOICES_INPUT, (None, metadata.vocabulary.voices)),
            *(TensorShape(name, cache) for name in metadata.past_inputs),
        ),
        outputs=_named(
            TensorShape(LOGITS, (None, metadata.vocabulary.size)),
            *(TensorShape(name, cache) for name in metadata.present_outputs),
        ),
    )
    network = LoadedNetwork(session, metadata)
    run_on_silence(network, 1, 2)
    return network


def run_on_silence(network: LoadedNetwork, candidates: int, events: int) -> None:
    """Runs the network on `events` events and on one more. Raises ModelRejected when that does not work."""
    column = np.full((1, events), FIRST_POSITION, dtype=np.int64)
    zeros = np.zeros_like(column)
    voices = np.ones((1, network.metadata.vocabulary.voices), dtype=np.float32)
    heard = CachedNetwork(network)
    told = EventColumns(column, zeros, zeros + LEFT_UNKNOWN, zeros, zeros)
    heard.start(told, voices, candidates=candidates)
    heard.step(EventColumns(*(np.repeat(part[:, :1], candidates, axis=0) for part in told)))


class CachedNetwork:
    """One model on its way through sequences of equal length, side by side."""

    def __init__(self, network: LoadedNetwork) -> None:
        self._session = network.session
        self._metadata = network.metadata
        self._outputs = [LOGITS, *network.metadata.present_outputs]
        self._voices: Floats = np.zeros((0, 0), dtype=np.float32)
        self._cache: list[Floats] = []
        self.heard = 0

    def start(self, events: EventColumns, voices: Floats, *, candidates: int = 1) -> Floats:
        """Forgets all and hears events; voices: [batch, voices].

        candidates: the number of sequences that go on from each; those of the first sequence come first. Returns the
        logits [batch * candidates, tokens] of what comes next. Raises ModelRejected when the run fails.
        """
        width = self._metadata.head_width
        empty = np.zeros((len(events.tokens), self._metadata.heads, 0, width), dtype=np.float32)
        self._voices, self.heard = voices, 0
        self._cache = [empty] * len(self._metadata.past_inputs)
        for first in range(0, max(1, events.tokens.shape[1]), EVENTS_AT_ONCE):
            part = (np.ascontiguousarray(column[:, first : first + EVENTS_AT_ONCE]) for column in events)
            logits = self.step(EventColumns(*part))
        if candidates > 1:
            self._voices = np.repeat(voices, candidates, axis=0)
            self._cache = [np.repeat(cache, candidates, axis=0) for cache in self._cache]
        return np.repeat(logits, candidates, axis=0)

    def step(self, events: EventColumns) -> Floats:
        """Hears further events. Returns and raises as `start` does."""
        batch, count = events.tokens.shape
        numbers = np.broadcast_to(np.arange(self.heard, self.heard + count, dtype=np.int64), (batch, count))
        feed = {
            **dict(zip(EVENT_INPUTS, (*events, np.ascontiguousarray(numbers)), strict=True)),
            VOICES_INPUT: self._voices,
            **dict(zip(self._metadata.past_inputs, self._cache, strict=True)),
        }
        try:
            logits, *cache = self._session.run(self._outputs, feed)
        except Exception as error:  # noqa: BLE001 - ONNX Runtime's exceptions share no base class of their own
            raise ModelRejected(f"ONNX Runtime cannot run it ({str(error).splitlines()[0][:200]})") from None
        self.heard += count
        self._check(logits, cache, batch)
        self._cache = cache
        return np.asarray(logits, dtype=np.float32)

    def keep(self, number: int) -> None:
        """Goes on with one of the sequences alone."""
        self._voices = self._voices[number : number + 1]
        self._cache = [np.ascontiguousarray(cache[number : number + 1]) for cache in self._cache]

    def _check(self, logits: Floats, cache: Sequence[Floats], batch: int) -> None:
        wanted = (batch, self._metadata.vocabulary.size)
        if logits.shape != wanted:
            raise ModelRejected(f"it returns logits of the shape {list(logits.shape)}, expected {list(wanted)}")
        if not np.isfinite(logits).all():
            raise ModelRejected("it returns numbers that are not finite")
        shape = (batch, self._metadata.heads, self.heard, self._metadata.head_width)
        for name, found in zip(self._metadata.present_outputs, cache, strict=True):
            if found.shape != shape:
                raise ModelRejected(f"it returns {name} of the shape {list(found.shape)}, expected {list(shape)}")


def _named(*shapes: TensorShape) -> dict[str, TensorShape]:
    return {shape.name: shape for shape in shapes}
