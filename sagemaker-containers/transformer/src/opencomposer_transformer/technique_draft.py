"""The document of the technique. It is part of this package as long as the product does not offer the technique,
because whatever is in contracts/techniques has images, a stock model and a place in the API."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from opencomposer_music.technique_document import TechniqueDocument, read_technique


@cache
def transformer_document() -> TechniqueDocument:
    """Returns the document."""
    file = resources.files("opencomposer_transformer").joinpath("transformer.json")
    return read_technique(json.loads(file.read_text(encoding="utf-8")))
