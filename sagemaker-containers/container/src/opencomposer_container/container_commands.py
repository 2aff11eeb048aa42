"""Runs the command of an image: SageMaker starts every container with `… train` or `… serve`.

Source: AWS, "How Amazon SageMaker AI runs your training image" and "… your inference image".
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

COMMANDS = ("train", "serve")


def run_command(package: str, arguments: Sequence[str]) -> int:
    """Runs `main` of the package's module with the command's name. Returns 2 for an unknown command.

    Each image holds only what its own command needs, so only that one is imported.
    """
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(f"usage: python -m {package} {'|'.join(COMMANDS)}", file=sys.stderr)
        return 2
    return int(importlib.import_module(f"{package}.{arguments[0]}").main())
