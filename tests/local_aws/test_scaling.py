"""Services scale by alarms and by schedules, and spare protected tasks, as on AWS."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import botocore.exceptions
import pytest

from tests.local_aws.conftest import HEALTH_CHECK, until
from tools.local_aws import instance
from tools.local_aws.console import LocalAwsError

PORT = os.environ.get("LOCAL_AWS_PORT", "4566")
WAIT = "trap 'exit 0' TERM; while :; do sleep 0.2; done"
SPOT = [{"capacityProvider": "FARGATE", "base": 1}, {"capacityProvider": "FARGATE_SPOT", "weight": 1}]
PROTECT = """
exec perl -MIO::Socket::INET -e '
    $SIG{TERM} = sub { exit 0 }; $| = 1;
    ($host, $path) = $ENV{ECS_AGENT_URI} =~ m{//([^/]+)(.*)};
    $body = q({"ProtectionEnabled":true,"ExpiresInMinutes":60});
    $s = IO::Socket::INET->new($host);
    print $s "PUT $path/task-protection/v1/state HTTP/1.0\\r\\nHost: $host\\r\\nContent-Length: " . length($body)
        . "\\r\\n\\r\\n$body";
    print grep { /^\\{/ } <$s>; print "\\n"; sleep 1 while 1'
"""
"""A container that protects its task, logs the agent's answer, and ends on SIGTERM."""


class Pool:
    """A service with a scalable target."""

    def __init__(self, aws: Any, name: str, script: str = WAIT, stop_timeout: int = 30, **fields: Any) -> None:
        self.aws, self.name, self.stop_timeout = aws, name, stop_timeout
        self.scaling = aws.client("application-autoscaling")
        self.cloudwatch = aws.client("cloudwatch")
        self.target = {
            "ServiceNamespace": "ecs",
            "ResourceId": f"service/{aws.name}/{name}",
            "ScalableDimension": "ecs:service:DesiredCount",
        }
        aws.ecs.create_service(
            cluster=aws.name,
            serviceName=name,
            taskDefinition=self.register(script),
            networkConfiguration=aws.network,
            **{"desiredCount": 0, **fields},
        )

    def register(self, script: str) -> str:
        container = {"name": "main", "command": ["sh", "-c", script], "stopTimeout": self.stop_timeout}
        checked = {**container, "healthCheck": {**HEALTH_CHECK, "startPeriod": 1}}
        return str(self.aws.register(checked, family=f"{self.aws.name}-{self.name}"))

    @property
    def desired(self) -> int:
        return int(self.aws.service(self.name)["desiredCount"])

    @property
    def tasks(self) -> list[str]:
        return list(self.aws.ecs.list_tasks(cluster=self.aws.name, serviceName=self.name)["taskArns"])

    def running(self, count: int) -> list[dict[str, Any]]:
        """Its tasks, when so many run and no other is on its way."""

        def look() -> list[dict[str, Any]]:
            arns = self.tasks
            return list(self.aws.ecs.describe_tasks(cluster=self.aws.name, tasks=arns)["tasks"]) if arns else []

        tasks = until(look, lambda found: [task["lastStatus"] for task in found] == ["RUNNING"] * count)
        until(lambda: self.aws.service(self.name), lambda seen: seen["runningCount"] == count)
        return list(tasks)

    def bounds(self, low: int, high: int, **suspended: bool) -> None:
        self.scaling.register_scalable_target(
            **self.target, MinCapacity=low, MaxCapacity=high, SuspendedState=suspended
        )

    def policy(self, name: str, **configuration: Any) -> dict[str, Any]:
        kind = "TargetTracking" if "TargetValue" in configuration else "Step"
        return dict(
            self.scaling.put_scaling_policy(
                **self.target,
                PolicyName=name,
                PolicyType=f"{kind}Scaling",
                **{f"{kind}ScalingPolicyConfiguration": configuration},
            )
        )

    def alarm(self, name: str, action: str, **fields: Any) -> None:
        watched = {
            "Namespace": "Airflow",
            "MetricName": "Gap",
            "Statistic": "Maximum",
            "Period": 10,
            "Dimensions": [{"Name": "Pool", "Value": self.aws.name}],
        }
        settings = {
            **({} if "Metrics" in fields else watched),
            "EvaluationPeriods": 1,
            "Threshold": 0,
            "ComparisonOperator": "GreaterThanThreshold",
            "AlarmActions": [action],
            **fields,
        }
        self.cloudwatch.put_metric_alarm(AlarmName=f"{self.aws.name}-{name}", **settings)

    def seen_alarm(self, name: str) -> dict[str, Any]:
        (alarm,) = self.cloudwatch.describe_alarms(AlarmNames=[f"{self.aws.name}-{name}"])["MetricAlarms"]
        return dict(alarm)

    def publish(self, value: float, name: str = "Gap") -> None:
        dimensions = [{"Name": "Pool", "Value": self.aws.name}]
        datum = {"MetricName": name, "Dimensions": dimensions, "Value": value, "StorageResolution": 1}
        self.cloudwatch.put_metric_data(Namespace="Airflow", MetricData=[datum])

    def set_alarm(self, name: str, state: str, values: list[float], threshold: float = 0) -> None:
        data = {"version": "1.0", "recentDatapoints": values, "threshold": threshold}
        self.cloudwatch.set_alarm_state(
            AlarmName=name, StateValue=state, StateReason="test", StateReasonData=json.dumps(data)
        )

    def activities(self, **fields: Any) -> list[dict[str, Any]]:
        return list(self.scaling.describe_scaling_activities(**self.target, **fields)["ScalingActivities"])


@pytest.fixture(scope="module")
def pool(aws: Any) -> Iterator[Pool]:
    pool = Pool(aws, "pool", capacityProviderStrategy=SPOT)
    pool.bounds(0, 3)
    yield pool
    pool.scaling.deregister_scalable_target(**pool.target)
    names = [alarm["AlarmName"] for alarm in pool.cloudwatch.describe_alarms(AlarmNamePrefix=aws.name)["MetricAlarms"]]
    pool.cloudwatch.delete_alarms(AlarmNames=names)


def steps(*adjustments: int) -> list[dict[str, Any]]:
    """One more for every whole number above the threshold."""
    bounds = [{"MetricIntervalLowerBound": low, "MetricIntervalUpperBound": low + 1} for low in range(len(adjustments))]
    del bounds[-1]["MetricIntervalUpperBound"]
    return [{**bound, "ScalingAdjustment": number} for bound, number in zip(bounds, adjustments, strict=True)]


def test_a_high_resolution_alarm_scales_in_one_step_to_the_maximum(pool: Pool) -> None:
    out = pool.policy("out", AdjustmentType="ChangeInCapacity", StepAdjustments=steps(1, 2, 3, 4), Cooldown=0)
    pool.alarm("gap", out["PolicyARN"], TreatMissingData="notBreaching")
    (shown,) = pool.scaling.describe_scaling_policies(ServiceNamespace="ecs", ResourceId=pool.target["ResourceId"])[
        "ScalingPolicies"
    ]
    assert [alarm["AlarmName"] for alarm in shown["Alarms"]] == [f"{pool.aws.name}-gap"]
    until(lambda: pool.seen_alarm("gap"), lambda alarm: alarm["StateValue"] == "OK")
    pool.publish(4)
    # The datum's period ends after ten seconds at most, the minute after sixty.
    until(lambda: pool.desired, lambda desired: desired == 3, seconds=50)
    # Before anybody waits for tasks: half a minute later the alarm is over.
    history = pool.cloudwatch.describe_alarm_history(AlarmName=f"{pool.aws.name}-gap", HistoryItemType="StateUpdate")
    assert history["AlarmHistoryItems"][0]["HistorySummary"] == "Alarm updated from OK to ALARM"
    providers = [task["capacityProviderName"] for task in pool.running(3)]
    assert sorted(providers) == ["FARGATE", "FARGATE_SPOT", "FARGATE_SPOT"]
    (activity,) = pool.activities()
    assert activity["Cause"].endswith("-gap in state ALARM triggered policy out")


def test_a_spot_interruption_ends_a_task_and_the_service_replaces_it(pool: Pool) -> None:
    settings = instance.from_environment(os.environ)
    by_provider = {task["capacityProviderName"]: task["taskArn"] for task in pool.running(3)}
    with pytest.raises(LocalAwsError, match="does not run on FARGATE_SPOT"):
        instance.interrupt(settings, by_provider["FARGATE"])
    instance.interrupt(settings, by_provider["FARGATE_SPOT"])
    task = pool.aws.stopped(by_provider["FARGATE_SPOT"])
    assert (task["stopCode"], task["stoppedReason"]) == ("SpotInterruption", "Your Spot Task was interrupted.")
    assert task["containers"][0]["exitCode"] == 0
    until(lambda: pool.tasks, lambda tasks: len(tasks) == 3 and task["taskArn"] not in tasks)


def test_setting_an_alarms_state_acts_inside_the_bounds(pool: Pool) -> None:
    down = pool.policy(
        "down",
        AdjustmentType="ExactCapacity",
        StepAdjustments=[{"MetricIntervalUpperBound": 0, "ScalingAdjustment": 0}],
        Cooldown=0,
    )
    pool.alarm("idle", down["PolicyARN"], ComparisonOperator="LessThanOrEqualToThreshold", MetricName="Idle")
    gap, idle = (f"{pool.aws.name}-{name}" for name in ("gap", "idle"))

    def not_scaled() -> list[Any]:
        return [
            reason
            for seen in pool.activities(IncludeNotScaledActivities=True)
            for reason in seen.get("NotScaledReasons", [])
        ]

    pool.bounds(1, 3, DynamicScalingInSuspended=True)
    pool.set_alarm(idle, "ALARM", [0])
    # Actions are carried out in order: when this one has come to nothing, so has the other.
    pool.set_alarm(gap, "OK", [0])
    pool.set_alarm(gap, "ALARM", [1])
    until(not_scaled, lambda seen: seen[:1] == [{"Code": "AlreadyAtMaxCapacity", "MaxCapacity": 3}])
    assert pool.desired == 3
    pool.bounds(1, 3, DynamicScalingInSuspended=False)
    pool.set_alarm(idle, "OK", [1])
    pool.set_alarm(idle, "ALARM", [0])
    until(lambda: pool.desired, lambda desired: desired == 1)
    pool.set_alarm(idle, "OK", [1])
    pool.set_alarm(idle, "ALARM", [0])
    until(not_scaled, lambda seen: seen[:1] == [{"Code": "AlreadyAtMinCapacity", "MinCapacity": 1}])
    pool.scaling.delete_scaling_policy(**pool.target, PolicyName="down")
    assert pool.seen_alarm("idle")["AlarmActions"] == []


def test_an_alarm_may_watch_metric_math(pool: Pool) -> None:
    metric = {
        "Namespace": "Airflow",
        "MetricName": "Queued",
        "Dimensions": [{"Name": "Pool", "Value": pool.aws.name}],
    }
    stat = {"Metric": metric, "Period": 10, "Stat": "Maximum"}
    pool.alarm(
        "math",
        "arn:aws:sns:us-east-1:123456789012:none",
        Metrics=[
            {"Id": "queued", "MetricStat": stat, "ReturnData": False},
            {"Id": "needed", "Expression": "CEIL(FILL(queued, 0) / 4)"},
        ],
        Threshold=2,
    )
    pool.publish(9, name="Queued")
    seen = until(lambda: pool.seen_alarm("math"), lambda alarm: alarm["StateValue"] == "ALARM", seconds=50)
    assert json.loads(seen["StateReasonData"])["recentDatapoints"] == [3.0]
    # The next period has no datum, which the expression fills with zero.
    until(lambda: pool.seen_alarm("math"), lambda alarm: alarm["StateValue"] == "OK", seconds=50)


def test_target_tracking_brings_its_alarms(pool: Pool) -> None:
    metric = {"MetricName": "Load", "Namespace": "Airflow", "Statistic": "Average"}
    policy = pool.policy("track", TargetValue=50.0, CustomizedMetricSpecification=metric, ScaleOutCooldown=0)
    names = {alarm["AlarmName"].split("-Alarm")[1][:3]: alarm["AlarmName"] for alarm in policy["Alarms"]}
    shown = pool.cloudwatch.describe_alarms(AlarmNames=list(names.values()))["MetricAlarms"]
    assert {
        (alarm["ComparisonOperator"], alarm["Threshold"], alarm["Period"], alarm["EvaluationPeriods"])
        for alarm in shown
    } == {("GreaterThanThreshold", 50.0, 60, 3), ("LessThanThreshold", 45.0, 60, 15)}
    pool.set_alarm(names["Hig"], "ALARM", [75.0, 100.0], threshold=50)
    until(lambda: pool.desired, lambda desired: desired == 2)
    pool.scaling.delete_scaling_policy(**pool.target, PolicyName="track")
    assert pool.cloudwatch.describe_alarms(AlarmNames=list(names.values()))["MetricAlarms"] == []


def test_schedules_follow_the_moved_clock_across_summer_time(pool: Pool) -> None:
    settings = instance.from_environment(os.environ)

    def action(name: str, schedule: str, count: int) -> None:
        pool.scaling.put_scheduled_action(
            **pool.target,
            ScheduledActionName=name,
            Schedule=schedule,
            Timezone="Europe/Berlin",
            ScalableTargetAction={"MinCapacity": count, "MaxCapacity": max(count, 1)},
        )

    action("open", "cron(0 8 ? * * *)", 1)
    action("close", "cron(0 20 ? * * *)", 0)
    try:
        seen = []
        for moment in (
            "2027-03-27T19:30:00+00:00",
            "2027-03-28T05:55:00+00:00",  # 07:55 in Berlin, the first morning of summer time
            "2027-03-28T06:00:30+00:00",
            "2027-03-28T18:00:30+00:00",
        ):
            instance.clock(settings, moment)
            (target,) = pool.scaling.describe_scalable_targets(
                ServiceNamespace="ecs", ResourceIds=[pool.target["ResourceId"]]
            )["ScalableTargets"]
            seen.append((target["MinCapacity"], target["MaxCapacity"], pool.desired))
            if seen[-1][0] == 0:
                # As a scaling policy would, with no work to do.
                pool.aws.ecs.update_service(cluster=pool.aws.name, service=pool.name, desiredCount=0)
        pool.bounds(0, 3, ScheduledScalingSuspended=True)
        instance.clock(settings, "2027-03-29T06:00:30+00:00")
        seen.append((0, 3, pool.desired))
    finally:
        instance.clock(settings, "now")
    assert seen == [(0, 1, 1), (0, 1, 0), (1, 1, 1), (0, 1, 1), (0, 3, 0)]
    causes = [activity["Cause"] for activity in pool.activities()]
    assert "scheduled action name open was triggered" in causes
    assert "minimum capacity was set to 1" in causes


def test_what_aws_refuses_is_refused(pool: Pool) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match="gap between step adjustments"):
        pool.policy("holes", AdjustmentType="ChangeInCapacity", StepAdjustments=[steps(1, 1)[0], *steps(1, 1, 1)[2:]])
    with pytest.raises(botocore.exceptions.ClientError, match="Period must be"):
        pool.alarm("wrong", "arn:aws:sns:us-east-1:123456789012:none", Period=15)
    lines = instance.from_environment(os.environ).requests_log.read_text(encoding="utf-8").splitlines()
    alarms = [entry for entry in map(json.loads, lines) if entry["operation"] == "PutMetricAlarm"]
    assert (alarms[-1]["read_only"], alarms[-1]["error"]) == (False, "ValidationError")
    assert alarms[-1]["parameters"]["Period"] == 15


def agent(task: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the container of a task gets from its agent."""
    url = f"http://127.0.0.1:{PORT}/_local_aws/ecs-agent/{task.rsplit('/', 1)[-1]}/task-protection/v1/state"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method="GET" if body is None else "PUT")
    try:
        with urllib.request.urlopen(request) as response:
            return dict(json.load(response))
    except urllib.error.HTTPError as error:
        return dict(json.load(error))


def test_protected_tasks_outlast_deployments_and_scale_in(aws: Any) -> None:
    pool = Pool(aws, "protected", PROTECT, desiredCount=1, launchType="FARGATE")
    (refused,) = pool.running(1)
    assert agent(refused["taskArn"])["error"]["Code"] == "AccessDeniedException"
    statement = {"Effect": "Allow", "Action": ["ecs:GetTaskProtection", "ecs:UpdateTaskProtection"], "Resource": "*"}
    policy = {
        "Version": "2012-10-17",
        "Statement": [{**statement, "Condition": {"ArnEquals": {"ecs:cluster": refused["clusterArn"]}}}],
    }
    # The task has asked already, in vain: later it would not be.
    answer = json.loads(until(lambda: aws.logs(refused), bool)[0])
    assert answer["error"]["Code"] == "AccessDeniedException"
    aws.client("iam").put_role_policy(RoleName=aws.name, PolicyName="protect", PolicyDocument=json.dumps(policy))
    assert agent(refused["taskArn"])["protection"] == {
        "ExpirationDate": None,
        "ProtectionEnabled": False,
        "TaskArn": refused["taskArn"],
    }
    aws.ecs.stop_task(cluster=aws.name, task=refused["taskArn"])
    aws.stopped(refused["taskArn"])

    # The task protects itself, and a deployment leaves it alone.
    (old,) = until(lambda: pool.running(1), lambda tasks: tasks[0]["taskArn"] != refused["taskArn"])
    until(lambda: agent(old["taskArn"]), lambda seen: seen["protection"]["ProtectionEnabled"])
    # What it prints is there a moment after the answer.
    answer = json.loads(until(lambda: aws.logs(old), bool)[0])
    assert answer["protection"]["ProtectionEnabled"] is True
    aws.ecs.update_service(cluster=aws.name, service=pool.name, taskDefinition=pool.register(WAIT))
    new = next(task for task in pool.running(2) if task["taskArn"] != old["taskArn"])
    until(lambda: aws.task(new["taskArn"]), lambda task: task["healthStatus"] == "HEALTHY")
    assert agent(new["taskArn"], {"ProtectionEnabled": True})["failure"] == {
        "Arn": new["taskArn"],
        "Detail": None,
        "Reason": "DEPLOYMENT_BLOCKED",
    }
    answer = aws.ecs.update_task_protection(cluster=aws.name, tasks=[new["taskArn"], "0" * 32], protectionEnabled=True)
    assert [failure["reason"] for failure in answer["failures"]] == ["DEPLOYMENT_BLOCKED", "MISSING"]

    # Scale-in takes the other one, and then waits for it.
    aws.ecs.update_service(cluster=aws.name, service=pool.name, desiredCount=0)
    aws.stopped(new["taskArn"])
    assert aws.task(old["taskArn"])["lastStatus"] == "RUNNING"
    assert agent(old["taskArn"], {"ProtectionEnabled": True})["failure"]["Reason"] == "DEPLOYMENT_BLOCKED"
    agent(old["taskArn"], {"ProtectionEnabled": False})
    assert aws.stopped(old["taskArn"])["stopCode"] == "ServiceSchedulerInitiated"


def test_stop_timeout_ends_a_task_that_ignores_sigterm(aws: Any) -> None:
    stubborn = "trap '' TERM; while :; do sleep 0.2; done"
    pool = Pool(aws, "stubborn", stubborn, stop_timeout=2, desiredCount=1, launchType="FARGATE")
    (task,) = pool.running(1)
    assert agent(task["taskArn"], {"ProtectionEnabled": True, "ExpiresInMinutes": 2881})["error"]["Code"] == (
        "InvalidParameterException"
    )
    aws.ecs.update_service(cluster=aws.name, service=pool.name, desiredCount=0)
    assert aws.stopped(task["taskArn"])["containers"][0]["exitCode"] == 137
