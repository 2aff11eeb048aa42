"""The inference server of every technique: requests, models in processes of their own, limits (ONNX Runtime)."""

# This import comes before all others, because it keeps ONNX Runtime from reporting to its maker.
import opencomposer_music  # noqa: F401
