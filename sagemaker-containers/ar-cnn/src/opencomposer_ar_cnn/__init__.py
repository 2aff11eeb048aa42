"""AR-CNN: re-writes a piece note by note. `train` learns it (PyTorch), `serve` plays it (ONNX Runtime)."""

# First of all imports, since it keeps ONNX Runtime from reporting to its maker.
import opencomposer_shared  # noqa: F401
