"""Time of `POST /invocations` against a real server process, as JSON.

    .venv/inference/bin/python sagemaker-containers/unet-gan/bench/invocations_bench.py [--model FILE] [--requests 40]

The time is the client's: connection kept open, body sent to answer read. Bars of quarter notes; every request has
another seed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CONTAINERS = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CONTAINERS / "shared/testing"), str(CONTAINERS / "shared/src")]

from opencomposer_testing.serving_process import ServingProcess, send  # noqa: E402

STOCK_MODEL = CONTAINERS.parent / "models/unet-gan-bach/model.onnx"
PIECES_IN_BARS = (8, 64)
GOAL_SECONDS = {8: 0.1}


def request_for(sha256: str, size: int, bars: int, seed: int) -> bytes:
    """A scale in quarter notes."""
    notes = [{"onset": step, "duration": 4, "pitch": 60 + step // 4 * 7 % 12} for step in range(0, bars * 16, 4)]
    request = {
        "schemaVersion": 1,
        "technique": "unet-gan",
        "model": {"sha256": sha256, "bytes": size},
        "seed": seed,
        "melody": {"stepsPerBeat": 4, "beatsPerBar": 4, "bars": bars, "notes": notes},
        "parameters": {},
    }
    return json.dumps(request).encode()


def percentile(seconds: Sequence[float], percent: float) -> float:
    """Nearest-rank percentile."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, max(0, round(percent / 100 * len(ordered) + 0.5) - 1))]


def measure(model: Path, requests: int) -> dict[str, Any]:
    """Start a server with the model as its stock model and time requests of each length."""
    content = model.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    headers = {"Content-Type": "application/json"}
    with tempfile.TemporaryDirectory(prefix="opencomposer-bench-") as folder:
        stock = Path(folder) / "measured"
        stock.mkdir()
        shutil.copyfile(model, stock / "model.onnx")
        started = time.perf_counter()
        with ServingProcess(
            ["-m", "opencomposer_unet_gan", "serve"],
            {"OPENCOMPOSER_STOCK_MODELS_DIR": folder},
            [CONTAINERS / "shared/src", CONTAINERS / "unet-gan/src"],
        ) as server:
            start_seconds = time.perf_counter() - started
            connection = server.connect()

            def timed(bars: int, seed: int) -> float:
                body = request_for(sha256, len(content), bars, seed)
                began = time.perf_counter()
                answer = send(connection, "POST", "/invocations", body, headers)
                seconds = time.perf_counter() - began
                if answer.status != 200:
                    raise RuntimeError(f"the server answered {answer.status}: {answer.body.decode()}")
                return seconds

            first = timed(PIECES_IN_BARS[0], 0)
            lengths = []
            for bars in PIECES_IN_BARS:
                seconds = [timed(bars, seed) for seed in range(requests)]
                lengths.append(
                    {
                        "bars": bars,
                        "requests": requests,
                        "p50Seconds": round(percentile(seconds, 50), 4),
                        "p95Seconds": round(percentile(seconds, 95), 4),
                        **({"goalSeconds": GOAL_SECONDS[bars]} if bars in GOAL_SECONDS else {}),
                    }
                )
            connection.close()
    return {
        "benchmark": "invocations",
        "technique": "unet-gan",
        "model": {"name": model.parent.name, "sha256": sha256, "bytes": len(content)},
        "machine": {"cores": len(os.sched_getaffinity(0)), "processor": platform.machine(), "load": os.getloadavg()[0]},
        "startSeconds": round(start_seconds, 3),
        "firstRequestSeconds": round(first, 4),
        "lengths": lengths,
    }


def main() -> None:
    """Parse the command line and print the result."""
    parser = argparse.ArgumentParser(description="Time POST /invocations of the U-Net GAN's server")
    parser.add_argument("--model", type=Path, default=STOCK_MODEL)
    parser.add_argument("--requests", type=int, default=40)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.model, arguments.requests)))


if __name__ == "__main__":
    main()
