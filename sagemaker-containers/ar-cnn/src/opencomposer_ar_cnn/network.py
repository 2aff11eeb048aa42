"""The network of the AR-CNN: a U-Net over time x pitch. It gives for every cell a logit for toggling it and,
where two cells of one pitch touch, a logit for an onset there.

It sees a window of the keyboard, `pitches` wide from `lowest_pitch`, chosen from the data, and is fully convolutional
over time: it learns on windows of eight bars and reads a piece of any number of bars in one pass, without boundaries.

Comments behind the lines give the shapes. w1 to w4 are `widths`; t and p are `steps` and `pitches`, s is t/16, and k is
the steps of a bar, of which t is a multiple as it is of 16 (`opencomposer_music.network_length`); (a, b) is `stem`, by
which the first layer divides them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from opencomposer_music.network_length import BOTTOM_STEPS
from opencomposer_music.piano_roll import PITCHES
from opencomposer_music.time_signatures import COMMON_TIME, BarShape
from opencomposer_training.learner import ModelSize
from torch import Tensor, nn
from torch.nn import functional

from opencomposer_ar_cnn.model_metadata import input_planes

CONTEXT_BARS = 5
"""The number of bars, centered on a cell's own bar, over which the cell sees which pitch classes sound."""
TIME_DOWNSAMPLING = BOTTOM_STEPS
"""The factor by which time is shrunk at the bottom of the U-Net, where one position is one bar of 4/4."""
FAR_BELOW = -1e4
"""The logit of a cell that the network does not see."""
TOGGLE_BIAS = -4.0
"""The bias of the toggle logits at the start of training, which says that few cells are to be toggled."""


@dataclass(frozen=True)
class NetworkShape:
    """Everything that fixes the layers' sizes.

    widths: channels of the four levels; blocks: residual blocks for each level and side; stem: the factors (time,
    pitch) by which the first layer shrinks the input; hears_phrase_ends: the network has the last of
    `model_metadata.INPUT_PLANES`; bar: the shape of the bars of all music that it learns from.
    """

    lowest_pitch: int
    pitches: int
    widths: tuple[int, int, int, int]
    blocks: int
    stem: tuple[int, int]
    hears_phrase_ends: bool
    bar: BarShape = COMMON_TIME

    def __post_init__(self) -> None:
        rows = self.pitch_downsampling
        if self.pitches % rows != 0 or not 0 < self.pitches <= PITCHES:
            raise ValueError(f"pitches must be a multiple of {rows} up to {PITCHES}, but is {self.pitches}")
        if not 0 <= self.lowest_pitch <= PITCHES - self.pitches:
            raise ValueError(f"a window of {self.pitches} pitches cannot start at {self.lowest_pitch}")

    @property
    def input_planes(self) -> int:
        """Returns the number of planes of the input."""
        return input_planes(self.hears_phrase_ends)

    @property
    def strides(self) -> tuple[tuple[int, int], ...]:
        """Returns the (time, pitch) strides of the three levels under the stem. Pitch is halved at each level, time
        until one position is a bar of 4/4."""
        strides = []
        time = self.stem[0]
        for _ in range(3):
            strides.append((2 if time < TIME_DOWNSAMPLING else 1, 2))
            time *= strides[-1][0]
        return tuple(strides)

    @property
    def pitch_downsampling(self) -> int:
        """Returns the factor by which the pitch axis is shrunk at the bottom."""
        return 8 * self.stem[1]


WIDTHS: dict[ModelSize, tuple[int, int, int, int]] = {"small": (32, 48, 64, 96), "large": (48, 64, 96, 128)}
BLOCKS: dict[ModelSize, int] = {"small": 1, "large": 2}
STEMS: dict[ModelSize, tuple[int, int]] = {"small": (2, 2), "large": (4, 1)}


class Logits(NamedTuple):
    """The network's output, [batch, steps, pitches] each. toggle: this cell should be toggled; onset: a note begins
    here, for a cell that sounds and whose pitch sounds at the step before, too."""

    toggle: Tensor
    onset: Tensor


class Residual(nn.Module):
    """Two 3x3 convolutions beside the identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.layers(x))


class Down(nn.Module):
    """Shrinks its input by a strided convolution whose kernel is as large as its stride."""

    def __init__(self, inputs: int, outputs: int, stride: tuple[int, int]) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, stride, stride=stride, bias=False)
        self.normalization = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.normalization(self.convolution(x)))


class Up(nn.Module):
    """Enlarges its input by repetition after a 1x1 convolution, and adds the skip connection, which costs less than
    joining channels."""

    def __init__(self, inputs: int, outputs: int, stride: tuple[int, int]) -> None:
        super().__init__()
        self.stride = stride
        self.reduction = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.normalization = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        x = self.normalization(self.reduction(x))  # (batch, outputs, t, p)
        scale = (float(self.stride[0]), float(self.stride[1]))
        x = functional.interpolate(x, scale_factor=scale, mode="nearest")  # (batch, outputs, scale * t, scale * p)
        return functional.relu(x + skip)


class EditNetwork(nn.Module):
    """Turns the planes of the present roll into the logits of its edits. docs/experiments/ar-cnn.md says why it has
    these sizes."""

    place: Tensor
    chord: Tensor
    octaves: Tensor

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        self.register_buffer("place", _place_planes(shape), persistent=False)
        self.register_buffer("chord", _chord_weights(shape.pitches), persistent=False)
        self.register_buffer("octaves", _octave_weights(shape.pitches), persistent=False)
        first = shape.widths[0]
        time, pitch = shape.stem
        derived = len(self.chord) + 2
        inputs = shape.input_planes + 1 + self.place.shape[1] + derived
        self.stem = nn.Conv2d(inputs, first, (time + 2, pitch + 2), stride=shape.stem, padding=1, bias=False)
        self.stem_normalization = nn.BatchNorm2d(first)
        levels = list(zip(shape.widths, shape.widths[1:], shape.strides, strict=False))
        self.encoders = nn.ModuleList([_blocks(width, shape.blocks) for width in shape.widths[:3]])
        self.downs = nn.ModuleList([Down(upper, lower, stride) for upper, lower, stride in levels])
        self.bottom = _blocks(shape.widths[3], 2)
        self.ups = nn.ModuleList([Up(lower, upper, stride) for upper, lower, stride in levels])
        self.decoders = nn.ModuleList([_blocks(width, shape.blocks) for width in shape.widths[:3]])
        self.head = nn.Conv2d(first, 2 * time * pitch, 1)
        with torch.no_grad():
            self.head.bias.zero_()  # type: ignore[union-attr]
            self.head.bias[: time * pitch] = TOGGLE_BIAS  # type: ignore[index]

    def forward(self, planes: Tensor, density: Tensor) -> Logits:
        """Returns the logits for planes [batch, m, steps, pitches] (0/1; the first m of INPUT_PLANES) and density
        [batch, 1]."""
        batch, _, steps, _ = planes.shape
        pitches, size = self.shape.pitches, self.shape.bar.steps
        bars = planes[:, :1].reshape(batch, 1, -1, size, pitches)  # (batch, 1, bars, k, p)
        place = bars * 0 + self.place.unsqueeze(2)  # (batch, 5, bars, k, p)
        place = place.reshape(batch, -1, steps, pitches)  # (batch, 5, t, p)
        wanted = planes[:, :1] * 0 + density.reshape(batch, 1, 1, 1)  # (batch, 1, t, p)
        full = torch.cat([planes, wanted, place, self._harmony(planes[:, :1])], dim=1)  # (batch, m + 11, t, p)
        full = full.contiguous(memory_format=torch.channels_last)
        x = functional.relu(self.stem_normalization(self.stem(full)))  # (batch, w1, t/a, p/b)
        skips: list[Tensor] = []
        for encoder, down in zip(self.encoders, self.downs, strict=True):
            x = encoder(x)
            skips.append(x)  # w1, w2 and w3 channels
            x = down(x)  # (batch, w2, w3 and w4, a half or all of the steps, half of the pitches)
        x = self.bottom(x)  # (batch, w4, s, p/8b)
        for level in (2, 1, 0):
            x = self.decoders[level](self.ups[level](x, skips[level]))  # the shapes of skips, the last one first
        time, pitch = self.shape.stem
        x = self.head(x).float()  # (batch, 2 * a * b, t/a, p/b)
        shuffled = x.reshape(batch, 2, time, pitch, steps // time, pitches // pitch)  # (batch, 2, a, b, t/a, p/b)
        cells = shuffled.permute(0, 1, 4, 2, 5, 3)  # (batch, 2, t/a, a, p/b, b)
        cells = cells.reshape(batch, 2, steps, pitches)  # (batch, 2, t, p)
        return Logits(cells[:, 0], cells[:, 1])

    def _harmony(self, roll: Tensor) -> Tensor:
        """Counts harmony, [batch, 1, steps, pitches] -> [batch, 5, steps, pitches]. A convolution hardly finds it,
        because it would have to count over the whole keyboard and to know that pitches twelve apart are alike.

        The planes are: how many pitches sound at this step; how many of them below this one; how many octaves of this
        one; how much this pitch class sounds in this bar; how much in the bars around it. The README has the
        measurements ("What it sees").
        """
        batch, _, steps, pitches = roll.shape
        size = self.shape.bar.steps
        chord = torch.matmul(roll, self.chord)  # (batch, 3, t, p)
        mean = roll.reshape(batch, 1, -1, size, pitches).mean(dim=3)  # (batch, 1, bars, p)
        bar = torch.matmul(mean, self.octaves)  # (batch, 1, bars, p)
        around = functional.avg_pool2d(bar, (CONTEXT_BARS, 1), stride=1, padding=(CONTEXT_BARS // 2, 0))
        classes = torch.cat([bar, around], dim=1).unsqueeze(3)  # (batch, 2, bars, 1, p)
        classes = classes.expand(-1, -1, -1, size, -1)  # (batch, 2, bars, k, p)
        return torch.cat([chord, classes.reshape(batch, 2, steps, pitches)], dim=1)  # (batch, 5, t, p)


class ServedNetwork(nn.Module):
    """The network as the model file has it: its input and output are the whole keyboard (see the README's
    interface)."""

    def __init__(self, network: EditNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, planes: Tensor, density: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the toggle and the onset logits, [batch, steps, 128] each, for planes [batch, m, steps, 128] and
        density [batch, 1]."""
        shape = self.network.shape
        low, high = shape.lowest_pitch, shape.lowest_pitch + shape.pitches
        logits = self.network(planes[:, :, :, low:high], density)
        borders = (low, PITCHES - high)
        toggle = functional.pad(logits.toggle, borders, value=FAR_BELOW)  # (batch, t, 128)
        onset = functional.pad(logits.onset, borders, value=FAR_BELOW)  # (batch, t, 128)
        return toggle, onset


def _blocks(width: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(Residual(width) for _ in range(count)))


def _place_planes(shape: NetworkShape) -> Tensor:
    """Returns planes that tell where a cell is, [1, 5, steps of a bar, pitches]: its phase in the beat and in the bar,
    and its height on the keyboard."""
    steps, pitches = shape.bar.steps, shape.pitches
    step = torch.arange(steps, dtype=torch.float32)[:, None].expand(steps, pitches)  # (k, p)
    height = torch.linspace(-1, 1, pitches)[None, :].expand(steps, pitches)  # (k, p)
    beat = 2 * torch.pi * step / shape.bar.beat_steps
    bar = 2 * torch.pi * step / steps
    return torch.stack([torch.sin(beat), torch.cos(beat), torch.sin(bar), torch.cos(bar), height])[None]


def _octave_weights(pitches: int) -> Tensor:
    """Returns [pitches, pitches]: 1 where two pitches are the same pitch class."""
    pitch = torch.arange(pitches)
    return ((pitch[:, None] - pitch[None, :]) % 12 == 0).float()


def _chord_weights(pitches: int) -> Tensor:
    """Returns the weights [3, pitches, pitches] by which the sounding pitches of a step are counted for every pitch:
    all of them and those below it, in units of four; and its octaves."""
    pitch = torch.arange(pitches)
    below = (pitch[:, None] < pitch[None, :]).float()
    octaves = _octave_weights(pitches) - torch.eye(pitches)
    return torch.stack([torch.ones(pitches, pitches) / 4, below / 4, octaves])
