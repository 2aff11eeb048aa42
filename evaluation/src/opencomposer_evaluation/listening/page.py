"""Writes a listening test: a page that needs no network, and the key that says who is heard in each trial."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib import resources

from opencomposer_evaluation.listening.harmonizations import PlayedNote
from opencomposer_evaluation.listening.trials import Kind, Trial

TEMPO = 92
"""Quarter notes a minute, at which congregations sing chorales."""

PLACE_OF_TEST = "/* THE LISTENING TEST */ null"
"""The place in page.html where the test's JSON stands."""


def played_document(
    trials: Sequence[Trial], music: Mapping[str, Mapping[Kind, Sequence[PlayedNote]]]
) -> dict[str, object]:
    """Returns what the page plays, with a digest of it as the id of the test. Nothing in it says who wrote what."""
    played = [
        {"first": music[trial.piece][trial.first], "second": music[trial.piece][trial.second]} for trial in trials
    ]
    digest = hashlib.sha256(json.dumps(played).encode()).hexdigest()
    return {"id": digest[:16], "tempo": TEMPO, "trials": played}


def key_document(
    test: Mapping[str, object], trials: Sequence[Trial], *, technique: str, seed: int, model_sha256: str
) -> dict[str, object]:
    """Returns the key of a test: what the scorer has to know, and a listener must not."""
    return {
        "test": test["id"],
        "technique": technique,
        "seed": seed,
        "modelSha256": model_sha256,
        "trials": [{"piece": trial.piece, "first": trial.first, "second": trial.second} for trial in trials],
    }


def listening_page(test: Mapping[str, object]) -> str:
    """Returns the page of a test as HTML."""
    page = resources.files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    assert page.count(PLACE_OF_TEST) == 1
    return page.replace(PLACE_OF_TEST, json.dumps(test, separators=(",", ":")))
