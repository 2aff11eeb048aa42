"""Entry point of both images: `python -m opencomposer_ar_cnn train|serve`."""

import sys

from opencomposer_container.container_commands import run_command

if __name__ == "__main__":
    sys.exit(run_command("opencomposer_ar_cnn", sys.argv[1:]))
