"""What every OpenComposer container shares: the SageMaker folder contract, the codec, metrics, checkpoints, serving."""

import os

# ONNX Runtime's official builds report to their maker, from 1.29 on Linux too, unless this is set before they are
# imported (Privacy.md of its package). Nobody who deploys this has agreed to that, so it cannot be overridden.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
