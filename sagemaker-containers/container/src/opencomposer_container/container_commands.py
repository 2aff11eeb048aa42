"""Entry point of every image: SageMaker runs `… train` or `… serve`.

Source: AWS, "How Amazon SageMaker AI runs your training image" and "… your inference image".
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

COMMANDS = ("train", "serve")


def run_command(package: str, arguments: Sequence[str]) -> int:
    """Run `main` of the package's module of that name; 2 when it is not known.

    Each image carries what its own command needs, so only that one is imported.
    """
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(f"usage: python -m {package} {'|'.join(COMMANDS)}", file=sys.stderr)
        return 2
    return int(importlib.import_module(f"{package}.{arguments[0]}").main())
