"""The second table of the AR-CNN's evaluation: music with wrong notes in it, which networks restore."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from opencomposer_music.random_numbers import random_generator

from opencomposer_evaluation.ar_cnn_player import ArCnnPlayer
from opencomposer_evaluation.corpus import Windows
from opencomposer_evaluation.intervals import Estimate, Resampling, Totals, estimate, mean_estimate
from opencomposer_evaluation.mistakes import RULE, Corrupted, count_restored, make_mistakes
from opencomposer_evaluation.report import Section, Table, number, percent, with_interval
from opencomposer_evaluation.window_metrics import gather_totals, share

RATES = (0.0, 0.1, 0.25)
STATISTICS = {
    "noteF1Before": lambda sums: 2 * sums["hitsBefore"] / sums["notesBefore"],
    "noteF1After": lambda sums: 2 * sums["hitsAfter"] / sums["notesAfter"],
    "wrongNotesRemoved": share("wrongRemoved", "wrong"),
    "rightNotesLost": share("rightLost", "kept"),
    "replacedNotesRestored": share("restored", "replaced"),
    "edits": share("edits", "windows"),
    "passes": share("passes", "windows"),
}


@dataclass(frozen=True)
class Restorer:
    """A network that restores, with its name in tables and the parameters of its call."""

    name: str
    kind: str
    player: ArCnnPlayer


def corrupt_windows(windows: Windows, rate: float) -> list[Corrupted]:
    """Returns every window with mistakes of its own, the same for everyone that restores them."""
    return [
        make_mistakes(np.any(planes, axis=0), rate, random_generator(number, round(1000 * rate)))
        for number, planes in enumerate(windows.planes)
    ]


def restore(player: ArCnnPlayer, corrupted: Sequence[Corrupted]) -> Totals:
    """Lets a player restore corrupted windows and returns the counts, name -> [windows]."""
    restored = player.rewrite_many([one.planes for one in corrupted], range(len(corrupted)))
    return gather_totals(
        [
            {
                **count_restored(one, written.planes),
                "edits": len(written.events),
                "passes": written.passes,
                "windows": 1,
            }
            for one, written in zip(corrupted, restored, strict=True)
        ]
    )


def restoration_section(
    restorers: Sequence[Restorer], windows: Windows, resampling: Resampling, call: Mapping[str, object], chosen: str
) -> tuple[Section, dict[tuple[str, float], dict[str, Estimate]]]:
    """Returns the section with the table. `call`: the parameters that our models are called with; `chosen`: how these
    were chosen. The means over our training seeds have the name "mean"."""
    weights = resampling.weights(windows.owners)
    results: dict[tuple[str, float], dict[str, Estimate]] = {}
    rows: list[list[str]] = []
    data: list[dict[str, object]] = []

    def add(name: str, kind: str, rate: float, found: dict[str, Estimate]) -> None:
        results[name, rate] = found
        data.append(
            {"name": name, "kind": kind, "rate": rate, **{key: value.to_json() for key, value in found.items()}}
        )
        rows.append(
            [
                percent(rate, 0),
                name,
                number(found["noteF1Before"].value),
                with_interval(found["noteF1After"]),
                with_interval(found["gain"]),
                percent(found["wrongNotesRemoved"].value, 0),
                percent(found["rightNotesLost"].value),
                percent(found["replacedNotesRestored"].value, 0),
                number(found["edits"].value, 0),
                number(found["passes"].value, 0),
            ]
        )

    for rate in RATES:
        corrupted = corrupt_windows(windows, rate)
        ours: list[dict[str, Estimate]] = []
        made: list[tuple[Restorer, dict[str, Estimate]]] = []
        for one in restorers:
            totals = restore(one.player, corrupted)
            found = {key: estimate(totals, weights, statistic) for key, statistic in STATISTICS.items()}
            found["gain"] = found["noteF1After"].minus(found["noteF1Before"])
            made.append((one, found))
            if one.kind in ("stock", "otherSeed"):
                ours.append(found)
        if len(ours) > 1:
            mean = {key: mean_estimate([found[key] for found in ours]) for key in ours[0]}
            add(f"our recipe, mean of {len(ours)} training seeds", "seedMean", rate, mean)
        for one, found in made:
            add(one.name, one.kind, rate, found)
    table = Table(
        [
            "mistakes",
            "",
            "note F1 before",
            "after",
            "gain",
            "wrong notes removed",
            "right notes lost",
            "replaced notes restored",
            "edits",
            "passes",
        ],
        rows,
    )
    introduction = (
        f"{len(windows)} windows of eight bars, side by side, of the test pieces, all four voices as one texture, "
        f"nothing locked. {RULE} A note is right when onset, length and pitch are the original's. A wrong note counts "
        "as removed when less than half of it still sounds, a right one as lost likewise; restored is a replaced note "
        "that is back exactly. A wrong note may be good music: nobody can know which note stood there, so 1.0 is out "
        f"of reach. The call: {', '.join(f'{name} {value}' for name, value in call.items())}, the rest by default. "
        f"{chosen}"
    )
    section = Section(
        "restoration", "Fix the wrong notes", introduction, [table], {"rule": RULE, "call": dict(call), "rows": data}
    )
    return section, results
