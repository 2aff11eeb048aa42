"""Limits that every model file of ours keeps, whether it is being exported, registered or served.

`model-limits.json` is a link to contracts/model-limits.json, which the register step reads too.
It imports no third-party package: the inference image has next to nothing else.
"""

from __future__ import annotations

import json
from importlib import resources

METADATA_KEY = "opencomposer"
"""The key of metadata_props under which a model file holds everything that is needed to use it."""
OPSET = 17
"""The opset of the files that PyTorch's exporter writes for us."""
MAX_METADATA_CHARACTERS = 64 * 1024

MAX_MODEL_BYTES: int = json.loads(
    resources.files("opencomposer_music").joinpath("model-limits.json").read_text(encoding="utf-8")
)["maxModelBytes"]
"""The size of the largest model file. The largest that the exporters can make, a `large` Transformer, leaves a fifth
of it."""
