"""Measures re-writing: time of `POST /invocations` of the AR-CNN's server, as JSON, with the passes and edits.

    .venv/inference/bin/python sagemaker-containers/ar-cnn/bench/rewriting_bench.py [--model FILE] [--requests 40]

Sampling ends when nothing is left to do, so the time depends on what the model has learned. Only with single edits it
does not: 100 of them are 100 runs of any network.
"""

from __future__ import annotations

from opencomposer_testing.invocation_times import Bench, Case, main

SINGLE_EDITS: dict[str, float | bool] = {"editsPerPass": 1, "samplingIterations": 100, "melodyLock": False}
REWRITING: dict[str, float | bool] = {"melodyLock": False}
BENCH = Bench(
    "ar-cnn",
    [
        Case("voices for 8 bars", 8, 0.2),
        Case("8 bars re-written", 8, 0.3, REWRITING, share=0.5),
        Case("100 single edits in 8 bars", 8, 0.3, SINGLE_EDITS, share=0.5),
        Case("voices for 64 bars", 64, 2.0, share=0.25),
    ],
    reported_metrics=("passCount", "editCount"),
)

if __name__ == "__main__":
    main(BENCH)
