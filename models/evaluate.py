"""Judges a stock model on held-out music, beside Bach and beside simple baselines.

    npm run evaluate -- unet-gan|ar-cnn [--windows 320] [--output FOLDER]

Prints tables in Markdown and writes the same as evaluation.json into the model's folder. What is measured and why
stands in models/evaluation/.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parent.parent
    sys.path[:0] = [str(ROOT), *map(str, sorted(ROOT.glob("sagemaker-containers/*/src")))]
    from models.evaluation.command import main

    sys.exit(main(sys.argv[1:]))
