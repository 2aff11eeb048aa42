"""The trained generator as one ONNX file, proved to give what PyTorch gives before it is kept."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from opencomposer_shared.decoding import ModelEssentials, draw_noise
from opencomposer_shared.piano_roll import PITCHES, STEPS_PER_BAR

from opencomposer_unet_gan.networks import Generator, ServedGenerator

OPSET = 17
TOLERANCE = 2e-3
"""Largest accepted difference of a logit: float32 sums in another order, on logits of up to some tens."""
METADATA_KEY = "opencomposer"


def export_onnx(generator: Generator, essentials: ModelEssentials) -> bytes:
    """The generator as a single ONNX file with its essentials in the metadata, on any number of bars.

    Raises RuntimeError when ONNX Runtime does not give PyTorch's logits, for one bar or several, one piece or two.
    """
    # A copy in the plain memory layout, on the CPU: the exporter records what it sees.
    copy = Generator(generator.shape)
    copy.load_state_dict(generator.state_dict())
    # The whole module in evaluation mode: the exporter puts back the mode that it finds on the outside.
    served = ServedGenerator(copy).eval()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        path = Path(folder) / "model.onnx"
        # The tracing exporter is deprecated in favour of one that needs another package; its result is checked below.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            served,
            (torch.zeros(1, 2, 2 * STEPS_PER_BAR, PITCHES), torch.zeros(1, 2, essentials.noise.size)),
            path,
            dynamo=False,
            opset_version=OPSET,
            input_names=["melody", "noise"],
            output_names=["pitch_logits", "onset_logits"],
            dynamic_axes={
                "melody": {0: "batch", 2: "steps"},
                "noise": {0: "batch", 1: "bars"},
                "pitch_logits": {0: "batch", 2: "steps"},
                "onset_logits": {0: "batch", 2: "steps"},
            },
        )
        model = onnx.load(path)
    model.producer_name = "opencomposer"
    entry = model.metadata_props.add()
    entry.key, entry.value = METADATA_KEY, essentials.to_json()
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString(deterministic=True)
    verify_export(content, served, essentials)
    return content


def verify_export(content: bytes, served: ServedGenerator, essentials: ModelEssentials) -> None:
    """Run the file in ONNX Runtime beside the network. Raises RuntimeError where their logits differ."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    for pieces, bars in ((1, 1), (2, 5)):
        melody = (rng.random((pieces, 2, bars * STEPS_PER_BAR, PITCHES)) < 0.02).astype(np.float32)
        noise = np.concatenate([draw_noise(rng, bars, essentials.noise) for _ in range(pieces)])
        answers = session.run(["pitch_logits", "onset_logits"], {"melody": melody, "noise": noise})
        with torch.inference_mode():
            expected = served(torch.from_numpy(melody), torch.from_numpy(noise))
        for answer, wanted in zip(answers, expected, strict=True):
            difference = float(np.max(np.abs(np.asarray(answer) - wanted.numpy())))
            if not difference <= TOLERANCE:
                raise RuntimeError(f"the exported model differs from the trained one by {difference}")
