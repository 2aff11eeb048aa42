"""Transformers of any size that have learned nothing (PyTorch), for tests and benches."""

from __future__ import annotations

from opencomposer_music.model_metadata import Limits
from opencomposer_training.learner import ModelSize
from opencomposer_transformer.events import LineUp
from opencomposer_transformer.model_metadata import TransformerMetadata
from opencomposer_transformer.network import SIZES, DecoderNetwork, NetworkShape, NetworkSize, event_features


def sized_metadata(line_up: LineUp, model_size: ModelSize) -> TransformerMetadata:
    """Returns the metadata of a model of this size that writes for a line-up."""
    width, layers, heads = SIZES[model_size]
    return TransformerMetadata(
        line_up, Limits(64, 40, 81), (1.0, 2.5, 4.0), (0.0,) * 12, 1600, layers, heads, width // heads
    )


def untrained_network(metadata: TransformerMetadata) -> DecoderNetwork:
    """Returns a network of the sizes that its metadata name."""
    vocabulary = metadata.vocabulary
    size = NetworkSize(metadata.heads * metadata.head_width, metadata.layers, metadata.heads)
    return DecoderNetwork(NetworkShape.of(vocabulary, size), event_features(vocabulary))
