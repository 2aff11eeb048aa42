"""The Transformer goes on with a piece, event by event.

`train` trains it (PyTorch), `serve` serves it (ONNX Runtime).
"""

# This import comes before all others, because it keeps ONNX Runtime from reporting to its maker.
import opencomposer_music  # noqa: F401

TECHNIQUE = "transformer"
"""The technique's id, by which its document is found (contracts/techniques)."""
