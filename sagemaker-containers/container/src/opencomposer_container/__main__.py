"""The entry point of every image. OPENCOMPOSER_TECHNIQUE names the technique that it was built for (Dockerfile)."""

import os
import sys

from opencomposer_container.container_commands import run_command

if __name__ == "__main__":
    technique = os.environ.get("OPENCOMPOSER_TECHNIQUE", "")
    if not technique:
        sys.exit("OPENCOMPOSER_TECHNIQUE is not set, so it is not known what to run.")
    sys.exit(run_command(f"opencomposer_{technique.replace('-', '_')}", sys.argv[1:]))
