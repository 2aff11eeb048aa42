"""docs/how-the-transformer-writes.md shows what the stock model writes today, and has the figures of its evaluation."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import numpy as np
import pytest
from opencomposer_music.piano_roll import Note
from opencomposer_music.technique_document import load_technique
from opencomposer_music.time_signatures import BAR_SHAPES
from opencomposer_transformer.cached_network import CachedNetwork, LoadedNetwork, load_network
from opencomposer_transformer.events import BAR, FIRST_POSITION, EventColumns, EventSequence, EventWriter
from opencomposer_transformer.generation import extend
from opencomposer_transformer.voice_assignment import VoiceAssignment, assign_voices
from opencomposer_transformer.writing_settings import writing_settings
from training_numbers import MODELS, ROOT

TEXT = (ROOT / "docs/how-the-transformer-writes.md").read_text(encoding="utf-8")
FLAT = " ".join(TEXT.split())
MODEL = MODELS / "transformer-bach"
EVALUATION: dict[str, Any] = json.loads((MODEL / "evaluation.json").read_text(encoding="utf-8"))
TECHNIQUE = load_technique("transformer")
SHAPE = BAR_SHAPES["4/4"]
BARS = 8
ADDED = 4
TEMPO = 100.0
LETTERS = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "G♯", "A", "B♭", "B")


def name_of(pitch: int) -> str:
    return f"{LETTERS[pitch % 12]}{pitch // 12 - 1}"


def ode_to_joy() -> list[Note]:
    """Returns the sample melody as domain/music/sample-melodies.ts writes it."""
    code = (ROOT / "domain/music/sample-melodies.ts").read_text(encoding="utf-8")
    written = re.search(r'id: "ode-to-joy",.*?notation: `(.*?)`', code, re.DOTALL)
    assert written is not None
    notes, onset = [], 0
    for letter, octave, steps in re.findall(r"([A-G])(\d):(\d+)", written[1]):
        notes.append(Note(onset, int(steps), LETTERS.index(letter) + 12 * (int(octave) + 1)))
        onset += int(steps)
    assert onset == BARS * SHAPE.steps
    return notes


@cache
def network() -> LoadedNetwork:
    return load_network((MODEL / "model.onnx").read_bytes(), 1)


@cache
def assignment() -> VoiceAssignment:
    return assign_voices(network().metadata.line_up, SHAPE, BARS, [ode_to_joy()])


def as_shown(notes: list[Note]) -> str:
    """Returns the new bars as the page shows them, with one space between notes and three between bars."""
    bars: list[list[str]] = [[] for _ in range(ADDED)]
    for note in notes:
        length = "" if note.duration == SHAPE.beat_steps else f"·{note.duration}"
        bars[note.onset // SHAPE.steps - BARS].append(name_of(note.pitch) + length)
    return "   ".join(" ".join(bar) for bar in bars)


@pytest.mark.parametrize(
    ("label", "seed", "parameters"),
    [("default, seed 1", 1, {}), ("default, seed 2", 2, {}), ("creativeRisk 0", 1, {"creativeRisk": 0})],
)
def test_the_bars_that_are_shown_are_what_the_stock_model_writes(
    label: str, seed: int, parameters: dict[str, float]
) -> None:
    metadata, given = network().metadata, assignment()
    settings = writing_settings({"extensionBars": ADDED, **parameters})
    wishes = settings.wishes(metadata.line_up, given.shifts, given.given, SHAPE, TEMPO, seed)
    written = extend(CachedNetwork(network()), metadata, given.heard, given.given, BARS + ADDED, wishes)
    shown = re.search(rf"^{label} +(.+)$", TEXT, re.MULTILINE)
    assert shown is not None
    notes = list(given.written_for(0, written.voices))
    assert re.sub(r" {3,}", "   ", shown[1]) == as_shown(notes)


def sequence_of_ode() -> EventSequence:
    return EventWriter(network().metadata.vocabulary, assignment().heard, assignment().given).whole()


def place_of(sequence: EventSequence, bar: int, position: int) -> int:
    """Returns the number of the event after the place in the bar, both counted from 0."""
    bars = np.cumsum(sequence.tokens == BAR) - 1
    (found,) = np.flatnonzero((bars == bar) & (sequence.tokens == FIRST_POSITION + position))
    return int(found) + 1


def probabilities(sequence: EventSequence, event: int) -> dict[str, float]:
    """Returns how likely the stock model finds each note as this event, by its name, after all before it."""
    vocabulary = network().metadata.vocabulary
    heard = EventColumns(*(column[:, :event] for column in sequence.columns))
    logits = CachedNetwork(network()).start(heard, sequence.voices[np.newaxis])[0].astype(np.float64)
    shares = np.exp(logits - logits.max())
    shares /= shares.sum()
    voice = assignment().given.index(True)
    onsets = np.flatnonzero(vocabulary.is_onset & (vocabulary.voice_of == voice))
    return {name_of(int(vocabulary.pitch_of[token])): float(shares[token]) for token in onsets}


def test_the_probabilities_in_the_table_are_the_models() -> None:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if line[:1] == "|"]
    head = next(row for row in rows if row[0] == "Next note")
    shown = next(row for row in rows if row[0] == "as the model has it")
    sequence = sequence_of_ode()
    likely = probabilities(sequence, place_of(sequence, 5, 0))
    assert [float(cell) for cell in shown[1:]] == [round(likely[note], 2) for note in head[1:]]
    assert sorted(likely, key=lambda note: -likely[note])[: len(head) - 1] == head[1:]
    price = -np.log(likely["D5"])
    assert f"−ln {likely['D5']:.3f} is {price:.1f} **nats**" in FLAT
    before_last = probabilities(sequence, place_of(sequence, 7, 8))
    assert f"(F♯ {before_last['F♯4']:.2f}, G {before_last['G4']:.2f}, all others under 0.01)" in FLAT


def test_its_events_are_those_that_the_code_writes() -> None:
    vocabulary, sequence = network().metadata.vocabulary, sequence_of_ode()
    words = []
    for token in sequence.tokens[:11]:
        if token == BAR:
            words.append("BAR")
        elif vocabulary.is_onset[token]:
            voice = vocabulary.line_up.voices[vocabulary.voice_of[token]].name
            words.append(f"ONSET {voice} {name_of(int(vocabulary.pitch_of[token]))}")
        else:
            words.append(f"POS {token - FIRST_POSITION}")
    assert f"{'  '.join(words)} …" in TEXT
    assert f"there are {vocabulary.size} of them" in FLAT


def named(part: str, name: str, **more: object) -> dict[str, Any]:
    """Returns the one entry of a part of the evaluation that has this name and these other values."""
    wanted = {"name": name, **more}
    (found,) = [entry for entry in EVALUATION[part] if wanted.items() <= entry.items()]
    metrics: dict[str, Any] = found.get("metrics", found)
    return metrics


STOCK = "our stock model (training seed 0)"


def test_its_figures_are_those_of_the_evaluation() -> None:
    model = named("likelihood", STOCK, split="test")["natsANote"]["value"]
    n_gram = named("likelihood", "9-gram", split="test")["natsANote"]["value"]
    assert f"never seen, the model pays {model:.2f}." in FLAT
    assert f"the last eight events pays {n_gram:.2f}." in FLAT
    change = named("infilling", STOCK)["change"]["value"]
    assert f"saved only {-100 * change:.1f} % of the nats" in FLAT
    copies = [named("copies", STOCK, melodies=melodies) for melodies in ("training", "held out")]
    assert f"of the {sum(entry['windows'] for entry in copies)} two-bar windows" in FLAT
    assert [entry["copiedWindowShare"] for entry in copies] == [0, 0]


def test_what_it_says_of_candidates_is_true_of_the_default() -> None:
    numbers = {1: "one", 2: "two", 4: "four", 8: "eight"}
    default = TECHNIQUE.parameters.defaults["candidates"]
    assert f"{numbers[int(default)]} by default" in FLAT
    one_draw = named("endings", f"{STOCK}, one draw")["isOnTonic"]["value"]
    best = named("endings", f"{STOCK}, best of {default}")["isOnTonic"]["value"]
    assert "one draw in four has the tonic" in FLAT
    assert round(one_draw, 2) == 0.25
    assert "nine times in ten" in FLAT
    assert round(best, 1) == 0.9


def test_the_seconds_of_the_training_are_those_of_its_log() -> None:
    last = json.loads((MODEL / "training-log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert f"for {last['elapsedSeconds'] / 60:.0f} minutes" in FLAT
    assert f"the {last['epoch']} epochs" in TEXT
