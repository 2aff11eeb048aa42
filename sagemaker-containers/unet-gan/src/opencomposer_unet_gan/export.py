"""Exports the trained generator as one ONNX file."""

from __future__ import annotations

import numpy as np
from opencomposer_music.decoding import ModelMetadata, draw_noise
from opencomposer_music.network_length import BOTTOM_STEPS, network_steps
from opencomposer_music.piano_roll import PITCHES
from opencomposer_training.onnx_export import Inputs
from opencomposer_training.onnx_export import export_onnx as export_module

from opencomposer_unet_gan.networks import Generator, ServedGenerator


def export_onnx(generator: Generator, metadata: ModelMetadata) -> bytes:
    """Returns the generator as a single ONNX file with its metadata, for any number of pieces and bars.

    Raises RuntimeError when ONNX Runtime does not give PyTorch's logits, for one bar or several, one piece or two.
    """
    # The exporter records the memory layout that it sees, so it gets a copy in the plain layout, on the CPU.
    copy = Generator(generator.shape)
    copy.load_state_dict(generator.state_dict())
    voices = len(metadata.voices) - 1
    return export_module(
        ServedGenerator(copy),
        example=_inputs(1, 2, metadata),
        input_axes={"melody": {0: "batch", 2: "steps"}, "noise": {0: "batch", 1: "positions"}},
        outputs={
            "pitch_logits": ("batch", voices, "steps", PITCHES + 1),
            "onset_logits": ("batch", voices, "steps", PITCHES),
        },
        metadata=metadata.to_json(),
        trials=[_inputs(1, 1, metadata), _inputs(2, 5, metadata)],
    )


def _inputs(pieces: int, bars: int, metadata: ModelMetadata) -> Inputs:
    rng = np.random.default_rng(bars)
    steps = network_steps(bars * metadata.limits.bar.steps, metadata.limits.bar)
    cells = rng.random((pieces, metadata.melody_planes, steps, PITCHES)) < 0.02
    noise = np.concatenate([draw_noise(rng, steps // BOTTOM_STEPS, metadata.noise) for _ in range(pieces)])
    return {"melody": cells.astype(np.float32), "noise": noise}
