"""Judges a stock model on held-out music, beside the music that it learned from and beside simple baselines.

    npm run evaluate -- unet-gan|ar-cnn|transformer [--windows 320] [--output FOLDER]
    npm run evaluate -- unet-gan-band|unet-gan-quartet|ar-cnn-quartet
    npm run evaluate -- unet-gan|ar-cnn --chorales
    npm run evaluate -- unet-gan|ar-cnn|arranger --tunes

Prints tables in Markdown and writes the same as evaluation.json into the model's folder. With --chorales it
judges whole chorales alone, and writes nothing. With --tunes it harmonizes tunes that people bring, counts the faults
that a listener hears, and writes tunes.json.
evaluation/src/opencomposer_evaluation/ has the metrics and their reasons.
"""

import sys

from opencomposer_evaluation.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
