"""Entry point of both images: SageMaker runs `… train` or `… serve` (research: sagemaker-and-operations 1.1, 2.1)."""

from __future__ import annotations

import sys

COMMANDS = ("train", "serve")


def main(arguments: list[str]) -> int:
    """Run one command; 2 when it is not known."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(f"usage: python -m opencomposer_ar_cnn {'|'.join(COMMANDS)}", file=sys.stderr)
        return 2
    # Each image carries what its own command needs, so only that one is imported.
    if arguments[0] == "train":
        from opencomposer_ar_cnn import train

        return train.main()
    from opencomposer_ar_cnn import serve

    return serve.main()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
