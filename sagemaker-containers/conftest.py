"""The parts that the tests of all packages share: settings of hypothesis, and a host of model files."""

from __future__ import annotations

from collections.abc import Iterator

import opencomposer_music  # noqa: F401 - before any test imports onnxruntime, whose telemetry it switches off
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from opencomposer_testing.model_host import ModelHost

# The machine may be shared with a training job, so the time that an example takes says nothing about the code. A law
# that needs more or fewer examples says so. For the others, whose examples are small, half of hypothesis's hundred are
# enough.
hypothesis_settings.register_profile(
    "unhurried", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("unhurried")


@pytest.fixture(scope="module")
def host() -> Iterator[ModelHost]:
    """Serves model files to the tests of a module."""
    with ModelHost() as model_host:
        yield model_host
