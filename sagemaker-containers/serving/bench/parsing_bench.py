"""Measures the parsing and checking of a request of `POST /invocations`: `python parsing_bench.py`.

Prints the median and the least of 15 runs in milliseconds of computing, with `json.loads` of the same body beside it.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

from opencomposer_music.technique_document import load_technique
from opencomposer_serving.failures import InvocationFailure
from opencomposer_serving.invocation import InvocationRules, parse_invocation

RUNS = 15
MAX_BODY_BYTES = 4 * 1024 * 1024


def main() -> None:
    """Measures valid, broken and hostile requests of the U-Net GAN."""
    rules = InvocationRules("unet-gan", load_technique("unet-gan").parameters, 32 * 1024 * 1024)
    began = time.process_time()
    refuse(request(1, [{"onset": -1}]), rules)
    print(f"first request, which compiles the schema twice: {1e3 * (time.process_time() - began):.1f} ms")
    good = [{"onset": index % 1024, "duration": 1, "pitch": 60, "velocity": 80} for index in range(8192)]
    broken = [{"onset": -1, "duration": 0, "pitch": 200, "velocity": 0}] * 8192
    hostile = request(64, [])[:-3] + b"0," * (MAX_BODY_BYTES // 2 - 200) + b"0]}}"
    for name, body, parse in (
        ("64 notes", request(64, good[:64]), parse_invocation),
        ("8,192 notes", request(64, good), parse_invocation),
        ("8,192 notes, 32,768 broken fields", request(64, broken), refuse),
        ("8,192 empty notes", request(64, [{}] * 8192), refuse),
        ("2,000,000 numbers for notes", hostile, refuse),
    ):
        print(f"{name}: {milliseconds(parse, body, rules)}, json.loads {milliseconds(json.loads, body)}")


def request(bars: int, notes: list[dict[str, int]]) -> bytes:
    """Returns the body of a request; the notes come last."""
    return json.dumps(
        {
            "schemaVersion": 1,
            "technique": "unet-gan",
            "model": {"sha256": "0" * 64, "bytes": 1},
            "seed": 0,
            "parameters": {},
            "melody": {"stepsPerBeat": 4, "beatsPerBar": 4, "bars": bars, "notes": notes},
        }
    ).encode()


def refuse(body: bytes, rules: InvocationRules) -> None:
    """Parses a body that must be refused."""
    try:
        parse_invocation(body, rules)
    except InvocationFailure:
        return
    raise AssertionError("the body was taken")


def milliseconds(work: Callable[..., object], *values: object) -> str:
    """Returns the median and the least of RUNS runs."""
    seconds = []
    for _ in range(RUNS):
        began = time.process_time()
        work(*values)
        seconds.append(time.process_time() - began)
    return f"{1e3 * statistics.median(seconds):.2f} (least {1e3 * min(seconds):.2f})"


if __name__ == "__main__":
    main()
