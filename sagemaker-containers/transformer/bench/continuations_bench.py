"""Measures going on: time of `POST /invocations` of the Transformer's server, as JSON, with the tokens written.

    .venv/inference/bin/python sagemaker-containers/transformer/bench/continuations_bench.py --model FILE [--requests 9]

Eight bars of melody are gone on with by four voices, by one candidate and by as many as a composition has by default.
How many tokens a bar takes depends on what the model has learned: the chorales have 24.
"""

from __future__ import annotations

from opencomposer_testing.invocation_times import Bench, Case, main
from opencomposer_transformer.writing_settings import writing_settings

ALL_VOICES: dict[str, float | bool | str] = {"voices": "all"}
ONE: dict[str, float | bool | str] = {**ALL_VOICES, "candidates": 1}
DEFAULT = f"the default's {writing_settings({}).candidates} candidates"
BENCH = Bench(
    "transformer",
    [
        Case("8 bars more, one candidate", 8, 0.3, {**ONE, "extensionBars": 8}),
        Case("8 bars more, four candidates", 8, 0.8, {**ALL_VOICES, "extensionBars": 8, "candidates": 4}, share=0.5),
        Case(f"8 bars more, {DEFAULT}", 8, None, {**ALL_VOICES, "extensionBars": 8}, share=0.5),
        Case("30 seconds more, one candidate", 8, 0.5, {**ONE, "trackExtensionDuration": 30}, share=0.5),
        Case(f"30 seconds more, {DEFAULT}", 8, None, {**ALL_VOICES, "trackExtensionDuration": 30}, share=0.25),
        Case("56 bars more, one candidate", 8, None, {**ONE, "extensionBars": 56}, share=0.25),
        Case(f"56 bars more, {DEFAULT}", 8, None, {**ALL_VOICES, "extensionBars": 56}, share=0.1),
    ],
    reported_metrics=("tokenCount",),
)

if __name__ == "__main__":
    main(BENCH)
