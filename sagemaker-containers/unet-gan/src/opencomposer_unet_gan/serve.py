"""Entry point of the inference container: `python -m opencomposer_unet_gan.serve`."""

from __future__ import annotations

import sys

from opencomposer_serving.signals import stop_on_signals


def main() -> int:
    """Serve until SIGTERM or SIGINT; the process's exit code."""
    stop = stop_on_signals()
    # Imported now: ONNX Runtime takes a moment, in which a stop must already be heard.
    from opencomposer_serving.server_process import run_server
    from opencomposer_serving.usable_cores import usable_cores

    from opencomposer_unet_gan.generation import UnetGan

    return run_server(lambda settings: UnetGan(threads=settings.threads or usable_cores()), stop)


if __name__ == "__main__":
    sys.exit(main())
