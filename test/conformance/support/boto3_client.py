"""A client that knows nothing of this repository: boto3 with its waiters and botocore's own model.

Arguments: endpoint URL, region, image, role ARN, S3 output path, S3 checkpoint prefix; credentials come from the
environment, as for any boto3. Prints one line of JSON. Every response is also checked against botocore's output
shapes, by botocore's own validator.
"""

from __future__ import annotations

import json
import sys
import uuid
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError
from botocore.validate import ParamValidator


class CheckedClient:
    """A boto3 client that validates every response against the service model that it was made from."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.checked: list[str] = []

    def call(self, operation: str, **parameters: Any) -> Any:
        """Calls the operation of this name, checks the response, and returns it."""
        response = getattr(self.client, boto3.session.botocore.xform_name(operation))(**parameters)
        shape = self.client.meta.service_model.operation_model(operation).output_shape
        if shape is not None:
            content = {key: value for key, value in response.items() if key != "ResponseMetadata"}
            if "Body" in content and hasattr(content["Body"], "read"):
                content["Body"] = content["Body"].read()
                response["Body"] = content["Body"]
            report = ParamValidator().validate(content, shape)
            if report.has_errors():
                raise SystemExit(f"{operation}: {report.generate_report()}")
        self.checked.append(operation)
        return response


def error_of(action: Any) -> dict[str, Any]:
    """Returns the error in which an action ends: code, message, HTTP status."""
    try:
        action()
    except ClientError as error:
        response = error.response
        return {
            "code": response["Error"]["Code"],
            "message": response["Error"]["Message"],
            "status": response["ResponseMetadata"]["HTTPStatusCode"],
            "originalStatusCode": response.get("OriginalStatusCode"),
            "originalMessage": response.get("OriginalMessage"),
        }
    return {"code": None}


def main() -> None:
    """Makes the calls of a job's and an endpoint's whole life."""
    endpoint_url, region, image, role, output_path, checkpoints = sys.argv[1:7]
    session = boto3.Session(region_name=region)
    config = Config(retries={"max_attempts": 0})
    sagemaker = CheckedClient(session.client("sagemaker", endpoint_url=endpoint_url, config=config))
    runtime = CheckedClient(session.client("sagemaker-runtime", endpoint_url=endpoint_url, config=config))
    fast = {"Delay": 1, "MaxAttempts": 40}
    name = f"boto3-{uuid.uuid4().hex[:8]}"

    def job(suffix: str, **hyperparameters: str) -> dict[str, Any]:
        return {
            "TrainingJobName": f"{name}-{suffix}",
            "RoleArn": role,
            "HyperParameters": hyperparameters,
            "AlgorithmSpecification": {
                "TrainingImage": image,
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "loss", "Regex": r"loss=([-+.eE\d]+)"}],
            },
            "OutputDataConfig": {"S3OutputPath": output_path},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            "CheckpointConfig": {"S3Uri": f"{checkpoints}{suffix}/"},
            "Tags": [{"Key": "client", "Value": "boto3"}],
        }

    waiter = sagemaker.client.get_waiter("training_job_completed_or_stopped")
    arn = sagemaker.call("CreateTrainingJob", **job("done", epochs="2"))["TrainingJobArn"]
    waiter.wait(TrainingJobName=f"{name}-done", WaiterConfig=fast)
    done = sagemaker.call("DescribeTrainingJob", TrainingJobName=f"{name}-done")
    tags = sagemaker.call("ListTags", ResourceArn=arn)["Tags"]

    sagemaker.call("CreateTrainingJob", **job("long", epochs="100000"))
    listed = sagemaker.call("ListTrainingJobs", NameContains=name)["TrainingJobSummaries"]
    sagemaker.call("StopTrainingJob", TrainingJobName=f"{name}-long")
    waiter.wait(TrainingJobName=f"{name}-long", WaiterConfig=fast)
    stopped = sagemaker.call("DescribeTrainingJob", TrainingJobName=f"{name}-long")

    sagemaker.call("CreateTrainingJob", **job("fails", exitCode="3"))
    try:
        waiter.wait(TrainingJobName=f"{name}-fails", WaiterConfig=fast)
        waited_in_vain = False
    except WaiterError:
        waited_in_vain = True
    failed = sagemaker.call("DescribeTrainingJob", TrainingJobName=f"{name}-fails")

    sagemaker.call("CreateModel", ModelName=name, ExecutionRoleArn=role, PrimaryContainer={"Image": image})
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": name,
        "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1},
    }
    sagemaker.call("CreateEndpointConfig", EndpointConfigName=name, ProductionVariants=[variant])
    sagemaker.call("CreateEndpoint", EndpointName=name, EndpointConfigName=name)
    sagemaker.client.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig=fast)
    for operation in ("DescribeEndpoint", "DescribeEndpointConfig", "DescribeModel"):
        sagemaker.call(operation, **{f"{operation.removeprefix('Describe')}Name": name})
    for operation in ("ListEndpoints", "ListEndpointConfigs", "ListModels"):
        sagemaker.call(operation, NameContains=name)
    invoked = runtime.call("InvokeEndpoint", EndpointName=name, Body=b"{}", ContentType="application/json")
    model_error = error_of(
        lambda: runtime.call("InvokeEndpoint", EndpointName=name, Body=b'{"status": 400, "text": "no"}')
    )
    too_large = error_of(lambda: runtime.call("InvokeEndpoint", EndpointName=name, Body=b"x" * (4 * 1024 * 1024 + 1)))
    sagemaker.call("DeleteEndpoint", EndpointName=name)
    sagemaker.client.get_waiter("endpoint_deleted").wait(EndpointName=name, WaiterConfig=fast)
    sagemaker.call("DeleteEndpointConfig", EndpointConfigName=name)
    sagemaker.call("DeleteModel", ModelName=name)

    errors = {
        "taken": error_of(lambda: sagemaker.call("CreateTrainingJob", **job("done"))),
        "unknownJob": error_of(lambda: sagemaker.call("DescribeTrainingJob", TrainingJobName="nobody")),
        "unknownEndpoint": error_of(lambda: sagemaker.call("DescribeEndpoint", EndpointName="nobody")),
        "badName": error_of(lambda: sagemaker.call("DescribeTrainingJob", TrainingJobName="no_underscore")),
        "stopStopped": error_of(lambda: sagemaker.call("StopTrainingJob", TrainingJobName=f"{name}-long")),
        "unsupported": error_of(lambda: sagemaker.call("ListNotebookInstances")),
        "invokeUnknown": error_of(lambda: runtime.call("InvokeEndpoint", EndpointName="nobody", Body=b"")),
        "model": model_error,
        "tooLarge": too_large,
    }
    sagemaker.call("DeleteTrainingJob", TrainingJobName=f"{name}-done")
    print(
        json.dumps(
            {
                "done": done["TrainingJobStatus"],
                "metrics": {metric["MetricName"]: metric["Value"] for metric in done["FinalMetricDataList"]},
                "model": done["ModelArtifacts"]["S3ModelArtifacts"].removeprefix(output_path),
                "tags": tags,
                "listed": sorted(summary["TrainingJobName"].removeprefix(name) for summary in listed),
                "stopped": [stopped["TrainingJobStatus"], stopped["SecondaryStatus"]],
                "failed": [failed["TrainingJobStatus"], failed["FailureReason"], waited_in_vain],
                "invoked": [invoked["ContentType"], invoked["InvokedProductionVariant"]],
                "errors": errors,
                "checked": sorted(set(sagemaker.checked + runtime.checked)),
            }
        )
    )


if __name__ == "__main__":
    main()
