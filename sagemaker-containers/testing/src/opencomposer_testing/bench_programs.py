"""What the programs that measure have in common: the machine that a result names, and the command line."""

from __future__ import annotations

import os
import platform
from argparse import ArgumentParser, Namespace

from opencomposer_serving.usable_cores import usable_cores


def machine() -> dict[str, float | str]:
    """Returns the machine that the program runs on, and how busy it is."""
    return {"cores": usable_cores(), "processor": platform.machine(), "load": os.getloadavg()[0]}


def parse_command_line(
    description: str, counted: str, default: int, *, min_: int = 1, sized: bool = False
) -> Namespace:
    """Parses the command line. counted: the name of the option that says how many of something are measured, at least
    `min_`; sized: the option `--size` says which of a technique's models is measured."""
    parser = ArgumentParser(description=description)
    parser.add_argument(f"--{counted}", type=int, default=default)
    if sized:
        parser.add_argument("--size", choices=["small", "large"], default="small")
    arguments = parser.parse_args()
    if getattr(arguments, counted) < min_:
        parser.error(f"--{counted} must be at least {min_}")
    return arguments
