"""A contract's schema judges a document, and a fault is reported as field, value and what is allowed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.contract import (
    MAX_JUDGED_VALUES,
    Contract,
    ContractError,
    Fault,
    check_contract,
    in_words,
    load_schema,
)

CONTRACTS = Path(__file__).resolve().parents[3] / "contracts"
SCHEMA = json.loads((CONTRACTS / "training-selection.schema.json").read_text())
FIXTURES = sorted((CONTRACTS / "fixtures/training-selection").glob("*.json"))
VALID = json.loads((CONTRACTS / "fixtures/training-selection/valid-one-topic.json").read_text())

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=200), inner, max_size=20),
    max_leaves=20,
)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_the_contracts_fixtures_are_judged_as_their_names_say(path: Path) -> None:
    document = json.loads(path.read_text())
    if path.name.startswith("valid-"):
        check_contract("training-selection", document)
    else:
        with pytest.raises(ContractError):
            check_contract("training-selection", document)


@given(st.sampled_from(sorted(VALID)), JSON_VALUES)
def test_any_value_is_judged_as_another_library_judges_it_and_shortly(name: str, value: object) -> None:
    document = {**VALID, name: value}
    try:
        check_contract("training-selection", document)
    except ContractError as error:
        assert len(str(error)) < 1000
        assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(document)
    else:
        assert jsonschema.Draft202012Validator(SCHEMA).is_valid(document)


def test_missing_and_unknown_members_are_named() -> None:
    with pytest.raises(ContractError, match="the document lacks jobId"):
        check_contract("training-selection", {key: VALID[key] for key in VALID if key != "jobId"})
    with pytest.raises(ContractError, match='unknown member "color"; known are schemaVersion, jobId'):
        check_contract("training-selection", {**VALID, "color": 1})


REQUEST = Contract(load_schema("invocation-request"))
VALID_REQUEST = json.loads((CONTRACTS / "fixtures/invocation-request/valid-with-url.json").read_text())


def faults(**changes: object) -> dict[str, Fault]:
    return {fault.pointer: fault for fault in REQUEST.faults({**VALID_REQUEST, **changes})}


def test_every_broken_field_is_told_with_its_value_and_what_is_allowed() -> None:
    melody = {**VALID_REQUEST["melody"], "bars": 65, "notes": [{"onset": 0, "pitch": 128, "color": "red"}]}
    found = faults(seed=True, model={"sha256": "ABC", "bytes": 1}, melody=melody, mood="sad")
    assert {pointer: (fault.kind, fault.shown_value, fault.allowed) for pointer, fault in found.items()} == {
        "/seed": ("value", "true", "an integer from 0 to 2147483647"),
        "/model/sha256": ("value", '"ABC"', "64 lower-case hexadecimal digits"),
        "/melody/bars": ("value", "65", "an integer from 1 to 64"),
        "/melody/notes/0/duration": ("missing", "null", "an integer from 1 to 1024"),
        "/melody/notes/0/pitch": ("value", "128", "an integer from 0 to 127"),
        "/melody/notes/0/color": ("unknown", '"red"', "known are onset, duration, pitch, velocity"),
        "/mood": ("unknown", '"sad"', "known are schemaVersion, technique, model, seed, melody, tracks, parameters"),
    }


def test_a_field_that_breaks_two_rules_is_one_fault() -> None:
    both = Contract({"type": "object", "properties": {"x": {"type": "string", "minLength": 2, "pattern": "^[a-z]*$"}}})
    assert [fault.pointer for fault in both.faults({"x": "A"})] == ["/x"]


def test_true_is_no_number() -> None:
    assert set(faults(schemaVersion=True)) == {"/schemaVersion"}
    assert faults(schemaVersion=1.0) == {}


def test_a_secret_value_is_not_repeated() -> None:
    model = {**VALID_REQUEST["model"], "url": "https://bucket/?signature=" + "s" * 9000}
    fault = faults(model=model)["/model/url"]
    assert fault.shown_value == "text of 9026 characters"


@pytest.mark.parametrize("broken", [0, [], {}, None])
def test_a_document_of_very_many_values_is_told_only_its_first_broken_field(broken: object) -> None:
    melody: dict[str, Any] = {**VALID_REQUEST["melody"], "bars": 0, "notes": [broken] * (MAX_JUDGED_VALUES + 1)}
    assert set(faults(melody=melody)) == {"/melody/bars"}
    assert len(faults(melody={**melody, "notes": [broken] * 9000})) >= 9000


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"const": 4}, "4"),
        ({"enum": ["add", "remove"]}, "add or remove"),
        ({"type": ["number", "null"]}, "a number or null"),
        ({"type": "integer", "minimum": 1}, "an integer of at least 1"),
        ({"type": "number", "maximum": 0.5}, "a number of at most 0.5"),
        ({"type": "string", "minLength": 1, "maxLength": 64}, "text of 1 to 64 characters"),
        ({"type": "string", "pattern": "^a$"}, "text that matches ^a$"),
        ({"type": "array", "minItems": 1, "maxItems": 2}, "a list of 1 to 2 entries"),
        ({"type": "array", "minItems": 4, "maxItems": 4}, "a list of 4 entries"),
        ({"type": "object", "maxProperties": 32}, "an object of at most 32 members"),
        ({"type": "object", "required": ["a"]}, "an object with a"),
        ({"type": "object", "required": ["a", "b", "c"]}, "an object with a, b and c"),
        ({"type": "boolean"}, "true or false"),
        ({}, "as the contract says"),
    ],
)
def test_what_is_allowed_is_said_in_words(schema: dict[str, Any], words: str) -> None:
    assert in_words(schema) == words
