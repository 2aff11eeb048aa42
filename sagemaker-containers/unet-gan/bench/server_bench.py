"""Compares the cost of this checkout's inference server with another checkout's, in turns in the same run, as JSON.

.venv/inference/bin/python sagemaker-containers/unet-gan/bench/server_bench.py --against FOLDER [--packages FOLDER]

Each round starts both servers with the stock model. The figures are the medians over all rounds, and the ratio is the
median of the rounds' ratios: the other's figure divided by ours. `--packages` is a folder of packages that only the
other needs.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import os
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from opencomposer_testing.invocation_times import Case, composition_request
from opencomposer_testing.serving_process import ServingProcess, send

REPOSITORY = Path(__file__).resolve().parents[3]
CLIENTS = 8
PING_SECONDS = 2.0
COMPOSITIONS = 40

Work = Callable[[http.client.HTTPConnection], list[float]]
"""Sends requests on a connection, and returns the seconds of each."""


def timed(connection: http.client.HTTPConnection, body: bytes | None = None) -> float:
    """Returns the seconds of one POST /invocations with that body, or of one GET /ping."""
    method, path = ("GET", "/ping") if body is None else ("POST", "/invocations")
    began = time.perf_counter()
    response = send(connection, method, path, body, {"Content-Type": "application/json"})
    seconds = time.perf_counter() - began
    if response.status != 200:
        raise RuntimeError(f"{path} responded with {response.status}: {response.body[:500]!r}")
    return seconds


def pings(connection: http.client.HTTPConnection) -> list[float]:
    """Sends pings until PING_SECONDS have passed."""
    until = time.perf_counter() + PING_SECONDS
    seconds = []
    while time.perf_counter() < until:
        seconds.append(timed(connection))
    return seconds


def compositions(count: int) -> Work:
    """Returns the work of so many compositions of 8 bars with the stock model."""
    content = (REPOSITORY / "models/unet-gan-bach/model.onnx").read_bytes()
    identity = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    bodies = [composition_request("unet-gan", identity, Case("8 bars", 8), seed) for seed in range(count)]
    return lambda connection: [timed(connection, body) for body in bodies]


def in_clients(server: ServingProcess, clients: int, work: Work) -> list[float]:
    """Returns the seconds of all requests of so many clients at once, each on a connection of its own."""

    def client(_number: int) -> list[float]:
        connection = server.connect()
        try:
            return work(connection)
        finally:
            connection.close()

    with ThreadPoolExecutor(clients) as pool:
        return [seconds for measured in pool.map(client, range(clients)) for seconds in measured]


def mebibytes(server: ServingProcess, name: str) -> float:
    """Returns VmRSS (now) or VmHWM (the peak) of the server's process."""
    status = Path(f"/proc/{server.pid}/status").read_text(encoding="ascii")
    found = re.search(rf"^{name}:\s+(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"the kernel does not tell {name}")
    return int(found[1]) / 1024


def measure(checkout: Path, packages: list[Path]) -> dict[str, float]:
    """Returns all figures of one server, by name."""
    began = time.perf_counter()
    # The measured checkout's packages come before those of this checkout, which the environment has.
    sources = [*sorted(checkout.glob("sagemaker-containers/*/src")), *packages]
    environment = {
        "OPENCOMPOSER_STOCK_MODELS_DIR": str(REPOSITORY / "models"),
        "PYTHONPATH": os.pathsep.join(str(source) for source in sources),
    }
    with ServingProcess(["-m", "opencomposer_unet_gan", "serve"], environment) as server:
        figures = {"startSeconds": time.perf_counter() - began, "restMebibytes": mebibytes(server, "VmRSS")}
        figures["pingsPerSecond"] = len(in_clients(server, 1, pings)) / PING_SECONDS
        figures["pingsPerSecondOf8Clients"] = len(in_clients(server, CLIENTS, pings)) / PING_SECONDS
        in_clients(server, 1, compositions(3))
        figures["compositionSeconds"] = median(in_clients(server, 1, compositions(COMPOSITIONS)))
        with ThreadPoolExecutor(1) as pool:
            composing = pool.submit(in_clients, server, CLIENTS, compositions(COMPOSITIONS // 2))
            connection = server.connect()
            beside = []
            while not composing.done():
                beside.append(timed(connection))
                time.sleep(0.02)
            connection.close()
            figures["compositionSecondsOf8Clients"] = median(composing.result())
        figures["pingSecondsBesideThem"] = median(beside)
        figures["longestPingSecondsBesideThem"] = max(beside)
        figures["peakMebibytes"] = mebibytes(server, "VmHWM")
    return figures


def main() -> None:
    """Parses the command line and prints all figures of both servers."""
    parser = argparse.ArgumentParser(description="Compare the inference servers of two checkouts")
    parser.add_argument("--against", type=Path, required=True, help="another checkout")
    parser.add_argument("--packages", type=Path, nargs="*", default=[], help="folders of packages that it needs")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    rounds = [
        (measure(REPOSITORY, []), measure(arguments.against.resolve(), arguments.packages))
        for _ in range(arguments.rounds)
    ]
    figures = {}
    for name in rounds[0][0]:
        here, there = ([side[name] for side in sides] for sides in zip(*rounds, strict=True))
        figures[name] = {
            "here": round(median(here), 5),
            "rangeHere": [round(min(here), 5), round(max(here), 5)],
            "there": round(median(there), 5),
            "ratio": round(median(other / ours for ours, other in zip(here, there, strict=True)), 3),
        }
    print(json.dumps({"rounds": arguments.rounds, "load": os.getloadavg()[0], "figures": figures}))


if __name__ == "__main__":
    main()
