"""Time of `POST /invocations` of the U-Net GAN's server, as JSON.

.venv/inference/bin/python sagemaker-containers/unet-gan/bench/invocations_bench.py [--model FILE] [--requests 40]
"""

from __future__ import annotations

import sys
from pathlib import Path

CONTAINERS = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CONTAINERS / "shared/testing"), str(CONTAINERS / "shared/src")]

from opencomposer_testing.invocation_times import Bench, Case, main  # noqa: E402

BENCH = Bench("unet-gan", [Case("8 bars", 8, 0.1), Case("64 bars", 64)])

if __name__ == "__main__":
    main(BENCH)
