"""A network with the layer sizes of AWS's AR-CNN, for comparison.

The sizes (aws-samples/aws-deepcomposer-samples, the ar-cnn notebook) are facts; the code here is ours, in
PyTorch, where AWS's runs on Keras. So it compares sizes, not frameworks.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

AWS_PITCHES = 128
AWS_WIDTHS = (32, 64, 128, 256, 512)
AWS_BOTTOM = 1024


class Pair(nn.Module):
    """Two 3x3 convolutions."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.second(functional.relu(self.first(x))))


class AwsLayers(nn.Module):
    """A U-Net of AWS's layer sizes: five levels with joined skips over the whole keyboard, dropout 0.5."""

    def __init__(self) -> None:
        super().__init__()
        inputs = (1, *AWS_WIDTHS)
        self.encoders = nn.ModuleList([Pair(i, o) for i, o in zip(inputs, AWS_WIDTHS, strict=False)])
        self.encoder_normalizations = nn.ModuleList([nn.BatchNorm2d(width) for width in AWS_WIDTHS[:4]])
        self.bottom = Pair(AWS_WIDTHS[-1], AWS_BOTTOM)
        below = (AWS_BOTTOM, *AWS_WIDTHS[::-1])
        self.decoders = nn.ModuleList(
            [Pair(lower + width, width) for lower, width in zip(below, AWS_WIDTHS[::-1], strict=False)]
        )
        self.decoder_normalizations = nn.ModuleList(
            [nn.BatchNorm2d(lower + width) for lower, width in zip(below, AWS_WIDTHS[:0:-1], strict=False)]
        )
        self.head = nn.Conv2d(AWS_WIDTHS[0], 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        skips: list[Tensor] = []
        for level, encoder in enumerate(self.encoders):
            x = encoder(x)
            if level < len(self.encoder_normalizations):
                x = self.encoder_normalizations[level](x)
            skips.append(x)
            x = functional.dropout(functional.max_pool2d(x, 2), 0.5 if level else 0.0, self.training)
        x = self.bottom(x)
        for level, decoder in enumerate(self.decoders):
            x = torch.cat([functional.interpolate(x, scale_factor=2.0, mode="nearest"), skips[-1 - level]], dim=1)
            if level < len(self.decoder_normalizations):
                x = self.decoder_normalizations[level](x)
            x = functional.dropout(decoder(x), 0.5 if level < len(self.decoders) - 1 else 0.0, self.training)
        logits: Tensor = self.head(x)
        return logits
