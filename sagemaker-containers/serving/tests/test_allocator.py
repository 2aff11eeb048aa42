"""What glibc does with freed memory, in processes of their own, because it is set for a whole process."""

from __future__ import annotations

import subprocess
import sys

import pytest

GROWING = """
import resource, sys
from opencomposer_serving.allocator import keep_freed_memory, return_freed_memory

def pages() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def grow() -> int:
    before = pages()
    block = bytes(4 * 1024 * 1024)
    for step in range(100):
        block = block + bytes(4096)
    return pages() - before

if "kept" in sys.argv:
    keep_freed_memory()
print(grow())
return_freed_memory()
held = int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
print(held)
"""


def grow(*arguments: str) -> tuple[int, int]:
    """Returns how many pages a block takes anew that grows a hundred times, and the bytes that are held afterward."""
    done = subprocess.run([sys.executable, "-c", GROWING, *arguments], capture_output=True, text=True, check=True)
    pages, held = map(int, done.stdout.split())
    return pages, held


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's settings")
def test_freed_memory_is_used_again_until_it_is_given_back() -> None:
    plain, kept = grow(), grow("kept")
    assert plain[0] > 50_000
    assert kept[0] < plain[0] / 5
    assert kept[1] < plain[1] + 2 * 1024 * 1024
