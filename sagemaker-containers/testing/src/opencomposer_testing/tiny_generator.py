"""A generator in the interface of the exporter, made of a few random matrices: small, quick, no PyTorch.

It plays noise, but its output depends on its melody and its noise input, and it takes any length, as a trained one
does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper
from opencomposer_music.decoding import Decoding, ModelMetadata, NoiseShape
from opencomposer_music.model_metadata import Limits, Voice

from opencomposer_testing.tiny_onnx import constant, file_of, floats, tiny_model

VOICES = (
    Voice("Soprano", 0, "monophonic", 55, 84),
    Voice("Alto", 48, "monophonic", 50, 74),
    Voice("Tenor", 48, "monophonic", 45, 69),
    Voice("Bass", 43, "monophonic", 36, 62),
)


@dataclass(frozen=True)
class TinyGenerator:
    """The settings of one model file. `rest_bias` is the logit of silence, against logits of about 1 for pitches."""

    seed: int = 0
    voices: tuple[Voice, ...] = VOICES
    rest_bias: float = 0.0
    pitch_temperature: float = 1.0
    max_bars: int = 64
    technique: str = "unet-gan"
    scale: float = 1.0
    hears_phrase_ends: bool = False

    def metadata(self) -> ModelMetadata:
        return ModelMetadata(
            self.technique,
            self.voices,
            Limits(self.max_bars, 36, 99),
            NoiseShape(8, 4),
            Decoding(self.pitch_temperature, 1.0, 2),
            hears_phrase_ends=self.hears_phrase_ends,
        )

    def message(self) -> onnx.ModelProto:
        """Returns the model as a message that a test may corrupt."""
        rng = np.random.default_rng(self.seed)
        voices = len(self.voices) - 1
        heard = self.metadata().melody_planes

        def random(name: str, *shape: int) -> TensorProto:
            return constant(name, rng.standard_normal(shape).astype(np.float32) * self.scale)

        rest = np.zeros((1, 1, 1, 129), dtype=np.float32)
        rest[..., 128] = self.rest_bias
        initializers = [
            random("mix", voices, heard, 1, 1),
            random("hear", 128, 129),
            random("drift", 8, 16 * 129),
            random("starts", voices, heard, 1, 1),
            constant("rest", rest),
            constant("by_step", np.array([0, 1, -1, 129], dtype=np.int64)),
        ]
        nodes = [
            helper.make_node("Conv", ["melody", "mix"], ["mixed"]),
            helper.make_node("MatMul", ["mixed", "hear"], ["heard"]),
            helper.make_node("MatMul", ["noise", "drift"], ["drifted"]),
            helper.make_node("Reshape", ["drifted", "by_step"], ["drift_by_step"]),
            helper.make_node("Add", ["heard", "drift_by_step"], ["audible"]),
            helper.make_node("Add", ["audible", "rest"], ["pitch_logits"]),
            helper.make_node("Conv", ["melody", "starts"], ["onset_logits"]),
        ]
        return tiny_model(
            nodes,
            inputs=[floats("melody", "batch", heard, "steps", 128), floats("noise", "batch", "bars", 8)],
            outputs=[
                floats("pitch_logits", "batch", voices, "steps", 129),
                floats("onset_logits", "batch", voices, "steps", 128),
            ],
            initializers=initializers,
            metadata=self.metadata().to_json(),
        )

    def file(self) -> bytes:
        """Returns the model's file."""
        return file_of(self.message())
