"""Measures the time of `POST /invocations` of the U-Net GAN's server, as JSON.

.venv/inference/bin/python sagemaker-containers/unet-gan/bench/invocations_bench.py [--model FILE] [--requests 40]
"""

from __future__ import annotations

from opencomposer_testing.invocation_times import Bench, Case, main

BENCH = Bench("unet-gan", [Case("8 bars", 8, 0.1), Case("64 bars", 64)])

if __name__ == "__main__":
    main(BENCH)
