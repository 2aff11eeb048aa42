"""The inference server of every technique: requests, models in processes of their own, limits (ONNX Runtime)."""

# First of all imports, since it keeps ONNX Runtime from reporting to its maker.
import opencomposer_music  # noqa: F401
