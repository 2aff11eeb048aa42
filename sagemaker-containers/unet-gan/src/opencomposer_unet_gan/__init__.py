"""U-Net GAN: gives a melody its accompaniment. `train` learns it (PyTorch), `serve` plays it (ONNX Runtime)."""

# First of all imports, since it keeps ONNX Runtime from reporting to its maker.
import opencomposer_music  # noqa: F401

TECHNIQUE = "unet-gan"
"""The technique's id, by which its document is found (contracts/techniques)."""
