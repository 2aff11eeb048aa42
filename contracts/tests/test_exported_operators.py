"""The inference containers accept exactly the operators that the exporters of all techniques write."""

from __future__ import annotations

import collections
import os

import onnx
import pytest
from opencomposer_ar_cnn import network as ar_cnn
from opencomposer_ar_cnn.export import export_onnx as export_network
from opencomposer_ar_cnn.model_metadata import ArCnnMetadata
from opencomposer_music.decoding import Decoding, ModelMetadata, NoiseShape
from opencomposer_music.model_limits import MAX_MODEL_BYTES
from opencomposer_music.model_metadata import Limits, Voice
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.model_process import open_in_process
from opencomposer_serving.onnx_file import ATTRIBUTE_TYPES, OPERATORS
from opencomposer_testing.untrained_transformer import sized_metadata, untrained_network
from opencomposer_training.learner import ModelSize
from opencomposer_transformer.events import LineUp
from opencomposer_transformer.export import export_onnx as export_decoder
from opencomposer_unet_gan import networks as unet_gan
from opencomposer_unet_gan.export import export_onnx as export_generator

Window = tuple[int, int]
"""The lowest pitch and the number of pitches of the part of the keyboard that a network sees."""
MIDDLE, WHOLE, EDGE = (32, 64), (0, 128), (96, 32)


def generator(size: str, window: Window, count: int, *, hears: bool = True) -> bytes:
    """Returns a U-Net GAN of so many voices with random weights."""
    low, pitches = window
    voices = tuple(Voice(f"{i}", 0, ("monophonic", "polyphonic")[i % 2], low, low + 31) for i in range(count))
    heads = tuple(voice.head for voice in voices[1:])
    shape = unet_gan.NetworkShape(heads, low, pitches, unet_gan.WIDTHS[size], 32, 16, 4, hears)
    limits = Limits(64, low, low + pitches - 1)
    metadata = ModelMetadata(
        "unet-gan", voices, limits, NoiseShape(32, 16), Decoding(0.3, 0.5, 2), hears_phrase_ends=hears
    )
    return export_generator(unet_gan.Generator(shape), metadata)


def network(size: ModelSize, window: Window, *, hears: bool = True) -> bytes:
    """Returns an AR-CNN with random weights."""
    low, pitches = window
    shape = ar_cnn.NetworkShape(low, pitches, ar_cnn.WIDTHS[size], ar_cnn.BLOCKS[size], ar_cnn.STEMS[size], hears)
    voices = (Voice("0", 0, "monophonic", low, low + 31), Voice("1", 0, "polyphonic", low, low + 31))
    limits = Limits(64, low, low + pitches - 1)
    return export_network(ar_cnn.EditNetwork(shape), ArCnnMetadata(voices, limits, 1.0, 4, hears_phrase_ends=hears))


def decoder(size: ModelSize, voices: tuple[Voice, ...]) -> bytes:
    """Returns a Transformer with random weights."""
    metadata = sized_metadata(LineUp(voices, ("4/4", "6/8"), 6), size)
    return export_decoder(untrained_network(metadata), metadata)


def exports() -> dict[str, bytes]:
    """Returns files of every technique and size, kind of window, and with few and with many voices."""
    return {
        "small generator, 2 voices": generator("small", MIDDLE, 2),
        "small generator, edge": generator("small", EDGE, 4),
        "large generator, 16 voices": generator("large", WHOLE, 16),
        "small network": network("small", MIDDLE),
        "small network, edge": network("small", EDGE),
        "large network": network("large", WHOLE),
        "small decoder": decoder("small", (Voice("0", 0, "monophonic", 57, 81), Voice("1", 0, "monophonic", 40, 70))),
        "large decoder": decoder("large", (Voice("0", 0, "monophonic", 57, 81), Voice("1", 0, "polyphonic", 40, 70))),
        "generator of version 0.2": generator("small", MIDDLE, 2, hears=False),
        "network of version 0.2": network("small", MIDDLE, hears=False),
    }


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return exports()


def test_the_operators_and_attributes_that_are_accepted_are_those_that_are_exported(files: dict[str, bytes]) -> None:
    kinds = {number: kind for kind, number in ATTRIBUTE_TYPES.items()}
    used: dict[str, dict[str, str]] = collections.defaultdict(dict)
    for content in files.values():
        for node in onnx.load_from_string(content).graph.node:
            used[node.op_type] |= {attribute.name: kinds[attribute.type] for attribute in node.attribute}
    assert dict(sorted(used.items())) == {name: dict(attributes) for name, attributes in sorted(OPERATORS.items())}


def test_the_largest_export_leaves_a_fifth_of_what_a_model_may_have(files: dict[str, bytes]) -> None:
    sizes = {name: len(content) for name, content in files.items()}
    assert max(sizes.values()) < 0.8 * MAX_MODEL_BYTES, sizes


def test_a_model_nearly_as_large_as_allowed_is_opened_and_plays_64_bars_within_its_process_s_limits() -> None:
    low, pitches = WHOLE
    voices = tuple(Voice(f"{i}", 0, "monophonic", low, low + 31) for i in range(4))
    shape = unet_gan.NetworkShape(
        tuple(voice.head for voice in voices[1:]), low, pitches, (96, 192, 288, 384), 32, 16, 4, True
    )
    metadata = ModelMetadata(
        "unet-gan", voices, Limits(64, 0, 127), NoiseShape(32, 16), Decoding(0.3, 0.5, 2), hears_phrase_ends=True
    )
    content = export_generator(unet_gan.Generator(shape), metadata)
    assert 0.9 * MAX_MODEL_BYTES < len(content) <= MAX_MODEL_BYTES
    model = open_in_process(
        content,
        Deadline.after(600),
        command=["-m", "opencomposer_unet_gan", "serve"],
        environment={"PATH": os.environ["PATH"]},
    )
    try:
        assert not model.spent
    finally:
        model.close()
