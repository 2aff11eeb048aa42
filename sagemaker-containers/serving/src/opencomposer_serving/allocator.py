"""Gives freed memory back to the system.

glibc gives each thread an arena of its own and keeps freed memory there. A server that loads and drops models in many
threads then grows far beyond its caches' bounds: 20 models of 14 MB in turn, at most 4 of them loaded, took 760 MB, and
340 MB with the two functions of this file. A serverless endpoint that outgrows its memory is killed without a word.
"""

from __future__ import annotations

import ctypes
import sys

M_ARENA_MAX = -8
"""The parameter of mallopt(3) for the largest number of arenas of the process."""
ARENAS = 2


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    # Other C libraries of Linux have neither function, and not the problem either.
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def use_few_arenas() -> None:
    """Lets all threads share a few arenas. Must be called before other threads start."""
    library = _glibc()
    if library is not None:
        library.mallopt(M_ARENA_MAX, ARENAS)


def return_freed_memory() -> None:
    """Gives freed memory back to the system. Takes a few milliseconds, during which other threads run on."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)
