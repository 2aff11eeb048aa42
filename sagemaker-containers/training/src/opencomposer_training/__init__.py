"""Training jobs: SageMaker's folders, data sets, the loop, checkpoints, the export to ONNX (PyTorch)."""

# First of all imports, since it keeps ONNX Runtime from reporting to its maker.
import opencomposer_music  # noqa: F401
