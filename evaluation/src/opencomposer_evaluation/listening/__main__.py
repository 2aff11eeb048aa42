"""Starts the command line: python -m opencomposer_evaluation.listening."""

import sys

from opencomposer_evaluation.listening.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
