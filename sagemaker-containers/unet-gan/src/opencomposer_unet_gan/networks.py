"""The generator (a U-Net over time x pitch) and the critic.

Both see a window of the keyboard, `pitches` wide from `lowest_pitch`, chosen from the data. The generator is fully
convolutional over time: it learns on windows of four bars and plays a whole piece in one pass, without boundaries.

Comments behind the lines give the shapes. w1 to w4 are `widths`; t and p are `steps` and `pitches`, s is t/16, and b is
the steps of a bar, of which t is a multiple as it is of 16 (`opencomposer_music.network_length`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from opencomposer_music.decoding import melody_planes
from opencomposer_music.model_metadata import Head
from opencomposer_music.network_length import BOTTOM_STEPS
from opencomposer_music.piano_roll import PITCHES
from opencomposer_music.time_signatures import COMMON_TIME, BarShape
from torch import Tensor, nn
from torch.nn import functional

DOWNSAMPLING = BOTTOM_STEPS
"""The factor of four halvings. Noise is given for each position of the bottleneck, which is a bar in 4/4."""

FAR_BELOW = -1e4
"""The logit of a pitch that the network does not see."""


@dataclass(frozen=True)
class NetworkShape:
    """Everything that fixes the layers' sizes. heads: those of the accompaniment voices only; hears_phrase_ends: the
    melody has a third plane, which is set where a note that ends a phrase sounds (version 0.2 had no such plane); bar:
    the shape of the bars of all music that the networks learn from."""

    heads: tuple[Head, ...]
    lowest_pitch: int
    pitches: int
    widths: tuple[int, int, int, int]
    noise_size: int
    noise_shared: int
    window_bars: int
    hears_phrase_ends: bool
    bar: BarShape = COMMON_TIME

    def __post_init__(self) -> None:
        if self.pitches % DOWNSAMPLING != 0 or not 0 < self.pitches <= PITCHES:
            raise ValueError(f"pitches must be a multiple of {DOWNSAMPLING} up to {PITCHES}, but is {self.pitches}")
        if not 0 <= self.lowest_pitch <= PITCHES - self.pitches:
            raise ValueError(f"a window of {self.pitches} pitches cannot start at {self.lowest_pitch}")

    @property
    def window_steps(self) -> int:
        """Returns the number of steps in a window."""
        return self.window_bars * self.bar.steps

    @property
    def melody_planes(self) -> int:
        """Returns the number of planes by which the networks hear the melody."""
        return melody_planes(self.hears_phrase_ends)


WIDTHS = {"small": (32, 64, 96, 128), "large": (64, 128, 192, 256)}


class Logits(NamedTuple):
    """The generator's output, before any choice.

    pitch [batch, voices, steps, pitches]; rest [batch, voices, steps, 1]; onset [batch, voices, steps, pitches].
    """

    pitch: Tensor
    rest: Tensor
    onset: Tensor


class Down(nn.Module):
    """Halves time and pitch by a 4x4 convolution with stride 2."""

    def __init__(self, inputs: int, outputs: int, normalized: bool) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 4, stride=2, padding=1, bias=not normalized)
        self.normalization = nn.BatchNorm2d(outputs) if normalized else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        x = self.convolution(x)  # (batch, outputs, t/2, p/2)
        return functional.leaky_relu(self.normalization(x), 0.2)


class Up(nn.Module):
    """Doubles time and pitch by repetition, convolves 3x3, and joins the skip connection.

    The channels are reduced before the doubling, which takes a quarter of the work; the decoder is most of a U-Net's.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.reduction = nn.Conv2d(inputs, outputs, 1)
        self.convolution = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.normalization = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        x = self.reduction(x)  # (batch, outputs, t, p)
        x = functional.interpolate(x, scale_factor=2.0, mode="nearest")  # (batch, outputs, 2t, 2p)
        x = functional.leaky_relu(self.normalization(self.convolution(x)), 0.2)
        return torch.cat([x, skip], dim=1)  # (batch, outputs + channels of skip, 2t, 2p)


class Generator(nn.Module):
    """Turns melody and noise into the logits of the accompaniment."""

    place: Tensor

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        first, second, third, fourth = shape.widths
        voices = len(shape.heads)
        self.register_buffer("place", _place_planes(shape), persistent=False)
        self.stem = Down(shape.melody_planes + self.place.shape[1], first, normalized=True)
        self.down1 = Down(first, second, normalized=True)
        self.down2 = Down(second, third, normalized=True)
        self.down3 = Down(third, fourth, normalized=True)
        self.noise_rows = shape.pitches // DOWNSAMPLING
        self.noise_channels = fourth // 2
        self.noise = nn.Linear(shape.noise_size, self.noise_channels * self.noise_rows)
        self.bottom1 = nn.Conv2d(fourth + self.noise_channels, fourth, 3, padding=1, bias=False)
        self.bottom1_normalization = nn.BatchNorm2d(fourth)
        self.bottom2 = nn.Conv2d(fourth, fourth, 3, padding=1, bias=False)
        self.bottom2_normalization = nn.BatchNorm2d(fourth)
        self.up3 = Up(fourth, third)
        self.up2 = Up(2 * third, second)
        self.up1 = Up(2 * second, first)
        # Each voice has two planes (pitch, onset) at full resolution, as four sub-cells each, which are shuffled into
        # place.
        self.head = nn.Conv2d(2 * first, 4 * 2 * voices, 3, padding=1)
        self.rest = nn.Conv1d(4 * first, 2 * voices, 3, padding=1)

    def forward(self, melody: Tensor, noise: Tensor) -> Logits:
        """Returns the logits for melody [batch, m, steps, pitches] (0/1; m is `melody_planes`) and noise [batch,
        steps / 16, noise size]."""
        batch, _, steps, _ = melody.shape
        voices = len(self.shape.heads)
        bars = melody[:, :1].reshape(batch, 1, -1, self.shape.bar.steps, self.shape.pitches)  # (batch, 1, bars, b, p)
        place = bars * 0 + self.place.unsqueeze(2)  # (batch, 5, bars, b, p)
        place = place.reshape(batch, -1, steps, self.shape.pitches)  # (batch, 5, t, p)
        full = torch.cat([melody, place], dim=1).contiguous(memory_format=torch.channels_last)  # (batch, m + 5, t, p)
        half = self.stem(full)  # (batch, w1, t/2, p/2)
        quarter = self.down1(half)  # (batch, w2, t/4, p/4)
        eighth = self.down2(quarter)  # (batch, w3, t/8, p/8)
        sixteenth = self.down3(eighth)  # (batch, w4, s, p/16)
        spread = self.noise(noise).reshape(batch, -1, self.noise_channels, self.noise_rows)  # (batch, s, w4/2, p/16)
        spread = spread.transpose(1, 2)  # (batch, w4/2, s, p/16)
        x = torch.cat([sixteenth, spread.to(sixteenth.dtype)], dim=1)  # (batch, w4 + w4/2, s, p/16)
        x = functional.leaky_relu(self.bottom1_normalization(self.bottom1(x)), 0.2)  # (batch, w4, s, p/16)
        x = functional.leaky_relu(x + self.bottom2_normalization(self.bottom2(x)), 0.2)
        x = self.up3(x, eighth)  # (batch, 2 * w3, t/8, p/8)
        x = self.up2(x, quarter)  # (batch, 2 * w2, t/4, p/4)
        x = self.up1(x, half)  # (batch, 2 * w1, t/2, p/2)
        planes = functional.pixel_shuffle(self.head(x), 2).float()  # (batch, 2 * voices, t, p)
        pooled = torch.cat([x.mean(dim=3), x.amax(dim=3)], dim=1)  # (batch, 4 * w1, t/2)
        rest = self.rest(pooled).float().reshape(batch, voices, 2, -1)  # (batch, voices, 2, t/2)
        rest = rest.transpose(2, 3).reshape(batch, voices, -1, 1)  # (batch, voices, t, 1)
        return Logits(planes[:, :voices], rest, planes[:, voices:])


class ServedGenerator(nn.Module):
    """The generator as the model file has it: it plays on the whole keyboard (see the README's interface)."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, melody: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Returns pitch logits [batch, voices, steps, 129] (128 = rest) and onset logits [batch, voices, steps, 128],
        for melody [batch, m, steps, 128] and noise [batch, steps / 16, size]."""
        shape = self.generator.shape
        low, high = shape.lowest_pitch, shape.lowest_pitch + shape.pitches
        logits = self.generator(melody[:, :, :, low:high], noise)
        borders = (low, PITCHES - high)
        pitch = functional.pad(logits.pitch, borders, value=FAR_BELOW)  # (batch, voices, t, 128)
        onset = functional.pad(logits.onset, borders, value=FAR_BELOW)  # (batch, voices, t, 128)
        return torch.cat([pitch, logits.rest], dim=3), onset  # (batch, voices, t, 129)


def _place_planes(shape: NetworkShape) -> Tensor:
    """Returns planes that tell where a cell is, [1, 5, steps of a bar, pitches]: its phase in the beat and in the bar,
    and its height on the keyboard."""
    steps = shape.bar.steps
    step = torch.arange(steps, dtype=torch.float32)[:, None].expand(steps, shape.pitches)  # (b, p)
    height = torch.linspace(-1, 1, shape.pitches)[None, :].expand(steps, shape.pitches)  # (b, p)
    beat = 2 * torch.pi * step / shape.bar.beat_steps
    bar = 2 * torch.pi * step / steps
    return torch.stack([torch.sin(beat), torch.cos(beat), torch.sin(bar), torch.cos(bar), height])[None]


class Critic(nn.Module):
    """Scores melody and accompaniment together; higher is more like the data (WGAN).

    It has two views: the planes themselves, and the pitch classes of every voice with tones, in which a chord is the
    same in any octave. It has no normalization between samples, because the gradient penalty is each sample's own
    (Gulrajani et al. 2017).
    """

    fold: Tensor

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        voices = len(shape.heads)
        widths = shape.widths
        self.shape = shape
        # The melody is before the voices. Drums belong to no chord.
        self.tones = [0, *(1 + voice for voice, head in enumerate(shape.heads) if head != "drums")]
        pitches = torch.arange(shape.lowest_pitch, shape.lowest_pitch + shape.pitches)
        self.register_buffer("fold", functional.one_hot(pitches % 12, 12).float(), persistent=False)
        inputs = shape.melody_planes + 2 * voices
        self.layers = nn.Sequential(
            Down(inputs, widths[0], normalized=False),
            Down(widths[0], widths[1], normalized=False),
            Down(widths[1], widths[2], normalized=False),
            Down(widths[2], widths[3], normalized=False),
        )
        positions = shape.window_steps // DOWNSAMPLING
        self.chords = nn.Conv2d(len(self.tones), widths[1], (2, 12), stride=(2, 1))
        self.progression = nn.Conv1d(widths[1], widths[1], 4, stride=4)
        planes_size = widths[3] * positions * (shape.pitches // DOWNSAMPLING)
        self.score = nn.Linear(planes_size + widths[1] * positions * 2, 1)

    def forward(self, planes: Tensor) -> Tensor:
        """Returns the scores of planes, [batch].

        planes [batch, m + 2 * voices, window steps, pitches]: the planes of the melody, all voices sounding, all voices
        starting.
        """
        voices, first = len(self.shape.heads), self.shape.melody_planes
        x = self.layers(planes.contiguous(memory_format=torch.channels_last))  # (batch, w4, s, p/16)
        shape_view = x.flatten(1)  # (batch, w4 * s * p/16)
        sounding = torch.cat([planes[:, :1], planes[:, first : first + voices]], dim=1)  # (batch, 1 + voices, t, p)
        if len(self.tones) < 1 + voices:
            sounding = sounding[:, self.tones]  # (batch, 1 + voices with tones, t, p)
        classes = torch.matmul(sounding, self.fold.to(sounding.dtype))  # (batch, 1 + voices with tones, t, 12)
        chords = functional.leaky_relu(self.chords(classes), 0.2).squeeze(3)  # (batch, w2, t/2)
        harmony_view = functional.leaky_relu(self.progression(chords), 0.2).flatten(1)  # (batch, w2 * t/8)
        score: Tensor = self.score(torch.cat([shape_view, harmony_view], dim=1))  # (batch, 1)
        return score.squeeze(1).float()  # (batch)
