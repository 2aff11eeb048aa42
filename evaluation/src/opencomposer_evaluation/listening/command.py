"""The command line of `npm run listening-test`.

    npm run listening-test -- [ar-cnn|unet-gan] [--trials 18] [--seed N] [--output FOLDER]
    npm run listening-test -- [ar-cnn|unet-gan] --score answers.json [answers-of-another.json …]

The first writes a page for a listener, FOLDER/page/index.html, and the key beside it, FOLDER/key.json, which a listener
must not see. The second reads what the page has exported, and prints how often whom was preferred.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from opencomposer_serving.failures import ModelRejected
from opencomposer_training.dataset import DatasetError
from opencomposer_training.environment import write_atomically

from opencomposer_evaluation.command import MODELS
from opencomposer_evaluation.corpus import load_dataset
from opencomposer_evaluation.listening.harmonizations import PLAYERS, harmonize_all
from opencomposer_evaluation.listening.page import key_document, listening_page, played_document
from opencomposer_evaluation.listening.score import (
    MalformedAnswers,
    preferences,
    read_answers,
    read_key,
    result_in_words,
)
from opencomposer_evaluation.listening.trials import TooManyTrials, draw_trials
from opencomposer_evaluation.registry import CHORALES

OUTPUT = MODELS.parent / ".cache" / "listening-test"
TRIALS = 18
MAX_SEED = 2**31 - 1


def main(arguments: Sequence[str]) -> int:
    """Makes or scores a listening test. Returns 0, or 2 with a sentence that names what is wrong."""
    parser = argparse.ArgumentParser(
        prog="npm run listening-test --",
        description="Make a blind listening test of held-out chorales: Bach, our stock model, that of release 0.2.",
    )
    parser.add_argument("technique", nargs="?", choices=sorted(PLAYERS), default="ar-cnn")
    parser.add_argument("--trials", type=int, default=TRIALS, help=f"pairs that are heard (default {TRIALS})")
    parser.add_argument("--seed", type=int, help="order of the trials and of each pair (default: drawn at random)")
    parser.add_argument("--dataset", type=Path, default=CHORALES, help="folder of the data set")
    parser.add_argument("--output", type=Path, help="folder of the page and the key (default .cache/listening-test)")
    parser.add_argument("--score", type=Path, nargs="+", metavar="ANSWERS", help="score exported answers instead")
    parser.add_argument("--key", type=Path, help="the key of the scored test (default: that in the output folder)")
    options = parser.parse_args(arguments)
    folder: Path = options.output or OUTPUT / options.technique
    try:
        if options.score is not None:
            return _score(options.score, options.key or folder / "key.json")
        seed: int = secrets.randbelow(MAX_SEED) if options.seed is None else options.seed
        return _make(options.technique, folder, options.dataset, trials=options.trials, seed=seed)
    except (DatasetError, FileNotFoundError, MalformedAnswers, ModelRejected, TooManyTrials) as error:
        print(f"no listening test: {error}", file=sys.stderr)
        return 2


def _make(technique: str, folder: Path, dataset: Path, *, trials: int, seed: int) -> int:
    harmonizations = harmonize_all(technique, load_dataset(dataset), MODELS)
    drawn = draw_trials(sorted(harmonizations.music), trials, seed)
    test = played_document(drawn, harmonizations.music)
    key = key_document(test, drawn, technique=technique, seed=seed, model_sha256=harmonizations.model_sha256)
    page = folder / "page" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    # The key is written first, so that no page is without one.
    write_atomically(folder / "key.json", (json.dumps(key, indent=2) + "\n").encode())
    write_atomically(page, listening_page(test).encode())
    print(f"Open {page.resolve().as_uri()} in a browser. It needs no network, and plays {trials} pairs.")
    print(f"The key is {folder / 'key.json'}. Listeners must not see it.")
    print(f"Then: npm run listening-test -- {technique} --score answers.json")
    return 0


def _score(files: Sequence[Path], key: Path) -> int:
    test, trials = read_key(key)
    if len({path.resolve() for path in files}) < len(files):
        raise MalformedAnswers(f"--score names a file twice: {', '.join(map(str, files))}")
    answers = [read_answers(path, test, len(trials)) for path in files]
    print(result_in_words(preferences(trials, answers), len(answers)))
    return 0
