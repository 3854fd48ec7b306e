"""The output of a container goes through FireLens to Firehose, and from there to a table."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

PRINT = ["sh", "-c", 'echo first; echo \'{"event": "second"}\'']
ROUTER_CONF = b"""[OUTPUT]
    Name cloudwatch_logs
    Match main-firelens*
    log_group_name ${GROUP}
    log_stream_name ecs/main/${ECS_TASK_ID}
    log_key log
"""


@pytest.fixture(scope="module")
def bucket(aws: Any) -> str:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=aws.name)
    s3.put_object(Bucket=aws.name, Key="router.conf", Body=ROUTER_CONF)
    return str(aws.name)


@pytest.fixture(scope="module")
def stream(aws: Any, bucket: str) -> str:
    aws.client("firehose").create_delivery_stream(
        DeliveryStreamName=aws.name,
        ExtendedS3DestinationConfiguration={
            "BucketARN": f"arn:aws:s3:::{bucket}",
            "RoleARN": aws.role,
            "Prefix": "logs/day=!{timestamp:yyyy-MM-dd}/",
            "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
            "CompressionFormat": "GZIP",
        },
    )
    return str(aws.name)


def routed(stream: str) -> dict[str, Any]:
    options = {
        "Name": "kinesis_firehose",
        "region": "us-east-1",
        "delivery_stream": stream,
        "time_key": "time",
        "time_key_format": "%Y-%m-%d %H:%M:%S.%3N",
    }
    return {"name": "main", "command": PRINT, "logConfiguration": {"logDriver": "awsfirelens", "options": options}}


def router(aws: Any, bucket: str) -> dict[str, Any]:
    return {
        "name": "log_router",
        "image": "public.ecr.aws/aws-observability/aws-for-fluent-bit:init-latest",
        "essential": False,
        "firelensConfiguration": {"type": "fluentbit"},
        "environment": [
            {"name": "aws_fluent_bit_init_s3_1", "value": f"arn:aws:s3:::{bucket}/router.conf"},
            {"name": "GROUP", "value": aws.log_group},
        ],
    }


@pytest.fixture(scope="module")
def task(aws: Any, bucket: str, stream: str) -> dict[str, Any]:
    return dict(aws.run(routed(stream), router(aws, bucket)))


def test_the_router_is_a_container_that_ends_well(task: dict[str, Any]) -> None:
    ended = {container["name"]: (container["lastStatus"], container["exitCode"]) for container in task["containers"]}
    assert ended == {"main": ("STOPPED", 0), "log_router": ("STOPPED", 0)}


def test_the_second_output_is_in_cloudwatch_when_the_task_has_stopped(aws: Any, task: dict[str, Any]) -> None:
    assert aws.logs(task) == ["first", '{"event": "second"}']


def test_records_come_together_in_a_compressed_object_and_out_of_a_table(
    aws: Any, bucket: str, task: dict[str, Any], until: Callable[..., Any]
) -> None:
    s3 = aws.client("s3")
    (listed,) = until(
        lambda: s3.list_objects_v2(Bucket=bucket, Prefix="logs/").get("Contents", []), lambda found: len(found) > 0
    )
    assert listed["Key"].endswith(".gz")
    content = gzip.decompress(s3.get_object(Bucket=bucket, Key=listed["Key"])["Body"].read())
    first, second = (json.loads(line) for line in content.splitlines())
    assert (first["log"], second["log"]) == ("first", '{"event": "second"}')
    assert first["ecs_task_arn"] == task["taskArn"]
    assert first["time"] <= second["time"]

    database = aws.name.replace("-", "_")
    glue, athena = aws.client("glue"), aws.client("athena")
    glue.create_database(DatabaseInput={"Name": database})
    glue.create_table(
        DatabaseName=database,
        TableInput={
            "Name": "logs",
            "PartitionKeys": [{"Name": "day", "Type": "string"}],
            "StorageDescriptor": {
                "Location": f"s3://{bucket}/logs/",
                "Columns": [{"Name": "time", "Type": "timestamp"}, {"Name": "log", "Type": "string"}],
                "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
            },
        },
    )
    query = athena.start_query_execution(
        QueryString="SELECT time, day, log FROM logs WHERE strpos(log, ?) > 0 AND time >= CAST(? AS timestamp)",
        QueryExecutionContext={"Database": database},
        ResultConfiguration={"OutputLocation": f"s3://{bucket}/results/"},
        ExecutionParameters=["'fir'", f"'{first['time'][:10]} 00:00:00'"],
    )["QueryExecutionId"]
    execution = until(
        lambda: athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"],
        lambda status: status["State"] in ("SUCCEEDED", "FAILED"),
    )
    assert execution["State"] == "SUCCEEDED", execution
    rows = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
    values = [[cell["VarCharValue"] for cell in row["Data"]] for row in rows]
    assert values == [["time", "day", "log"], [first["time"], first["time"][:10], "first"]]


def test_a_stream_that_is_not_there_is_in_the_routers_own_log(aws: Any, bucket: str) -> None:
    log = {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": aws.log_group,
            "awslogs-region": "us-east-1",
            "awslogs-stream-prefix": "ecs",
        },
    }
    ended = aws.run(routed("none"), {**router(aws, bucket), "logConfiguration": log})
    (complaint,) = aws.logs(ended, "log_router")
    assert "[output:kinesis_firehose]" in complaint
    assert "ResourceNotFoundException" in complaint


def test_firehose_refuses_what_it_cannot_deliver(aws: Any, bucket: str) -> None:
    destination = {"BucketARN": f"arn:aws:s3:::{bucket}", "RoleARN": aws.role}
    for wrong, word in (
        ({"Prefix": "!{timestamp:yyyy}/"}, "ErrorOutputPrefix"),
        ({"BufferingHints": {"SizeInMBs": 200, "IntervalInSeconds": 60}}, "SizeInMBs"),
        ({"RoleARN": f"{aws.role}-none"}, "unable to assume role"),
    ):
        with pytest.raises(ClientError, match=word):
            aws.client("firehose").create_delivery_stream(
                DeliveryStreamName=f"{aws.name}-wrong", ExtendedS3DestinationConfiguration={**destination, **wrong}
            )


def test_something_routed_needs_a_router(aws: Any) -> None:
    with pytest.raises(ClientError, match="FireLens"):
        aws.register(routed("any"))
