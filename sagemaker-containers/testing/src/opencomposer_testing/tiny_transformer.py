"""A model file of the Transformer that is made in a moment and has learned nothing, for the tests of serving."""

from __future__ import annotations

from opencomposer_music.model_metadata import Limits
from opencomposer_music.time_signatures import TimeSignature
from opencomposer_transformer.events import LineUp
from opencomposer_transformer.model_metadata import TransformerMetadata

from opencomposer_testing.voiced_pieces import CHORALE

WIDTH, LAYERS, HEADS = 32, 2, 2
PARALLELS = (-2.0, *[0.0] * 6, -1.9, *[0.0] * 4)


def tiny_metadata(
    *, time_signatures: tuple[TimeSignature, ...] = ("4/4",), max_bars: int = 64, context: int = 512
) -> TransformerMetadata:
    """Returns the metadata of the tiny model: four voices as a chorale has them."""
    line_up = LineUp(CHORALE.voices, time_signatures, CHORALE.margin)
    return TransformerMetadata(
        line_up, Limits(max_bars, 36, 84), (1.0, 2.0, 4.0), PARALLELS, context, LAYERS, HEADS, WIDTH // HEADS
    )


def tiny_transformer(metadata: TransformerMetadata | None = None, seed: int = 0) -> bytes:
    """Returns the model file."""
    import torch
    from opencomposer_transformer.export import export_onnx

    from opencomposer_testing.untrained_transformer import untrained_network

    facts = metadata or tiny_metadata()
    torch.manual_seed(seed)
    network = untrained_network(facts)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return export_onnx(network, facts)
