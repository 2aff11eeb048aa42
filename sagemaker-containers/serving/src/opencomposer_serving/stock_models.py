"""The models that are part of the image: `<directory>/<modelId>/model.onnx`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from opencomposer_serving.event_log import EventLog
from opencomposer_serving.failures import ModelRejected
from opencomposer_serving.model_cache import sha256_of
from opencomposer_serving.onnx_file import embedded_metadata, summarize

MODEL_FILE = "model.onnx"


@dataclass(frozen=True)
class StockModel:
    """One stock model of the technique that this server serves."""

    model_id: str
    sha256: str
    bytes: int
    path: Path


def find_stock_models(
    *, directory: Path | None, technique: str, max_model_bytes: int, log: EventLog
) -> tuple[StockModel, ...]:
    """Returns the technique's stock models, with their hashes, which are computed once.

    A file's own metadata names its technique. A file that cannot be read is logged and left out: the other models
    still serve, and a request for it gets MODEL_NOT_FOUND.
    """
    if directory is None:
        return ()
    found = []
    for path in sorted(directory.glob(f"*/{MODEL_FILE}")):
        try:
            if path.stat().st_size > max_model_bytes:
                raise ModelRejected(f"it is larger than {max_model_bytes} bytes")
            content = path.read_bytes()
            if technique_of(content) != technique:
                continue
        except (ModelRejected, OSError) as error:
            log.event("stock-model-skipped", modelId=path.parent.name, reason=str(error))
            continue
        found.append(StockModel(path.parent.name, sha256_of(content), len(content), path))
    return tuple(found)


def technique_of(model: bytes) -> str:
    """Returns the technique's id in an ONNX file of ours. Raises ModelRejected where it names none."""
    try:
        metadata: object = json.loads(embedded_metadata(summarize(model)))
    except (ValueError, RecursionError):
        raise ModelRejected("its metadata is not JSON") from None
    technique = metadata.get("technique") if isinstance(metadata, dict) else None
    if not isinstance(technique, str):
        raise ModelRejected("its metadata names no technique")
    return technique
