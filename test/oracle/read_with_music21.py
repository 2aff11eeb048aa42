"""Imports MIDI files as a score program does, and prints the staves of each as a line of JSON.

    python read_with_music21.py FOLDER

A staff is a list of [offset, length, [pitches]] in quarter notes, as music21 rounds them for notation.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from music21 import converter


def main(folder: Path) -> None:
    """Prints the name and the staves of each MIDI file of a folder."""
    for path in sorted(folder.glob("*.mid")):
        staves = [
            [
                [float(sound.offset), float(sound.quarterLength), [pitch.midi for pitch in sound.pitches]]
                for sound in part.flatten().notes
            ]
            for part in converter.parse(path).parts
        ]
        print(json.dumps({"name": path.name, "staves": staves}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
