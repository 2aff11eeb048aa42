"""Programs that measure run to their end. What they measure is judged nowhere here."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from opencomposer_testing.serving_process import CONTAINERS


@pytest.mark.parametrize(
    ("program", "arguments", "member"),
    [
        ("ar-cnn/bench/single_edits_bench.py", ["--edits", "1"], "secondsFor100Edits"),
        ("unet-gan/bench/critic_updates_bench.py", ["--updates", "1"], "timesFaster"),
        ("transformer/bench/decoding_bench.py", ["--events", "10"], "timesFaster"),
        ("transformer/bench/updates_bench.py", ["--updates", "1"], "eventsAProcessorSecond"),
    ],
)
def test_a_benchmark_runs(program: str, arguments: list[str], member: str) -> None:
    done = subprocess.run(
        [sys.executable, str(CONTAINERS / program), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[member] > 0
