"""Makes `opencomposer_testing` importable wherever pytest is started."""

import sys
from pathlib import Path

from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "testing"))

# The machine may be shared with a training job: how long an example takes says nothing about the code.
hypothesis_settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("unhurried")
