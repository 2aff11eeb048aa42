"""Entry point of both images: `python -m opencomposer_transformer train|serve`."""

import sys

from opencomposer_container.container_commands import run_command

if __name__ == "__main__":
    sys.exit(run_command("opencomposer_transformer", sys.argv[1:]))
