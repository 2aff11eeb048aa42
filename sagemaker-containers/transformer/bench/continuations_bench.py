"""Measures going on: time of `POST /invocations` of the Transformer's server, as JSON, with the tokens written.

    .venv/inference/bin/python sagemaker-containers/transformer/bench/continuations_bench.py --model FILE [--requests 9]

Eight bars of melody are gone on with by four voices. How many tokens a bar takes depends on what the model has learned:
the chorales have 24.
"""

from __future__ import annotations

from opencomposer_testing.invocation_times import Bench, Case, main

VOICES: dict[str, float | bool | str] = {"voices": "all", "candidates": 1}
BENCH = Bench(
    "transformer",
    [
        Case("8 bars more of four voices", 8, 0.3, {**VOICES, "extensionBars": 8}),
        Case("30 seconds more of four voices", 8, 0.5, {**VOICES, "trackExtensionDuration": 30}, share=0.5),
        Case("8 bars more, four candidates", 8, 0.8, {**VOICES, "extensionBars": 8, "candidates": 4}, share=0.5),
        Case("8 bars more, eight candidates", 8, None, {**VOICES, "extensionBars": 8, "candidates": 8}, share=0.5),
        Case("56 bars more of four voices", 8, None, {**VOICES, "extensionBars": 56}, share=0.25),
    ],
    reported_metrics=("tokenCount",),
)

if __name__ == "__main__":
    main(BENCH)
