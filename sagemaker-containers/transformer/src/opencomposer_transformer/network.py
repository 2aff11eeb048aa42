"""The network of the Transformer: a decoder that gives, after each event of a piece, a logit for every event that may
come next.

An event is told with what stands beside it (`events`): its place in the bar, the bars that are left, the density that
is wanted, the voices that there are, and its time. Positions are two clocks: half of each attention head is turned by
the number of the event, and half by musical time, so that "a bar ago" is the same turn everywhere in a piece and an
event behind a gap still stands where it sounds.

Comments behind the lines give the shapes: b pieces, t events, n the vocabulary, d the width, h heads, w = d / h.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from opencomposer_training.learner import ModelSize
from torch import Tensor, nn
from torch.nn import functional

from opencomposer_transformer.events import DENSITY_VALUES, LEFT_VALUES, NOTHING, Vocabulary

DROPOUT = 0.1
MLP_FACTOR = 4
"""The hidden layer of a block is so many times as wide as the network."""
EPSILON = 1e-6
"""It is added to a mean square before it divides."""
INITIAL_DEVIATION = 0.02
NUMBER_BASE = 1000.0
"""The slowest turn by the number of an event is so many times slower than the quickest."""
SHORTEST_PERIOD = 2.0
LONGEST_PERIOD = 256.0
"""Turns by musical time take from two sixteenths to sixteen bars of 4/4."""
LOGIT_FACTOR = 0.25
"""The scale of the logits begins with so many times the root of the width, and is learned."""


class NetworkSize(NamedTuple):
    """The width of the network, its blocks, and the attention heads of each."""

    width: int
    layers: int
    heads: int


SIZES: Mapping[ModelSize, NetworkSize] = {"small": NetworkSize(128, 4, 4), "large": NetworkSize(256, 8, 8)}


@dataclass(frozen=True)
class NetworkShape:
    """Everything that fixes the layers' sizes.

    tokens, places: how many values the tokens and the side input `places` can have; voices: the voices of the line-up;
    width, layers, heads: see NetworkSize.
    """

    tokens: int
    places: int
    voices: int
    width: int
    layers: int
    heads: int

    @classmethod
    def of(cls, vocabulary: Vocabulary, size: NetworkSize) -> NetworkShape:
        """Returns the layer sizes for a vocabulary."""
        return cls(vocabulary.size, vocabulary.places, vocabulary.voices, *size)

    def __post_init__(self) -> None:
        if self.width % (4 * self.heads) != 0:
            raise ValueError(f"the width of {self.heads} heads is a multiple of {4 * self.heads}, not {self.width}")

    @property
    def head_width(self) -> int:
        """Returns the width of one attention head."""
        return self.width // self.heads


class EventInputs(NamedTuple):
    """Events as the network takes them, [b, t] each and int64, but for `voices`, [b, voices], which are 0 or 1 in
    float32. See EventSequence.

    numbers: the number of each event in its sequence, from 0.
    """

    tokens: Tensor
    places: Tensor
    left: Tensor
    density: Tensor
    times: Tensor
    numbers: Tensor
    voices: Tensor


class EventTable(nn.Module):
    """The vectors of the events. A vector is the sum of the event's own and those of its features (voice, pitch, pitch
    class), so that what is learned of one note helps with its octaves and in other voices."""

    features: Tensor

    def __init__(self, features: npt.NDArray[np.bool_], width: int) -> None:
        """features: [tokens, features], which features each event has."""
        super().__init__()
        tokens, count = features.shape
        self.own = nn.Parameter(torch.randn(tokens, width) * INITIAL_DEVIATION)
        self.parts = nn.Parameter(torch.randn(count, width) * INITIAL_DEVIATION)
        self.register_buffer("features", torch.from_numpy(features.astype(np.float32)), persistent=False)

    def forward(self) -> Tensor:
        """Returns the table, [n, d]."""
        return self.own + self.features @ self.parts


class Block(nn.Module):
    """Attention to the events up to this one, and a layer over each event by itself; both are added to their input."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        width = shape.width
        self.heads = shape.heads
        self.attention_in = nn.Linear(width, 3 * width, bias=False)
        self.attention_out = nn.Linear(width, width, bias=False)
        self.up = nn.Linear(width, MLP_FACTOR * width, bias=False)
        self.down = nn.Linear(MLP_FACTOR * width, width, bias=False)
        self.gain = nn.Parameter(torch.ones(shape.heads))
        self.dropout = nn.Dropout(DROPOUT)
        # A block begins as the identity.
        nn.init.zeros_(self.attention_out.weight)
        nn.init.zeros_(self.down.weight)

    def forward(self, x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
        """Returns [b, t, d] for x of the same shape. cosines, sines: [b, 1, t, w / 2]."""
        batch, events, width = x.shape
        triple = self.attention_in(normalized(x)).view(batch, events, 3, self.heads, -1)  # (b, t, 3, h, w)
        queries, keys, values = triple.permute(2, 0, 3, 1, 4)  # (b, h, t, w) each
        queries = turned(normalized(queries), cosines, sines) * self.gain.view(-1, 1, 1)
        keys = turned(normalized(keys), cosines, sines)
        # Dropout inside of attention would keep PyTorch from its fused kernel on a CPU, which is a quarter quicker.
        heard = functional.scaled_dot_product_attention(queries, keys, values, is_causal=True)  # (b, h, t, w)
        x = x + self.dropout(self.attention_out(heard.transpose(1, 2).reshape(batch, events, width)))
        changed: Tensor = x + self.dropout(self.down(functional.relu(self.up(normalized(x))).square()))
        return changed


def event_features(vocabulary: Vocabulary) -> npt.NDArray[np.bool_]:
    """Returns which features each token has, [tokens, features]: its voice, its pitch, its pitch class."""
    voice, pitch = vocabulary.voice_of, vocabulary.pitch_of
    pitch_class = np.where(pitch == NOTHING, NOTHING, pitch % 12)
    columns = (
        numbers[:, None] == np.unique(numbers[numbers != NOTHING])[None] for numbers in (voice, pitch, pitch_class)
    )
    return np.concatenate(list(columns), axis=1)


class DecoderNetwork(nn.Module):
    """Turns events into the logits of the event after each. Its input and output share one table."""

    number_turns: Tensor
    time_turns: Tensor

    def __init__(self, shape: NetworkShape, features: npt.NDArray[np.bool_]) -> None:
        """features: [tokens, features], which features each event of the vocabulary has (EventTable)."""
        super().__init__()
        if len(features) != shape.tokens:
            raise ValueError(f"features must have a row for each of {shape.tokens} tokens, but has {len(features)}")
        self.shape = shape
        width = shape.width
        self.table = EventTable(features, width)
        self.place = nn.Embedding(shape.places, width)
        self.left = nn.Embedding(LEFT_VALUES, width)
        self.density = nn.Embedding(DENSITY_VALUES, width)
        self.voice = nn.Embedding(shape.voices, width)
        for embedding in (self.place, self.left, self.density, self.voice):
            nn.init.normal_(embedding.weight, std=INITIAL_DEVIATION)
        self.dropout = nn.Dropout(DROPOUT)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.scale = nn.Parameter(torch.tensor(LOGIT_FACTOR * math.sqrt(width)))
        number_turns, time_turns = _turns(shape.head_width)
        self.register_buffer("number_turns", number_turns, persistent=False)
        self.register_buffer("time_turns", time_turns, persistent=False)

    def forward(self, events: EventInputs) -> Tensor:
        """Returns the logits [b, t, n] of the event after each."""
        table = self.table()
        x = functional.embedding(events.tokens, table) + self.place(events.places)  # (b, t, d)
        x = x + self.left(events.left) + self.density(events.density)
        x = x + (events.voices @ self.voice.weight)[:, None]
        x = self.dropout(normalized(x))
        cosines, sines = self._angles(events)
        for block in self.blocks:
            x = block(x, cosines, sines)
        logits: Tensor = normalized(x) @ table.T * self.scale
        return logits.float()

    def _angles(self, events: EventInputs) -> tuple[Tensor, Tensor]:
        """Returns the cosines and sines of the turns, [b, 1, t, w / 2] each."""
        angles = events.numbers[..., None] * self.number_turns + events.times[..., None] * self.time_turns
        angles = angles[:, None]
        return angles.cos(), angles.sin()


def normalized(x: Tensor) -> Tensor:
    """Returns vectors of a mean square of 1 (RMSNorm without a gain)."""
    return functional.rms_norm(x, x.shape[-1:], eps=EPSILON)


def turned(x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Returns vectors whose pairs of numbers, one of the first half and one of the second, are turned by the angles."""
    first, second = x.chunk(2, -1)
    return torch.cat([first * cosines - second * sines, first * sines + second * cosines], -1)


def _turns(head_width: int) -> tuple[Tensor, Tensor]:
    """Returns by how much each pair of numbers of a head turns an event and a sixteenth, [w / 2] each: the first half
    of the pairs by events, the second by time."""
    half = head_width // 2
    by_number = half // 2
    by_time = half - by_number
    number_turns, time_turns = torch.zeros(half), torch.zeros(half)
    number_turns[:by_number] = NUMBER_BASE ** (-torch.arange(by_number) / by_number)
    octaves = math.log2(LONGEST_PERIOD / SHORTEST_PERIOD) / max(1, by_time - 1)
    time_turns[by_number:] = 2 * math.pi / SHORTEST_PERIOD * 2.0 ** (-torch.arange(by_time) * octaves)
    return number_turns, time_turns
