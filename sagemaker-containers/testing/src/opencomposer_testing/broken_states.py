"""Checkpoints that can be read but hold a wrong value, made from a real one."""

from __future__ import annotations

import copy
import math
from typing import Any

import torch
from hypothesis import strategies as st

REMOVED = object()
WRONG_VALUES: tuple[Any, ...] = (
    REMOVED,
    None,
    True,
    -1,
    0,
    7,
    2**31,
    10**12,
    2.5,
    math.nan,
    math.inf,
    1e300,
    "text",
    "bfloat16",
    [],
    [1, 2, 3, 4],
    {},
    {"epoch": 1},
    torch.zeros(3),
    torch.full((2, 2), math.nan),
)


def places(state: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Returns the places where a value could be replaced: the path of each member, outer members first."""
    if isinstance(state, dict):
        members = list(state.items())
    elif isinstance(state, list):
        members = list(enumerate(state))
    else:
        return []
    inner = [place for key, value in members for place in places(value, (*path, key))]
    return [(*path, key) for key, _ in members] + inner


def corrupted(state: dict[str, Any], place: tuple[Any, ...], wrong: int) -> dict[str, Any]:
    """Returns a copy in which the value at the place is wrong or missing. wrong: index into WRONG_VALUES."""
    changed = copy.deepcopy(state)
    holder: Any = changed
    for key in place[:-1]:
        holder = holder[key]
    if WRONG_VALUES[wrong] is REMOVED:
        del holder[place[-1]]
    else:
        holder[place[-1]] = WRONG_VALUES[wrong]
    return changed


def changes_of(state: dict[str, Any]) -> st.SearchStrategy[tuple[tuple[Any, ...], int]]:
    """Draws a place and a wrong value for it. Half of the places are outside of the networks, which are largest."""
    every = places(state)
    few = [place for place in every if len(place) <= 3 and not any(isinstance(part, int) for part in place)]
    plain = [place for place in few if place[0] in ("loop", "shape", "precision", "updates", "technique", "format")]
    return st.tuples(st.sampled_from(plain) | st.sampled_from(every), st.integers(0, len(WRONG_VALUES) - 1))
