"""A network in the interface of the exporter, made of a few random matrices: small, quick, no PyTorch.

It writes noise, but its output depends on its input, and it takes any length, as a trained one does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper
from opencomposer_ar_cnn.model_metadata import ArCnnMetadata
from opencomposer_music.model_metadata import Limits, Voice

from opencomposer_testing.tiny_onnx import constant, file_of, floats, tiny_model

VOICES = (Voice("Soprano", 0, "monophonic", 55, 84), Voice("Accompaniment", 19, "polyphonic", 36, 80))


@dataclass(frozen=True)
class TinyNetwork:
    """The settings of one model file. `level` is the logit of an edit, to which opinions of about `scale` are added."""

    seed: int = 0
    level: float = -6.0
    scale: float = 2.0
    max_bars: int = 64
    density: float = 0.97
    max_polyphony: int = 4
    technique: str = "ar-cnn"
    voices: tuple[Voice, Voice] = VOICES
    hears_phrase_ends: bool = False

    def metadata(self) -> ArCnnMetadata:
        return ArCnnMetadata(
            self.voices,
            Limits(self.max_bars, 36, 99),
            self.density,
            self.max_polyphony,
            self.technique,
            self.hears_phrase_ends,
        )

    def message(self) -> onnx.ModelProto:
        """Returns the model as a message that a test may corrupt."""
        rng = np.random.default_rng(self.seed)
        heard = self.metadata().input_planes

        def random(name: str, *shape: int) -> TensorProto:
            return constant(name, rng.standard_normal(shape).astype(np.float32) * self.scale)

        initializers = [
            random("mix", 1, heard, 1, 1),
            random("hear", 128, 128),
            constant("level", np.array(self.level, dtype=np.float32)),
            constant("voices_axis", np.array([1], dtype=np.int64)),
            constant("one_roll", np.array([0, -1, 128], dtype=np.int64)),
            constant("opposite", np.array(-1.0, dtype=np.float32)),
        ]
        nodes = [
            helper.make_node("Conv", ["planes", "mix"], ["mixed"]),
            helper.make_node("Reshape", ["mixed", "one_roll"], ["squeezed"]),
            helper.make_node("MatMul", ["squeezed", "hear"], ["heard"]),
            helper.make_node("Unsqueeze", ["density", "voices_axis"], ["wanted"]),
            helper.make_node("Add", ["heard", "wanted"], ["audible"]),
            helper.make_node("Add", ["audible", "level"], ["toggle_logits"]),
            helper.make_node("Mul", ["audible", "opposite"], ["inaudible"]),
            helper.make_node("Add", ["level", "inaudible"], ["start_logits"]),
        ]
        return tiny_model(
            nodes,
            inputs=[floats("planes", "batch", heard, "steps", 128), floats("density", "batch", 1)],
            outputs=[floats("toggle_logits", "batch", "steps", 128), floats("start_logits", "batch", "steps", 128)],
            initializers=initializers,
            metadata=self.metadata().to_json(),
        )

    def file(self) -> bytes:
        """Returns the model's file."""
        return file_of(self.message())
