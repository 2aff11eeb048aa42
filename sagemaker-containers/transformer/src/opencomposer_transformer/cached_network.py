"""Runs an exported network over events, a few at a time: what it has heard stays in a cache of keys and values.

It takes numpy and ONNX Runtime only.
"""

from __future__ import annotations

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

GROWTH = 128
"""Where a buffer for keys or values gets too small, its successor has room for so many events more than are needed."""
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


class _Tensor:
    """Keys or values of all that was heard, [batch, heads, events, width], and the memory that takes those of the next
    run.

    ONNX Runtime would ask the system for new memory in each run, and to get and clear it took three quarters of the
    time of a run that follows a thousand events. So the two change roles instead.
    """

    def __init__(self, heads: int, width: int) -> None:
        self._heads, self._width = heads, width
        self._memory: Floats = np.zeros(1, dtype=np.float32)
        self._spare: Floats = np.zeros(1, dtype=np.float32)
        self.heard: Floats = self._view(self._memory, 0, 0)

    def _view(self, memory: Floats, batch: int, events: int) -> Floats:
        shape = (batch, self._heads, events, self._width)
        return memory[: batch * self._heads * events * self._width].reshape(shape)

    def room(self, batch: int, events: int) -> Floats:
        """Returns memory for as many events of as many sequences, beside those that were heard."""
        per_event = batch * self._heads * self._width
        if len(self._spare) < per_event * events:
            self._spare = np.zeros(1, dtype=np.float32)
            self._spare = np.empty(per_event * (events + GROWTH), dtype=np.float32)
        return self._view(self._spare, batch, events)

    def take(self, heard: Floats) -> None:
        """Takes what `room` has returned, now filled, as what was heard."""
        self._memory, self._spare, self.heard = self._spare, self._memory, heard

    def forget(self, batch: int) -> None:
        """Forgets all that was heard, but not the memory. batch: the sequences that will be heard."""
        self.heard = self._view(self._memory, batch, 0)

    def repeat(self, times: int) -> None:
        """Lets each sequence stand so many times side by side."""
        batch, _, events, _ = self.heard.shape
        room = self.room(batch * times, events)
        room.reshape(batch, times, *self.heard.shape[1:])[:] = self.heard[:, np.newaxis]
        self.take(room)

    def keep(self, number: int) -> None:
        """Keeps one of the sequences, in memory of its own size."""
        alone = self.heard[number : number + 1]
        self._spare = np.zeros(1, dtype=np.float32)
        room = self.room(1, alone.shape[2])
        room[:] = alone
        self.take(room)
        self._spare = np.zeros(1, dtype=np.float32)


class CachedNetwork:
    """One model on its way through sequences of equal length, side by side."""

    def __init__(self, network: LoadedNetwork) -> None:
        metadata = network.metadata
        self._session, self._metadata = network.session, metadata
        self._voices: Floats = np.zeros((0, 0), dtype=np.float32)
        self._cache = {
            names: _Tensor(metadata.heads, metadata.head_width)
            for names in zip(metadata.past_inputs, metadata.present_outputs, strict=True)
        }
        self.heard = 0

    def start(self, events: EventColumns, voices: Floats, *, candidates: int = 1) -> Floats:
        """Forgets all and hears events; voices: [batch, voices].

        candidates: the number of sequences that go on from each; those of the first sequence come first. Returns the
        logits [batch * candidates, tokens] of what comes next. Raises ModelRejected when the run fails.
        """
        self._voices, self.heard = voices, 0
        for tensor in self._cache.values():
            tensor.forget(len(events.tokens))
        for first in range(0, max(1, events.tokens.shape[1]), EVENTS_AT_ONCE):
            part = (np.ascontiguousarray(column[:, first : first + EVENTS_AT_ONCE]) for column in events)
            logits = self.step(EventColumns(*part))
        if candidates > 1:
            self._voices = np.repeat(voices, candidates, axis=0)
            for tensor in self._cache.values():
                tensor.repeat(candidates)
        return np.repeat(logits, candidates, axis=0)

    def step(self, events: EventColumns) -> Floats:
        """Hears further events. Returns and raises as `start` does."""
        batch, count = events.tokens.shape
        numbers = np.broadcast_to(np.arange(self.heard, self.heard + count, dtype=np.int64), (batch, count))
        heard = self.heard + count
        rooms = [tensor.room(batch, heard) for tensor in self._cache.values()]
        try:
            binding = self._session.io_binding()
            for name, column in zip(EVENT_INPUTS, (*events, np.ascontiguousarray(numbers)), strict=True):
                binding.bind_cpu_input(name, column)
            binding.bind_cpu_input(VOICES_INPUT, self._voices)
            binding.bind_output(LOGITS)
            for (past, present), room in zip(self._cache, rooms, strict=True):
                binding.bind_cpu_input(past, self._cache[past, present].heard)
                binding.bind_output(present, "cpu", 0, np.float32, room.shape, room.ctypes.data)
            self._session.run_with_iobinding(binding)
            logits = binding.get_outputs()[0].numpy()
        except Exception as error:  # noqa: BLE001 - ONNX Runtime's exceptions share no base class of their own
            raise ModelRejected(f"ONNX Runtime cannot run it ({str(error).splitlines()[0][:200]})") from None
        self._check(logits, batch)
        self.heard = heard
        for tensor, room in zip(self._cache.values(), rooms, strict=True):
            tensor.take(room)
        return np.asarray(logits, dtype=np.float32)

    def keep(self, number: int) -> None:
        """Goes on with one of the sequences alone."""
        self._voices = self._voices[number : number + 1]
        for tensor in self._cache.values():
            tensor.keep(number)

    def _check(self, logits: Floats, batch: int) -> None:
        wanted = (batch, self._metadata.vocabulary.size)
        if logits.shape != wanted:
            raise ModelRejected(f"it returns logits of the shape {list(logits.shape)}, expected {list(wanted)}")
        if not np.isfinite(logits).all():
            raise ModelRejected("it returns numbers that are not finite")


def _named(*shapes: TensorShape) -> dict[str, TensorShape]:
    return {shape.name: shape for shape in shapes}
