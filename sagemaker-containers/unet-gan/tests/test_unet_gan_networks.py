"""Shapes, any length in one pass, and an exported file that gives the network's numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from opencomposer_music.decoding import Decoding, ModelMetadata, NoiseShape, draw_noise, parse_metadata
from opencomposer_music.model_limits import METADATA_KEY, OPSET
from opencomposer_music.model_metadata import Head, Limits, Voice
from opencomposer_unet_gan.export import export_onnx
from opencomposer_unet_gan.networks import FAR_BELOW, Critic, Generator, NetworkShape, ServedGenerator

HEADS: tuple[Head, ...] = ("monophonic", "polyphonic")
SHAPE = NetworkShape(HEADS, 40, 48, (8, 8, 12, 16), 6, 2, 4, True)
METADATA = ModelMetadata(
    "unet-gan",
    (
        Voice("Melody", 0, "monophonic", 48, 80),
        Voice("Line", 0, "monophonic", 48, 80),
        Voice("Chords", 0, "polyphonic", 48, 80),
    ),
    Limits(64, 40, 87),
    NoiseShape(6, 2),
    Decoding(0.2, 0.2, 4),
    hears_phrase_ends=True,
)


def trained_generator() -> Generator:
    """Returns a generator whose normalizations have seen data, so that means and variances are not the initial ones."""
    torch.manual_seed(3)
    generator = Generator(SHAPE).train()
    for _ in range(3):
        generator((torch.rand(4, 3, 64, 48) < 0.05).float(), torch.randn(4, 4, 6))
    return generator.eval()


def test_the_critic_hears_chords_of_tones_alone() -> None:
    critic = Critic(replace(SHAPE, heads=("drums", *HEADS)))
    planes = (torch.rand(2, 3 + 2 * 3, 64, 48) < 0.05).float()
    heard: list[torch.Tensor] = []
    critic.chords.register_forward_hook(lambda _module, arguments, _result: heard.append(arguments[0]))
    assert critic(planes).shape == (2,)
    # The melody, then the two voices after the drums.
    for place, voice in enumerate((0, 4, 5)):
        assert torch.equal(heard[0][:, place], planes[:, voice] @ critic.fold)
    assert heard[0].shape[1] == 3


@pytest.mark.parametrize("bars", [1, 2, 7, 64])
def test_logits_have_the_shapes_of_the_interface_for_any_number_of_bars(bars: int) -> None:
    served = ServedGenerator(trained_generator()).eval()
    melody = (torch.rand(2, 3, bars * 16, 128) < 0.02).float()
    with torch.inference_mode():
        pitch, onset = served(melody, torch.randn(2, bars, 6))
    assert pitch.shape == (2, 2, bars * 16, 129)
    assert onset.shape == (2, 2, bars * 16, 128)
    # A pitch outside of the network's window can never win.
    assert (pitch[:, :, :, :40] == FAR_BELOW).all()
    assert (pitch[:, :, :, 88:128] == FAR_BELOW).all()


def test_a_bar_far_from_a_change_does_not_notice_it() -> None:
    """The network is fully convolutional over time: bars see their neighbors, not the length of the piece."""
    generator = trained_generator()
    melody = (torch.rand(1, 3, 24 * 16, 48) < 0.05).float()
    noise = torch.randn(1, 24, 6)
    with torch.inference_mode():
        whole = generator(melody, noise).pitch
        beginning = generator(melody[:, :, : 16 * 16], noise[:, :16]).pitch
    assert torch.allclose(whole[:, :, : 10 * 16], beginning[:, :, : 10 * 16], atol=1e-4)


def test_noise_of_a_bar_changes_that_bar_and_its_neighbors_only() -> None:
    generator = trained_generator()
    melody = (torch.rand(1, 3, 16 * 16, 48) < 0.05).float()
    noise = torch.randn(1, 16, 6)
    other = noise.clone()
    other[:, 15] += 3
    with torch.inference_mode():
        difference = (generator(melody, noise).pitch - generator(melody, other).pitch).abs().amax(dim=(0, 1, 3))
    assert float(difference[15 * 16 :].max()) > 1e-3
    assert float(difference[: 8 * 16].max()) < 1e-4


@pytest.mark.parametrize(("pitches", "lowest"), [(40, 0), (0, 0), (144, 0), (48, 90), (48, -1)])
def test_a_window_that_no_keyboard_has_is_refused(pitches: int, lowest: int) -> None:
    with pytest.raises(ValueError, match=r"window|multiple"):
        NetworkShape(HEADS, lowest, pitches, (8, 8, 8, 8), 6, 2, 4, True)


def test_the_critic_scores_each_sample_by_itself() -> None:
    critic = Critic(SHAPE)
    planes = (torch.rand(4, 7, 64, 48) < 0.1).float()
    with torch.inference_mode():
        together = critic(planes)
        alone = torch.cat([critic(planes[index : index + 1]) for index in range(4)])
    assert together.shape == (4,)
    assert torch.allclose(together, alone, atol=1e-5)


def test_the_exported_file_is_whole_and_gives_the_same_logits() -> None:
    generator = trained_generator()
    content = export_onnx(generator, METADATA)
    assert not generator.training
    model = onnx.load_from_string(content)
    assert model.opset_import[0].version >= OPSET
    assert not any(tensor.external_data for tensor in model.graph.initializer)
    properties = {entry.key: entry.value for entry in model.metadata_props}
    assert parse_metadata(properties[METADATA_KEY]) == METADATA
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(5)
    melody = (rng.random((1, 3, 3 * 16, 128)) < 0.02).astype(np.float32)
    noise = draw_noise(rng, 3, METADATA.noise)
    pitch, onset = session.run(["pitch_logits", "onset_logits"], {"melody": melody, "noise": noise})
    with torch.inference_mode():
        expected = ServedGenerator(generator).eval()(torch.from_numpy(melody), torch.from_numpy(noise))
    assert np.allclose(pitch, expected[0].numpy(), atol=1e-3)
    assert np.allclose(onset, expected[1].numpy(), atol=1e-3)
