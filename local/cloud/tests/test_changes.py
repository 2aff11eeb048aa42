"""The requests that make a snapshot necessary."""

from __future__ import annotations

import pytest
from changes import may_change


@pytest.mark.parametrize(
    ("method", "path", "target", "changes"),
    [
        ("POST", "/", "DynamoDB_20120810.PutItem", True),
        ("POST", "/", "DynamoDB_20120810.TransactWriteItems", True),
        ("POST", "/", "DynamoDB_20120810.BatchWriteItem", True),
        ("POST", "/", "DynamoDB_20120810.Query", False),
        ("POST", "/", "DynamoDB_20120810.BatchGetItem", False),
        ("POST", "/", "AWSCognitoIdentityProviderService.InitiateAuth", True),
        ("POST", "/", "AmazonSQS.SendMessage", True),
        ("POST", "/", "AWSStepFunctions.StartExecution", True),
        ("POST", "/", "AWSStepFunctions.DescribeExecution", False),
        ("PUT", "/bucket", None, True),
        ("GET", "/bucket/key", None, False),
        ("POST", "/2015-03-31/event-source-mappings/", None, True),
        ("POST", "/2015-03-31/functions/reconcile/invocations", None, False),
        ("POST", "/2015-03-31/functions", None, True),
        ("POST", "/_aws/execute-api/abc/tracks", None, False),
        ("POST", "/", None, True),
    ],
)
def test_reading_and_calling_functions_changes_nothing_by_itself(
    method: str, path: str, target: str | None, changes: bool
) -> None:
    headers = [] if target is None else [(b"x-amz-target", target.encode())]
    assert may_change({"type": "http", "method": method, "path": path, "headers": headers}) is changes
