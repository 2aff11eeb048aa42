"""What the tests of every technique's inference container need: the body of a request, and what the process has loaded
that its image does not have."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from opencomposer_music.piano_roll import Note

ABSENT_MODULES = ("torch", "onnx", "mido", "music21", "jsonschema", "yaml")
"""Modules that the environment of the tests has, and the inference image does not."""
LIBRARIES = ("onnxruntime", "libtorch", "/torch/", "/onnx/", "/mido/", "/music21/")
"""Names in the paths of files that a process may have mapped. Only the first is in the inference image."""


def invocation(
    technique: str,
    model: bytes,
    notes: Sequence[Note],
    bars: int,
    *,
    seed: int = 0,
    url: str | None = None,
    tempo: float | None = None,
    **parameters: Any,
) -> dict[str, Any]:
    """Returns the body of a request."""
    return {
        "schemaVersion": 1,
        "technique": technique,
        "model": {
            "sha256": hashlib.sha256(model).hexdigest(),
            "bytes": len(model),
            **({} if url is None else {"url": url}),
        },
        "seed": seed,
        "melody": {
            "stepsPerBeat": 4,
            "beatsPerBar": 4,
            "bars": bars,
            **({} if tempo is None else {"tempo": tempo}),
            "notes": [{"onset": note.onset, "duration": note.duration, "pitch": note.pitch} for note in notes],
        },
        "parameters": parameters,
    }


def mapped_libraries(pid: int) -> set[str]:
    """Returns which of LIBRARIES a process has mapped."""
    maps = Path(f"/proc/{pid}/maps").read_text().lower()
    return {library for library in LIBRARIES if library in maps}


def absent_modules_imported_by(*modules: str) -> list[str]:
    """Returns which of ABSENT_MODULES a new process has imported after it has imported these modules."""
    program = (
        f"import importlib, json, sys; [importlib.import_module(name) for name in {modules!r}]; "
        f"print(json.dumps([name for name in {ABSENT_MODULES!r} if name in sys.modules]))"
    )
    environment: dict[str, str] = {}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    names: list[str] = json.loads(done.stdout)
    return names
