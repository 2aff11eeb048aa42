"""Entry point of the inference container: `python -m opencomposer_transformer.serve`."""

from __future__ import annotations

import sys

from opencomposer_serving.signals import stop_on_signals


def main() -> int:
    """Serves until SIGTERM or SIGINT and returns the process's exit code."""
    stop = stop_on_signals()
    # ONNX Runtime takes a moment to import, and a stop must be heard during it, so this import comes after the signals.
    from opencomposer_serving.server_process import run_server
    from opencomposer_serving.usable_cores import usable_cores

    from opencomposer_transformer.transformer import Transformer

    return run_server(lambda settings: Transformer(threads=settings.threads or usable_cores()), stop)


if __name__ == "__main__":
    sys.exit(main())
