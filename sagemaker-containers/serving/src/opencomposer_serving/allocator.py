"""Gives freed memory back to the system, and keeps it in between.

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
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""The parameters of mallopt(3) for the free memory at the end of an arena from which on it is given back, and for the
size from which on a block is mapped by itself."""
KEPT_BYTES = 32 * 1024 * 1024
"""The most that the latter may be."""


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


def keep_freed_memory() -> None:
    """Lets memory that was freed be used again, until `return_freed_memory`.

    A Transformer's cache grows a little with each token, and glibc by itself maps a block anew that is larger than any
    before, whose pages the system clears. Of 1,200 tokens of eight candidates that was two thirds of the time.
    """
    library = _glibc()
    if library is not None:
        library.mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)
        library.mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)


def return_freed_memory() -> None:
    """Gives freed memory back to the system. Takes a few milliseconds, during which other threads run on."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)
