"""Makes `opencomposer_testing` and this folder's own modules importable wherever pytest is started."""

import sys
from pathlib import Path

import opencomposer_shared  # noqa: F401 - before any test imports onnxruntime, whose telemetry it switches off
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "shared/testing"), str(Path(__file__).resolve().parent)]

# The machine may be shared with a training job: how long an example takes says nothing about the code.
hypothesis_settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("unhurried")
