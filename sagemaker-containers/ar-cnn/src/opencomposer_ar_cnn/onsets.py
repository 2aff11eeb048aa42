"""Decides where notes begin in a roll that is being edited.

An edit adds or removes one cell (a pitch at a sixteenth). Two sounding cells in a row are either one held note or a
repeated one, which a roll of sounding cells does not say. Training examples and the sampler decide it by this one
rule. This module imports numpy only.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Cells = npt.NDArray[np.bool_]
"""Boolean array [steps, pitches]."""


def before(cells: Cells) -> Cells:
    """Returns the cells that sounded at the step before, which is the roll one step later, with silence at first."""
    result = np.zeros_like(cells)
    result[1:] = cells[:-1]
    return result


def possible_ties(sounding: Cells) -> Cells:
    """Returns the sounding cells whose pitch also sounds at the step before, and which may be held on or repeated."""
    return sounding & before(sounding)


def resolve_onsets(sounding: Cells, *, original: Cells, original_onsets: Cells, locked: Cells, repeats: Cells) -> Cells:
    """Returns the onsets of an edited roll; all arrays are [steps, pitches].

    - After silence a note begins.
    - Two touching cells of the original music stay held or repeated, as they were.
    - Where a locked note touches an added cell a note begins: a locked note keeps its onset and its length.
    - Elsewhere `repeats` decides, which is the network's prediction.
    """
    touching = possible_ties(sounding)
    both_original = original & before(original)
    border = locked ^ before(locked)
    open_ties = np.where(both_original, original_onsets, border | repeats)
    return np.asarray(sounding & (~touching | open_ties), dtype=np.bool_)
