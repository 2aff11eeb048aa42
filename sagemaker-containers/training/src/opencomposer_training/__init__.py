"""Training jobs: SageMaker's folders, data sets, the loop, checkpoints, the export to ONNX (PyTorch)."""

# This import comes before all others, because it keeps ONNX Runtime from reporting to its maker.
import opencomposer_music  # noqa: F401
