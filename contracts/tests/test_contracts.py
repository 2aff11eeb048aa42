"""Compares the schemas with their fixtures, and the files that Python writes and reads with the schemas."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from opencomposer_music.contract import Contract
from opencomposer_music.metrics import measure_composition
from opencomposer_music.piano_roll import Note, Planes, notes_to_planes
from opencomposer_music.technique_document import form_faults, load_technique
from opencomposer_music.time_signatures import BAR_SHAPES
from opencomposer_serving.invocation import broken_bars, broken_notes
from opencomposer_training.environment import TrainingFailure
from opencomposer_training.hyperparameters import parse_hyperparameters
from opencomposer_training.progress import STDOUT_METRICS, metrics_line

CONTRACTS = Path(__file__).resolve().parent.parent
REPOSITORY = CONTRACTS.parent
FIXTURES = sorted((CONTRACTS / "fixtures").glob("*/*.json"))
SCHEMAS = sorted(CONTRACTS.glob("*.schema.json"))


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def schema_of(contract: str) -> Any:
    """Returns the schema of a contract. That of a technique's values is a part of the technique's document."""
    kind, _, technique = contract.partition("-")
    if kind in ("parameters", "hyperparameters"):
        return load(CONTRACTS / "techniques" / f"{technique}.json")["properties"][kind]
    return load(CONTRACTS / f"{contract}.schema.json")


def validator(contract: str) -> Any:
    return jsonschema.Draft202012Validator(schema_of(contract))


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_schema_is_valid_and_has_fixtures_of_both_kinds(path: Path) -> None:
    schema = load(path)
    jsonschema.Draft202012Validator.check_schema(schema)
    contract = path.name.removesuffix(".schema.json")
    assert schema["$id"].endswith(f"/{path.name}")
    names = [fixture.name for fixture in FIXTURES if fixture.parent.name == contract]
    assert any(name.startswith("valid-") for name in names)
    assert any(name.startswith("invalid-") for name in names)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_fixture_is_what_its_name_says(path: Path) -> None:
    errors = list(validator(path.parent.name).iter_errors(load(path)))
    if path.name.startswith("valid-"):
        assert errors == []
    else:
        # Exactly one thing is wrong, because a fixture that fails for another reason would prove nothing.
        assert len(errors) == 1, [error.message for error in errors]


def as_strings(values: dict[str, Any]) -> dict[str, str]:
    """Returns hyperparameters as SageMaker passes them on."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


TECHNIQUES = sorted(path.stem for path in (CONTRACTS / "techniques").glob("*.json"))
TRAINED = [name for name in TECHNIQUES if "x-losses" in load(CONTRACTS / "techniques" / f"{name}.json")]
"""The techniques with a container. The container's package carries their documents."""


def is_of_container(path: Path) -> bool:
    return path.parent.name.partition("-")[2] in TRAINED


# On the wire a number and its text are the same, so a fixture with the one for the other is not wrong there.
ON_THE_WIRE = [
    path
    for path in FIXTURES
    if path.parent.name.startswith("hyperparameters-")
    and is_of_container(path)
    and path.stem != "invalid-epochs-as-text"
]
PARAMETERS = [path for path in FIXTURES if path.parent.name.startswith("parameters-") and is_of_container(path)]


def fixture_id(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", ON_THE_WIRE, ids=fixture_id)
def test_the_container_accepts_the_hyperparameters_that_the_schema_accepts(path: Path) -> None:
    known = load_technique(path.parent.name.removeprefix("hyperparameters-")).hyperparameters
    values = load(path)
    if path.stem.startswith("valid-"):
        parsed = parse_hyperparameters(known, as_strings(values))
        assert {key: parsed[key] for key in values} == values
        assert set(parsed) == set(schema_of(path.parent.name)["properties"])
    else:
        with pytest.raises(TrainingFailure):
            parse_hyperparameters(known, as_strings(values))


@pytest.mark.parametrize("path", PARAMETERS, ids=fixture_id)
def test_the_container_accepts_the_parameters_that_the_schema_accepts(path: Path) -> None:
    values = load(path)
    known = load_technique(path.parent.name.removeprefix("parameters-")).parameters
    faults = list(Contract(known.schema).faults(values))
    if path.stem.startswith("valid-"):
        assert faults == []
        parsed = known.completed(values)
        assert {key: parsed[key] for key in values} == values
    else:
        assert [fault.pointer for fault in faults] == [f"/{key}" for key in values]


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_the_document_keeps_the_contract(technique: str) -> None:
    document = load(CONTRACTS / "techniques" / f"{technique}.json")
    jsonschema.Draft202012Validator.check_schema(document)
    validator("technique").validate(document)


@pytest.mark.parametrize("technique", TRAINED)
def test_the_package_carries_the_document(technique: str) -> None:
    document = load(CONTRACTS / "techniques" / f"{technique}.json")
    carried = load_technique(technique)
    assert carried.id == technique
    assert carried.parameters.defaults == {
        name: rule["default"] for name, rule in document["properties"]["parameters"]["properties"].items()
    }


@pytest.mark.parametrize("path", sorted((CONTRACTS / "cases").glob("ranges-*.json")), ids=lambda path: path.name)
def test_rules_across_fields_are_judged_as_the_cases_say(path: Path) -> None:
    document = load(path)
    known = load_technique(document["technique"]).parameters
    for case in document["cases"]:
        broken = known.broken_ranges({**known.defaults, **case["parameters"]}, case["bars"])
        assert sorted(f"/{value.name}" for value in broken) == case["broken"], case["name"]


@pytest.mark.parametrize("case", load(CONTRACTS / "cases/parameter-forms.json")["cases"], ids=lambda case: case["name"])
def test_steps_scales_and_groups_are_judged_as_the_cases_say(case: dict[str, Any]) -> None:
    assert sorted({name for name, _ in form_faults(case["parameters"])}) == case["broken"]


@pytest.mark.parametrize(
    "case", load(CONTRACTS / "cases/invocation-melody.json")["cases"], ids=lambda case: case["name"]
)
def test_the_rules_about_notes_and_bars_are_judged_as_the_cases_say(case: dict[str, Any]) -> None:
    notes = case["notes"] * case.get("copies", 1)
    beats, steps = case.get("beatsPerBar", 4), case.get("stepsPerBeat", 4)
    melody = {"beatsPerBar": beats, "stepsPerBeat": steps, "bars": case["bars"], "notes": notes}
    faults = [*broken_bars(melody), *broken_notes(melody)]
    assert sorted(fault.pointer for fault in faults) == case["broken"]


@pytest.mark.parametrize(
    "case", load(CONTRACTS / "cases/composition-metrics.json")["cases"], ids=lambda case: case["name"]
)
def test_pieces_have_the_metrics_that_the_cases_say(case: dict[str, Any]) -> None:
    bar = BAR_SHAPES[case.get("timeSignature", "4/4")]

    def planes(notes: list[dict[str, int]]) -> Planes:
        return notes_to_planes(
            [Note(note["onset"], note["duration"], note["pitch"]) for note in notes], case["bars"] * bar.steps
        )

    melody = planes(case["melody"]) if "melody" in case else None
    measured = measure_composition(melody, [planes(track) for track in case["tracks"]], bar)
    assert measured == pytest.approx(case["metrics"], abs=1e-9)


def metric_definitions(technique: str) -> list[dict[str, str]]:
    """Returns the metric definitions with which a training job of the technique is created."""
    document = load(CONTRACTS / "metric-definitions.json")
    every = document["everyLoss"]
    losses = [
        {key: text.replace("{loss}", loss) for key, text in every.items()} for loss in load_technique(technique).losses
    ]
    return [*losses, *document["everyTechnique"]]


@pytest.mark.parametrize("technique", TRAINED)
def test_each_metric_definition_finds_its_number_in_the_stdout_line(technique: str) -> None:
    names = [definition["Name"].removeprefix("opencomposer:") for definition in metric_definitions(technique)]
    values = {name: -1.5 * (index + 1) for index, name in enumerate(names) if name != "epoch"}
    metrics = {name: values[name] for name in STDOUT_METRICS}
    line = metrics_line(17, {name: value for name, value in values.items() if name not in metrics}, metrics)
    definitions = metric_definitions(technique)
    assert len(definitions) <= 40
    found = {}
    for definition in definitions:
        assert len(definition["Regex"]) <= 500
        match = re.search(definition["Regex"], line)
        assert match is not None, definition
        found[definition["Name"].removeprefix("opencomposer:")] = float(match.group(1))
        assert re.search(definition["Regex"], f"something else {line}") is None
    assert found == {"epoch": 17, **values}


@pytest.mark.parametrize("technique", TRAINED)
def test_each_technique_has_a_progress_line_with_exactly_its_losses(technique: str) -> None:
    losses = set(load_technique(technique).losses)
    pattern = re.compile(*load(CONTRACTS / "progress-line.schema.json")["patternProperties"])
    line = load(CONTRACTS / f"fixtures/progress-line/valid-{technique}.json")
    assert {name for name in line if pattern.search(name)} == losses


@pytest.mark.parametrize(
    "log", sorted((REPOSITORY / "models").glob("*/training-log.jsonl")), ids=lambda log: log.parent.name
)
def test_committed_training_logs_keep_the_contract(log: Path) -> None:
    lines = log.read_text(encoding="utf-8").splitlines()
    assert lines
    for line in lines:
        validator("progress-line").validate(json.loads(line))


@pytest.mark.parametrize("name", ["bach-chorales", "game-rock-band", "string-quartets"])
def test_the_committed_manifest_keeps_the_contract(name: str) -> None:
    validator("dataset-manifest").validate(load(REPOSITORY / "datasets" / name / "manifest.json"))


def test_the_committed_catalogue_keeps_the_contract() -> None:
    validator("dataset-catalogue").validate(load(REPOSITORY / "datasets/bach-chorales/catalogue.json"))


def test_the_committed_pieces_keep_the_contract() -> None:
    lines = gzip.decompress((REPOSITORY / "datasets/game-rock-band/pieces-0001.jsonl.gz").read_bytes()).splitlines()
    assert lines
    for line in lines:
        validator("dataset-piece").validate(json.loads(line))
