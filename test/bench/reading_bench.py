"""Reads the MIDI files of a folder with other libraries, and prints how many of them are read in a second of CPU time.

python reading_bench.py FOLDER
"""

import importlib
import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path


def _mido(path: Path) -> object:
    return importlib.import_module("mido").MidiFile(path)


def _music21(path: Path) -> object:
    return importlib.import_module("music21.converter").parse(path, forceSource=True)


# music21 is so slow that a part of the files is enough.
READERS: dict[str, tuple[Callable[[Path], object], int]] = {
    "mido": (_mido, 100),
    "music21": (_music21, 8),
}


def files_a_second(read: Callable[[Path], object], paths: list[Path]) -> float:
    """Returns how many files are read in a second of CPU time. The library is loaded before."""
    read(paths[0])
    began = time.process_time()
    for path in paths:
        read(path)
    return round(len(paths) / (time.process_time() - began), 1)


def main() -> None:
    """Measures each library."""
    warnings.simplefilter("ignore")
    paths = sorted(Path(sys.argv[1]).glob("*.mid"))
    print(json.dumps({name: files_a_second(read, paths[:count]) for name, (read, count) in READERS.items()}))


if __name__ == "__main__":
    main()
