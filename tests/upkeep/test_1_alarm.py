"""An alarm reaches those who are to know."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.e2e.embedded_aws import ACCOUNT, REGION
from tests.e2e.playbooks import Environment, wait_until

NAMESPACE = "AirflowFargate"


def test_an_alarm_goes_off_is_told_and_ends(environment: Environment) -> None:
    cloudwatch, sns, sqs = (environment.aws.client(name) for name in ("cloudwatch", "sns", "sqs"))
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:{environment.prefix}-alarms"
    subscribed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [(one["Protocol"], one["Endpoint"]) for one in subscribed] == [("email", "duty@example.com")]
    name = f"{environment.prefix}: oldest-queued-task default"
    # Before anybody listens: what is told afterwards is the end of the alarm.
    wait_until(lambda: state_of(cloudwatch, name) == "OK", 180, "the alarm knows that all is well")
    queue = sqs.create_queue(QueueName="duty")["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:duty")
    told: list[str] = []

    def is_told(state: str) -> bool:
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            alarm = json.loads(json.loads(message["Body"])["Message"])
            if alarm["AlarmName"] == name:
                told.append(alarm["NewStateValue"])
        return state in told

    # The alarm looks at whole minutes, and the next one has the truth: these have to be there before this one is over.
    wait_until(lambda: time.time() % 60 < 40, 60, "there is time left in this minute")
    # As if a task had waited for long in each of the last minutes.
    now = time.time()
    cloudwatch.put_metric_data(
        Namespace=NAMESPACE,
        MetricData=[
            {
                "MetricName": "OldestQueuedTask",
                "Dimensions": [
                    {"Name": "environment", "Value": environment.name},
                    {"Name": "queue", "Value": "default"},
                ],
                "Timestamp": now - 60 * minute,
                "Value": 5000.0,
                "Unit": "Seconds",
            }
            for minute in range(6)
        ],
    )
    wait_until(lambda: is_told("ALARM"), 180, "the alarm is told")
    # The publisher goes on and tells the truth.
    wait_until(lambda: is_told("OK"), 400, "the end of the alarm is told")


def state_of(cloudwatch: Any, name: str) -> str:
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(alarm["StateValue"])
