"""AR-CNN: re-writes a piece note by note. `train` learns it (PyTorch), `serve` plays it (ONNX Runtime)."""

# First of all imports, since it keeps ONNX Runtime from reporting to its maker.
import opencomposer_music  # noqa: F401

TECHNIQUE = "ar-cnn"
"""The technique's id, by which its document is found (contracts/techniques)."""
