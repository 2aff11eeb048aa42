"""Settings of hypothesis for the tests of this package."""

from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

# The machine may be shared with a training job: how long an example takes says nothing about the code.
hypothesis_settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("unhurried")
