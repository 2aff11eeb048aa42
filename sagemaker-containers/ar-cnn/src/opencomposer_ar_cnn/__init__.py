"""The AR-CNN re-writes a piece note by note. `train` trains it (PyTorch), `serve` serves it (ONNX Runtime)."""

# This import comes before all others, because it keeps ONNX Runtime from reporting to its maker.
import opencomposer_music  # noqa: F401

TECHNIQUE = "ar-cnn"
"""The technique's id, by which its document is found (contracts/techniques)."""
