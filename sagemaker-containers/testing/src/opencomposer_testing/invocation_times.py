"""Measures the time of `POST /invocations` against a real server process, for the benches of all techniques.

The time is the client's, from the sending of the body to the end of the response, on a connection that stays open.
Every request has another seed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

from opencomposer_testing.bench_programs import machine
from opencomposer_testing.serving_process import CONTAINERS, ServingProcess, send

RESPONSE_SECONDS = 60.0
"""The server ends a request that takes 44 seconds, and says so."""


@dataclass(frozen=True)
class Case:
    """Requests that are measured together: a melody of `bars` bars of quarter notes, with these parameters.

    share: the number of requests of this case for one of the command line's; it is less than 1 for cases that take
    long.
    """

    name: str
    bars: int
    goal_seconds: float | None = None
    parameters: Mapping[str, float | bool | str] = field(default_factory=dict)
    share: float = 1.0


@dataclass(frozen=True)
class Bench:
    """The cases of one technique. reported_metrics: the metrics of the responses whose means say how much work was done
    in the time."""

    technique: str
    cases: Sequence[Case]
    reported_metrics: Sequence[str] = ()

    @property
    def stock_model(self) -> Path:
        """Returns the model that is measured where none is named."""
        return CONTAINERS.parent / f"models/{self.technique}-bach/model.onnx"

    @property
    def package(self) -> str:
        """Returns the name of the container's Python package."""
        return f"opencomposer_{self.technique.replace('-', '_')}"


def percentile(values: Sequence[float], percent: float) -> float:
    """Returns the nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(percent / 100 * len(ordered) + 0.5) - 1))]


def measure(bench: Bench, model: Path, requests: int) -> dict[str, Any]:
    """Starts a server with the model as its stock model, times `requests` requests of each case, and returns JSON."""
    content = model.read_bytes()
    identity = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    with tempfile.TemporaryDirectory(prefix="opencomposer-bench-") as folder:
        stock = Path(folder) / "measured"
        stock.mkdir()
        shutil.copyfile(model, stock / "model.onnx")
        started = time.perf_counter()
        with ServingProcess(
            ["-m", bench.package, "serve"],
            {"OPENCOMPOSER_STOCK_MODELS_DIR": folder},
        ) as server:
            start_seconds = time.perf_counter() - started
            connection = server.connect(timeout=RESPONSE_SECONDS)

            def timed(case: Case, seed: int) -> tuple[float, dict[str, float]]:
                body = composition_request(bench.technique, identity, case, seed)
                began = time.perf_counter()
                response = send(connection, "POST", "/invocations", body, {"Content-Type": "application/json"})
                seconds = time.perf_counter() - began
                if response.status != 200:
                    raise RuntimeError(f"the server responded with {response.status}: {response.body.decode()}")
                return seconds, response.json()["metrics"]

            first, _ = timed(bench.cases[0], 0)
            cases = []
            for case in bench.cases:
                responses = [timed(case, seed) for seed in range(max(1, round(requests * case.share)))]
                seconds = [seconds for seconds, _ in responses]
                cases.append(
                    {
                        "name": case.name,
                        "bars": case.bars,
                        "parameters": dict(case.parameters),
                        "requests": len(responses),
                        "p50Seconds": round(percentile(seconds, 50), 4),
                        "p95Seconds": round(percentile(seconds, 95), 4),
                        **({} if case.goal_seconds is None else {"goalSeconds": case.goal_seconds}),
                        "means": {
                            name: round(mean(metrics[name] for _, metrics in responses), 1)
                            for name in bench.reported_metrics
                        },
                    }
                )
            connection.close()
            peak = peak_mebibytes(server.pid)
    return {
        "benchmark": "invocations",
        "technique": bench.technique,
        "model": {"name": model.parent.name, **identity},
        "machine": machine(),
        "startSeconds": round(start_seconds, 3),
        "firstRequestSeconds": round(first, 4),
        "peakMebibytes": peak,
        "cases": cases,
    }


def peak_mebibytes(pid: int) -> int:
    """Returns the most memory that a process has had so far."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return round(int(line.split()[1]) / 1024)


def main(bench: Bench) -> None:
    """Parses the command line and prints the result as one line of JSON."""
    parser = argparse.ArgumentParser(description=f"Time POST /invocations of the {bench.technique} server")
    parser.add_argument("--model", type=Path, default=bench.stock_model)
    parser.add_argument("--requests", type=int, default=40)
    arguments = parser.parse_args()
    print(json.dumps(measure(bench, arguments.model, arguments.requests)))


def composition_request(technique: str, identity: Mapping[str, object], case: Case, seed: int) -> bytes:
    """Returns the body of an invocation: a melody of rising fifths within an octave, in quarter notes."""
    notes = [{"onset": step, "duration": 4, "pitch": 60 + step // 4 * 7 % 12} for step in range(0, case.bars * 16, 4)]
    request = {
        "schemaVersion": 1,
        "technique": technique,
        "model": identity,
        "seed": seed,
        "melody": {"stepsPerBeat": 4, "beatsPerBar": 4, "bars": case.bars, "notes": notes},
        "parameters": dict(case.parameters),
    }
    return json.dumps(request).encode()
