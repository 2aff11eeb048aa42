"""How long re-writing takes, without the server, as JSON: the shortest of several runs.

.venv/inference/bin/python sagemaker-containers/ar-cnn/bench/rewriting_bench.py MODEL.onnx [--threads N] [--runs N]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path

CONTAINERS = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CONTAINERS / "shared/src"), str(CONTAINERS / "ar-cnn/src")]

import numpy as np  # noqa: E402
from opencomposer_ar_cnn.generation import LoadedEditor, load_editor, rewrite_notes, run_editor  # noqa: E402
from opencomposer_ar_cnn.sampling import SamplingSettings  # noqa: E402
from opencomposer_shared.piano_roll import Note  # noqa: E402
from opencomposer_shared.serving.onnx_model import usable_cores  # noqa: E402

ODE_TO_JOY = (64, 64, 65, 67, 67, 65, 64, 62, 60, 60, 62, 64, 64, 62, 62, 62)
HARMONISE = SamplingSettings(max_notes_added=1000, melody_lock=True)
ONE_BY_ONE = SamplingSettings(max_notes_added=1000, melody_lock=True, edits_per_pass=1)


def melody(bars: int) -> list[Note]:
    """Quarter notes of a known tune, over and over."""
    return [Note(4 * beat, 4, ODE_TO_JOY[beat % len(ODE_TO_JOY)]) for beat in range(4 * bars)]


def measure(editor: LoadedEditor, bars: int, settings: SamplingSettings, runs: int) -> dict[str, float]:
    """Shortest time of several runs, with what was done in it."""
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        result = rewrite_notes(editor, melody(bars), bars, settings, 0)
        seconds.append(time.perf_counter() - started)
    return {"seconds": round(min(seconds), 4), "passes": result.passes, "edits": len(result.events)}


def measure_network(editor: LoadedEditor, bars: int, runs: int) -> float:
    """Shortest time of one run of the network."""
    planes = np.zeros((4, 16 * bars, 128), dtype=np.float32)
    seconds = []
    for _ in range(5 * runs):
        started = time.perf_counter()
        run_editor(editor, planes, 1.0)
        seconds.append(time.perf_counter() - started)
    return round(min(seconds), 5)


def main() -> int:
    """Measure one model file."""
    parser = argparse.ArgumentParser(description="Time the re-writing of pieces.")
    parser.add_argument("model", type=Path)
    parser.add_argument("--threads", type=int, default=usable_cores())
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    editor = load_editor(options.model.read_bytes(), options.threads)
    results = {
        "benchmark": "rewriting",
        "technique": "ar-cnn",
        "machine": {"cores": usable_cores(), "processor": platform.machine(), "load": os.getloadavg()[0]},
        "threads": options.threads,
        "networkSeconds": {str(bars): measure_network(editor, bars, options.runs) for bars in (8, 64)},
        "eightBars": measure(editor, 8, HARMONISE, options.runs),
        "eightBarsOneByOne": measure(editor, 8, ONE_BY_ONE, options.runs),
        "sixtyFourBars": measure(editor, 64, HARMONISE, options.runs),
    }
    print(json.dumps(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
