"""Draws the plots of docs/how-models-learn.md and writes its table of numbers, from committed training logs.

    npm run plots

The same logs give the same files, byte for byte. Each plot's metadata names the logs that it was made from, and a test
compares it with the logs.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from training_numbers import (
    BASELINE,
    DOCUMENT,
    MODELS,
    BaselineTraining,
    Training,
    figure_file,
    generated,
    read_baseline,
    read_trainings,
    smoothed,
    with_generated,
)

mpl.use("svg")

FOLDER = Path(__file__).resolve().parent
# These are Okabe and Ito's colors, which can be told apart with every kind of color vision.
BLUE, VERMILION, GREEN, GREY, BLACK = "#0072b2", "#d55e00", "#007a5a", "#5b6470", "#1f2933"
MATPLOTLIBS_FONT = "DejaVu Sans"
FONTS = "'DejaVu Sans', Verdana, sans-serif"
"""The fonts of the plots. Text stays text, and where the font is missing, one of its width replaces it."""
STYLE: dict[Any, object] = {
    "svg.hashsalt": "opencomposer",
    "svg.fonttype": "none",
    "font.family": MATPLOTLIBS_FONT,
    "font.size": 10,
    # An opaque ground is as readable on a dark page as on a light one.
    "figure.facecolor": "#ffffff",
    "savefig.facecolor": "#ffffff",
    "axes.facecolor": "#ffffff",
    "axes.edgecolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.5,
    "grid.color": "#e3e6ea",
    "text.color": "#1f2933",
    "axes.labelcolor": "#1f2933",
    "xtick.color": "#1f2933",
    "ytick.color": "#1f2933",
    "lines.linewidth": 1.8,
    "legend.frameon": False,
    "legend.fontsize": 9,
}


def draw_raw_and_smoothed(axes: Axes, x: Sequence[float], values: Sequence[float], color: str) -> None:
    """Draws the values as they were, in a thin line, and smoothed, in a thick one, as convergence is judged."""
    axes.plot(x, values, color=color, alpha=0.35, linewidth=1)
    axes.plot(x, smoothed(values), color=color)


def mark_served_model(axes: Axes, training: Training, name: str) -> None:
    """Draws a diamond at the kept model's metric, as the decoding of today gives it."""
    label = "kept model, as it is served"
    axes.plot(
        [training.kept_epoch], [training.card[name]], "D", color=BLACK, markersize=5, linestyle="none", label=label
    )


def mark_kept_epoch(axes: Axes, training: Training) -> None:
    """Draws a vertical line at the epoch whose model was kept."""
    axes.axvline(training.kept_epoch, color=GREY, linewidth=1, linestyle=(0, (1, 2)))


LOSS_TITLES = {
    "generatorLoss": "how low the critic scores what the generator writes",
    "criticLoss": "score of generated less that of real music, plus the penalty",
    "reconstructionLoss": "how badly it foresees Bach's own accompaniment",
    "loss": "what is minimized: the sum of the three below (black: validationLoss)",
    "selectionLoss": "how far the likeliest edits are from the needed ones",
    "toggleLoss": "how badly it tells, cell by cell, what to edit",
    "startLoss": "how badly it tells held from repeated notes",
}
"""A few words beside the name of each loss that is known here."""
HELD_OUT = {"validationLoss": "loss"}
"""The loss of the training music beside which each loss of held-out music is drawn."""


def plot_losses(training: Training) -> Figure:
    """Draws the losses over the epochs, whatever the technique calls them."""
    beside = {loss: held_out for held_out, loss in HELD_OUT.items() if {loss, held_out} <= set(training.losses)}
    names = [name for name in training.losses if name not in beside.values()]
    height = 0.9 + 1.9 * len(names)
    figure, rows = plt.subplots(len(names), 1, figsize=(7.6, height), sharex=True, layout="constrained", squeeze=False)
    epochs = training.series("epoch")
    colors = itertools.cycle((VERMILION, BLUE, GREEN, GREY))
    for axes, name, color in zip(rows.flat, names, colors, strict=False):
        values = training.series(name)
        draw_raw_and_smoothed(axes, epochs, values, color)
        if name in beside:
            draw_raw_and_smoothed(axes, epochs, training.series(beside[name]), BLACK)
        mark_kept_epoch(axes, training)
        axes.set_title(": ".join(filter(None, (name, LOSS_TITLES.get(name)))))
        if min(values) < 0 < max(values):
            axes.axhline(0, color=GREY, linewidth=0.8)
    rows[-1, 0].set_xlabel("epoch (dotted: the epoch that was kept; thick: smoothed as for convergence)")
    return figure


def plot_similarity(training: Training) -> Figure:
    """Draws the similarity index over the epochs, with its floor."""
    figure, axes = plt.subplots(figsize=(7.6, 3.4), layout="constrained")
    epochs = training.series("epoch")
    draw_raw_and_smoothed(axes, epochs, training.series("similarityIndex"), BLUE)
    mark_kept_epoch(axes, training)
    mark_served_model(axes, training, "similarityIndex")
    floor = training.validation["similarityIndex"]
    axes.axhline(floor, color=VERMILION, linestyle="--")
    axes.annotate(
        f"floor {floor:.3f}: Bach's own accompaniments of the same melodies",
        (epochs[0], floor),
        (0, 4),
        textcoords="offset points",
        ha="left",
        va="bottom",
        color="#a04000",
        fontsize=9,
    )
    axes.set_ylim(0, max(training.series("similarityIndex")) * 1.05)
    axes.set_title("similarityIndex: 0 cannot be told apart, 1 has nothing in common")
    axes.set_xlabel("epoch (dotted: the epoch that was kept; diamond: that model as it is served)")
    return figure


DRAWN_METRICS = (
    "dissonantPairShare",
    "qualifiedNoteRate",
    "scaleConsistency",
    "pitchClassesUsed",
    "grooveConsistency",
    "tonalDistance",
    "phrasesClosed",
    "leaptIntoDissonancesPerBar",
)


def plot_music(training: Training) -> Figure:
    """Draws metrics over the epochs, with Bach's values: an even number of those that the training has."""
    names = [name for name in DRAWN_METRICS if training.has(name)]
    rows = len(names) // 2
    figure, grid = plt.subplots(rows, 2, figsize=(7.6, 7.4 / 3 * rows), sharex=True, layout="constrained")
    epochs = training.series("epoch")
    for axes, name in zip(grid.flat, names[: 2 * rows], strict=True):
        axes.plot(epochs, training.series(name), color=BLUE, label="model")
        mark_kept_epoch(axes, training)
        mark_served_model(axes, training, name)
        axes.axhline(training.validation[name], color=VERMILION, linestyle="--", label="Bach, same melodies")
        axes.axhline(training.composer[name], color=GREEN, linestyle=":", label="Bach, training pieces")
        axes.set_title(name)
    for axes in grid[-1]:
        axes.set_xlabel("epoch")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=4)
    return figure


def plot_baseline(baseline: BaselineTraining) -> Figure:
    """Draws the losses of AWS's recipe, and beside them what they do not show."""
    figure, rows = plt.subplots(3, 1, figsize=(7.6, 6.2), sharex=True, layout="constrained")
    updates = baseline.series("generatorUpdates")
    draw_raw_and_smoothed(rows[0], updates, baseline.series("criticLoss"), BLUE)
    # The first iterations are tens of times larger than all later ones.
    rows[0].set_yscale("symlog", linthresh=10)
    rows[0].set_yticks([-100, -10, 0], labels=["-100", "-10", "0"])
    rows[0].set_title("criticLoss (linear between -10 and 10)")
    draw_raw_and_smoothed(rows[1], updates, baseline.series("generatorLoss"), VERMILION)
    rows[1].axhline(0, color=GREY, linewidth=0.8)
    rows[1].set_title("generatorLoss")
    draw_raw_and_smoothed(rows[2], updates, [100 * value for value in baseline.series("soundingSteps")], GREEN)
    rows[2].axhline(100, color=VERMILION, linestyle="--")
    rows[2].set_ylim(0, 105)
    rows[2].set_title("steps at which a generated track sounds, % (dashed: all)")
    rows[2].set_xlabel("generator updates")
    return figure


PLOTS: dict[str, Callable[[Training], Figure]] = {
    "losses": plot_losses,
    "similarity-index": plot_similarity,
    "music": plot_music,
}


def tidy(path: Path) -> None:
    """Adds the fallback fonts to a file, and removes the spaces with which Matplotlib ends lines."""
    text = path.read_text(encoding="utf-8").replace(f"'{MATPLOTLIBS_FONT}'", FONTS)
    path.write_text("".join(f"{line.rstrip()}\n" for line in text.splitlines()), encoding="utf-8")


def write(figure: Figure, path: Path, source: str) -> None:
    """Writes one figure as a file that names the log that it was made from."""
    # There is no date in it, so that the same logs give the same file.
    metadata = {"Date": None, "Title": path.stem, "Source": f"training-log.jsonl sha256 {source}"}
    figure.savefig(path, metadata=metadata)
    plt.close(figure)
    tidy(path)
    print(f"{path.name}: {path.stat().st_size} bytes")


def main(arguments: list[str]) -> int:
    """Draws every plot and writes the numbers."""
    parser = argparse.ArgumentParser(description="Draw the plots of docs/how-models-learn.md and write its numbers.")
    parser.add_argument(
        "--models", type=Path, default=MODELS, help="its folders with log, reference and card are drawn"
    )
    parser.add_argument("--baseline", type=Path, default=BASELINE, help="folder with log and summary")
    parser.add_argument("--plots", type=Path, default=FOLDER, help="where the plots go")
    parser.add_argument("--document", type=Path, default=DOCUMENT)
    options = parser.parse_args(arguments)
    trainings, baseline = read_trainings(options.models), read_baseline(options.baseline)
    with mpl.rc_context(STYLE):
        for training in trainings:
            for name, plot in PLOTS.items():
                write(plot(training), options.plots / figure_file(name, training), training.sha256)
        write(plot_baseline(baseline), options.plots / "aws-recipe.svg", baseline.sha256)
    document = options.document.read_text(encoding="utf-8")
    options.document.write_text(with_generated(document, generated(trainings, baseline)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
