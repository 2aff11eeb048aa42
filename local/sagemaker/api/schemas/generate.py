"""Generates JSON Schemas of the SageMaker operations that the local server speaks, from the AWS service model.

The model is botocore's `service-2.json` of `sagemaker` and `sagemaker-runtime` (Apache-2.0, see NOTICE in this
folder). Only the operations below and the shapes that they reach are kept; documentation is left out.

Run it where botocore is installed. The files that it writes name the version of the last run:

    python local/sagemaker/api/schemas/generate.py            # writes
    python local/sagemaker/api/schemas/generate.py --check    # compares, as a test does

A model shape becomes a schema in this way: a structure is a closed object (an unknown member is refused), a map gets
`maxProperties` and `propertyNames`, a timestamp of the JSON protocol is a number of seconds, a pattern is anchored at
both ends (AWS matches the whole value) and kept as written in `x-pattern` for the error text.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import botocore
from botocore.loaders import Loader

OPERATIONS: dict[str, tuple[str, ...]] = {
    "sagemaker": (
        "CreateTrainingJob",
        "DescribeTrainingJob",
        "ListTrainingJobs",
        "StopTrainingJob",
        "DeleteTrainingJob",
        "CreateModel",
        "DescribeModel",
        "ListModels",
        "DeleteModel",
        "CreateEndpointConfig",
        "DescribeEndpointConfig",
        "ListEndpointConfigs",
        "DeleteEndpointConfig",
        "CreateEndpoint",
        "DescribeEndpoint",
        "ListEndpoints",
        "UpdateEndpoint",
        "DeleteEndpoint",
        "AddTags",
        "ListTags",
        "DeleteTags",
    ),
    "sagemaker-runtime": ("InvokeEndpoint", "InvokeEndpointAsync"),
}

JAVA_CLASSES = {
    r"\p{Alnum}": "a-zA-Z0-9",
    r"\p{Print}": r"\x20-\x7E",
    r"\p{ASCII}": r"[\x00-\x7F]",
    r"\A": "^",
    r"\z": "$",
}
"""Parts of the model's patterns (Java) and how ECMAScript says them. The first two are for the inside of brackets."""

Shape = dict[str, Any]
Schema = dict[str, Any]


def length_limits(shape: Shape, low: str, high: str) -> Schema:
    """Returns the model's `min` and `max` under the JSON Schema names for this kind of shape."""
    limits: Schema = {}
    if "min" in shape:
        limits[low] = shape["min"]
    if "max" in shape:
        limits[high] = shape["max"]
    return limits


def string_schema(shape: Shape) -> Schema:
    """Returns the schema of a string: enum, or length and pattern."""
    schema: Schema = {"type": "string"}
    if "enum" in shape:
        return schema | {"enum": shape["enum"]}
    schema |= length_limits(shape, "minLength", "maxLength")
    if "pattern" in shape:
        pattern = shape["pattern"]
        for java, ecmascript in JAVA_CLASSES.items():
            pattern = pattern.replace(java, ecmascript)
        schema |= {"pattern": f"^(?:{pattern})$", "x-pattern": shape["pattern"]}
    return schema


def schema_of(shape: Shape, reached: list[str]) -> Schema:
    """Returns the JSON Schema of one shape, and adds the shapes that it names to `reached`."""

    def reference(member: Shape) -> Schema:
        reached.append(member["shape"])
        return {"$ref": f"#/$defs/{member['shape']}"}

    kind = shape["type"]
    if kind == "structure":
        schema: Schema = {
            "type": "object",
            "properties": {name: reference(member) for name, member in shape.get("members", {}).items()},
            "additionalProperties": False,
        }
        if shape.get("required"):
            schema["required"] = shape["required"]
        return schema
    if kind == "list":
        return {"type": "array", "items": reference(shape["member"])} | length_limits(shape, "minItems", "maxItems")
    if kind == "map":
        return {
            "type": "object",
            "propertyNames": reference(shape["key"]),
            "additionalProperties": reference(shape["value"]),
        } | length_limits(shape, "minProperties", "maxProperties")
    if kind in ("integer", "long"):
        return {"type": "integer"} | length_limits(shape, "minimum", "maximum")
    if kind in ("float", "double"):
        return {"type": "number"} | length_limits(shape, "minimum", "maximum")
    if kind == "timestamp":
        return {"type": "number"}
    if kind == "boolean":
        return {"type": "boolean"}
    if kind == "blob":
        # Only the runtime has blobs, and a blob there is the HTTP body itself.
        return {"x-blob": True} | length_limits(shape, "x-minBytes", "x-maxBytes")
    if kind == "string":
        return string_schema(shape)
    raise ValueError(f"no schema for the model type {kind!r}")


def generate(service: str, operations: tuple[str, ...]) -> dict[str, Any]:
    """Returns all schemas of one service: operations with their input, output and errors, and `$defs` by shape name."""
    model = Loader().load_service_model(service, "service-2")
    shapes: dict[str, Shape] = model["shapes"]
    described: dict[str, Any] = {}
    waiting: list[str] = []
    statuses: dict[str, int] = {}
    for name in operations:
        operation = model["operations"][name]
        entry: dict[str, Any] = {"http": {key: operation["http"][key] for key in ("method", "requestUri")}}
        for direction in ("input", "output"):
            if direction not in operation:
                continue
            shape_name = operation[direction]["shape"]
            waiting.append(shape_name)
            entry[direction] = shape_name
            headers = {
                member["locationName"].lower(): member_name
                for member_name, member in shapes[shape_name].get("members", {}).items()
                if member.get("location") == "header"
            }
            if headers:
                entry[f"{direction}Headers"] = headers
        entry["errors"] = [error["shape"] for error in operation.get("errors", [])]
        waiting += entry["errors"]
        for error in entry["errors"]:
            # The model names no status for the JSON protocol, in which each error of the client is a 400.
            statuses[error] = shapes[error].get("error", {}).get("httpStatusCode", 400)
        described[name] = entry
    definitions: dict[str, Schema] = {}
    while waiting:
        name = waiting.pop()
        if name not in definitions:
            definitions[name] = schema_of(shapes[name], waiting)
    return {
        "$comment": f"Generated by generate.py from botocore {botocore.__version__}, {service} "
        f"{model['metadata']['apiVersion']} (Apache-2.0). Do not edit.",
        "source": {"package": "botocore", "version": botocore.__version__, "model": f"{service}/service-2"},
        "targetPrefix": model["metadata"].get("targetPrefix", ""),
        "allOperations": sorted(model["operations"]),
        "operations": described,
        "errorStatuses": dict(sorted(statuses.items())),
        "$defs": dict(sorted(definitions.items())),
    }


def main() -> int:
    """Writes one file for each service beside this script. With `--check` only compares, and returns 1 where one
    differs."""
    is_check = sys.argv[1:] == ["--check"]
    differing = 0
    for service, operations in OPERATIONS.items():
        target = Path(__file__).with_name(f"{service}.json")
        text = json.dumps(generate(service, operations), indent=1, ensure_ascii=False)
        if is_check:
            if target.read_text(encoding="utf-8") != text + "\n":
                print(f"{target.name} is not what botocore {botocore.__version__} gives")
                differing = 1
            continue
        target.write_text(text + "\n", encoding="utf-8")
        print(f"{target.name}: {len(operations)} operations, {len(text) // 1024} KB")
    return differing


if __name__ == "__main__":
    sys.exit(main())
