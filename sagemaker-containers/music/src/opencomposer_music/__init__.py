"""Music as arrays: piano roll, metrics, decoding, and the documents of the techniques (numpy only)."""

import os

# ONNX Runtime's official builds report to their maker, from 1.29 on Linux too, unless this is set before they are
# imported: the file on privacy in its package says so. Nobody who deploys this has agreed to that, so it cannot be
# overridden. It stands here because every other package imports this one first.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
