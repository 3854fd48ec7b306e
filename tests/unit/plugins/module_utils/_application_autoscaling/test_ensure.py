"""What is asked of AWS, call by call."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import (
    alarms,
    api,
    ensure,
    policies,
)
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.api import Clients
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.common import AutoscalingError
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.validation import Identity
from botocore.stub import Stubber

Make = Callable[..., dict[str, Any]]
ACCOUNT = "eu-west-1:123456789012"
ARN = f"arn:aws:application-autoscaling:{ACCOUNT}:scalable-target/1"
ALARM = "app/worker/out"
ALARM_ARN = f"arn:aws:cloudwatch:{ACCOUNT}:alarm:{ALARM}"
DIMENSION = {"ScalableDimension": "ecs:service:DesiredCount"}
NAMESPACE = {"ServiceNamespace": "ecs"}
RESOURCE = {"ResourceId": "service/app/worker"}
WHICH = {**NAMESPACE, **RESOURCE, **DIMENSION}
ALL = {"DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": False, "ScheduledScalingSuspended": False}
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
TARGET = {
    **WHICH,
    "MinCapacity": 0,
    "MaxCapacity": 5,
    "RoleARN": "arn:aws:iam::123456789012:role/x",
    "CreationTime": CREATED,
    "ScalableTargetARN": ARN,
    "SuspendedState": ALL,
}
TAGS = {"env": "test"}
TAG_LIST = [{"Key": "env", "Value": "test"}]


def policy_arn(name: str) -> str:
    return f"arn:aws:autoscaling:{ACCOUNT}:scalingPolicy:1:resource/ecs/service/app/worker:policyName/{name}"


class Script:
    """What is called in which order, of both services."""

    def __init__(self) -> None:
        options = {"region_name": "eu-west-1", "aws_access_key_id": "x", "aws_secret_access_key": "y"}
        self.scaling = Stubber(boto3.client("application-autoscaling", **options))
        self.cloudwatch = Stubber(boto3.client("cloudwatch", **options))
        self.clients = Clients(self.scaling.client, self.cloudwatch.client)

    def reads(
        self,
        targets: list[Any],
        listed: list[Any] | None = None,
        actions: list[Any] | None = None,
        described: list[Any] | None = None,
    ) -> None:
        """The listings of one service; None: nobody looks."""
        ids = {"ResourceIds": [RESOURCE["ResourceId"]]}
        self.scaling.add_response(
            "describe_scalable_targets", {"ScalableTargets": targets}, {**NAMESPACE, **DIMENSION, **ids}
        )
        if listed is not None:
            self.scaling.add_response("describe_scaling_policies", {"ScalingPolicies": listed}, WHICH)
        if actions is not None:
            self.scaling.add_response("describe_scheduled_actions", {"ScheduledActions": actions}, WHICH)
        if described is not None:
            request = {"AlarmNamePrefix": "app/worker/", "AlarmTypes": ["MetricAlarm"]}
            self.cloudwatch.add_response("describe_alarms", {"MetricAlarms": described}, request)

    def tags(self, target: dict[str, str], alarm: list[Any] | None = None) -> None:
        self.scaling.add_response("list_tags_for_resource", {"Tags": target}, {"ResourceARN": ARN})
        if alarm is not None:
            self.cloudwatch.add_response("list_tags_for_resource", {"Tags": alarm}, {"ResourceARN": ALARM_ARN})

    def registers(self, **request: Any) -> None:
        self.scaling.add_response("register_scalable_target", {"ScalableTargetARN": ARN}, {**WHICH, **request})

    def puts_policy(self, option: dict[str, Any]) -> None:
        request = {**WHICH, "PolicyName": option["name"], **policies.wanted(option)}
        answer = {"PolicyARN": policy_arn(option["name"])}
        self.scaling.add_response("put_scaling_policy", answer, request)

    def puts_alarm(self, option: dict[str, Any], **request: Any) -> None:
        config = alarms.wanted(option["step_scaling"]["alarm"], option["name"])
        action = {"AlarmActions": [policy_arn(option["name"])]}
        name = {"AlarmName": f"app/worker/{option['name']}"}
        self.cloudwatch.add_response("put_metric_alarm", {}, {**name, **config, **action, **request})

    def deletes(self, operation: str, **request: Any) -> None:
        self.scaling.add_response(operation, {}, {**WHICH, **request})


def described_policy(option: dict[str, Any]) -> dict[str, Any]:
    name = {"PolicyName": option["name"], "PolicyARN": policy_arn(option["name"]), "CreationTime": CREATED}
    return {**WHICH, **name, **policies.wanted(option)}


def described_alarm(option: dict[str, Any], **other: Any) -> dict[str, Any]:
    config = alarms.wanted(option["step_scaling"]["alarm"], option["name"])
    name = {"AlarmName": ALARM, "AlarmArn": ALARM_ARN, "StateValue": "OK"}
    return {**config, **name, "AlarmActions": [policy_arn(option["name"])], **other}


def described_action(name: str, schedule: str) -> dict[str, Any]:
    action = {"ScheduledActionName": name, "ScheduledActionARN": "arn:action", "Schedule": schedule}
    return {**WHICH, **action, "CreationTime": CREATED, "ScalableTargetAction": {"MinCapacity": 1}}


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    for module in (api, ensure):
        # A script has an order.
        monkeypatch.setattr(module, "side_by_side", lambda function, items: list(map(function, items)))
    script = Script()
    with script.scaling, script.cloudwatch:
        yield script
        script.scaling.assert_no_pending_responses()
        script.cloudwatch.assert_no_pending_responses()


def test_create(
    script: Script,
    now: datetime,
    target: Make,
    params: Make,
    step_policy: Make,
    tracking_policy: Make,
    action: Make,
) -> None:
    step, tracking = step_policy(), tracking_policy()
    timed = action(timezone="Europe/Berlin", start_time="2026-07-01T00:00:00", end_time="2026-08-01T00:00:00")
    option = target(policies=[step, tracking], scheduled_actions=[timed], suspended={"scheduled": True})
    script.reads([], [], [], [])
    suspended = {**ALL, "ScheduledScalingSuspended": True}
    script.registers(MinCapacity=0, MaxCapacity=5, SuspendedState=suspended, Tags=TAGS)
    script.puts_policy(step)
    script.puts_policy(tracking)
    script.puts_alarm(step, Tags=TAG_LIST)
    script.scaling.add_response(
        "put_scheduled_action",
        {},
        {
            **WHICH,
            "ScheduledActionName": "morning",
            "Schedule": "cron(0 8 ? * MON-FRI *)",
            "Timezone": "Europe/Berlin",
            "StartTime": datetime(2026, 7, 1, tzinfo=UTC),
            "EndTime": datetime(2026, 8, 1, tzinfo=UTC),
            "ScalableTargetAction": {"MinCapacity": 1},
        },
    )

    result = ensure.ensure_present(script.clients, params(option, tags=TAGS), False, now)

    assert result["changed"]
    assert result["diff"]["before"] == {}
    (made,) = result["targets"]
    assert (made["resource_id"], made["scalable_target_arn"], made["tags"]) == ("service/app/worker", ARN, TAGS)
    assert made["policies"]["cpu"]["policy_arn"] == policy_arn("cpu")
    assert made["alarms"][ALARM]["alarm_actions"] == ["out"]
    assert made["scheduled_actions"]["morning"]["scalable_target_action"] == {"min_capacity": 1}


def test_check_mode_creates_nothing(
    script: Script, now: datetime, target: Make, params: Make, step_policy: Make, action: Make
) -> None:
    option = target(policies=[step_policy()], scheduled_actions=[action()])
    script.reads([], [], [], [])

    result = ensure.ensure_present(script.clients, params(option, tags=TAGS), True, now)

    assert result["changed"]
    (would_be,) = result["targets"]
    assert would_be["scalable_target_arn"] is None
    assert would_be["policies"]["out"]["policy_arn"] is None


def test_the_wanted_state_costs_one_look(
    script: Script, now: datetime, target: Make, params: Make, step_policy: Make, action: Make
) -> None:
    step = step_policy()
    option = target(policies=[step], scheduled_actions=[action()])
    script.reads(
        [TARGET], [described_policy(step)], [described_action("morning", action()["schedule"])], [described_alarm(step)]
    )
    script.tags(TAGS, TAG_LIST)

    result = ensure.ensure_present(script.clients, params(option, tags=TAGS), False, now)

    assert not result["changed"]
    assert result["targets"][0]["policies"]["out"]["policy_arn"] == policy_arn("out")


def test_what_is_not_given_is_not_even_read(script: Script, now: datetime, target: Make, params: Make) -> None:
    script.reads([TARGET])
    assert not ensure.ensure_present(script.clients, params(target()), False, now)["changed"]


def test_only_the_difference_is_applied(
    script: Script,
    now: datetime,
    target: Make,
    params: Make,
    step_policy: Make,
    tracking_policy: Make,
    action: Make,
    alarm: Make,
) -> None:
    old, new = step_policy(), step_policy(alarm=alarm(threshold=1))
    script.reads(
        [TARGET],
        [described_policy(old), described_policy(tracking_policy(name="old"))],
        [described_action("morning", "cron(0 9 ? * MON-FRI *)"), described_action("evening", "rate(1 day)")],
        [described_alarm(old), described_alarm(old, AlarmName="app/worker/gone")],
    )
    script.tags({"env": "old", "x": "1"}, [{"Key": "x", "Value": "1"}])
    script.registers(MinCapacity=0, MaxCapacity=9, SuspendedState=ALL)
    script.scaling.add_response("untag_resource", {}, {"ResourceARN": ARN, "TagKeys": ["x"]})
    script.scaling.add_response("tag_resource", {}, {"ResourceARN": ARN, "Tags": TAGS})
    script.puts_alarm(new)
    script.cloudwatch.add_response("untag_resource", {}, {"ResourceARN": ALARM_ARN, "TagKeys": ["x"]})
    script.cloudwatch.add_response("tag_resource", {}, {"ResourceARN": ALARM_ARN, "Tags": TAG_LIST})
    wanted = {"Schedule": action()["schedule"], "Timezone": "UTC", "ScalableTargetAction": {"MinCapacity": 1}}
    script.deletes("put_scheduled_action", ScheduledActionName="morning", **wanted)
    script.cloudwatch.add_response("delete_alarms", {}, {"AlarmNames": ["app/worker/gone"]})
    script.deletes("delete_scaling_policy", PolicyName="old")
    script.deletes("delete_scheduled_action", ScheduledActionName="evening")
    option = target(max=9, policies=[new], scheduled_actions=[action()])

    result = ensure.ensure_present(script.clients, params(option, tags=TAGS), False, now)

    before, after = (result["diff"][when]["app/worker"] for when in ("before", "after"))
    assert (before["max_capacity"], after["max_capacity"]) == (5, 9)
    assert (before["alarms"][ALARM]["threshold"], after["alarms"][ALARM]["threshold"]) == (0, 1)
    assert (list(before["policies"]), list(after["policies"])) == (["old", "out"], ["out"])
    assert (list(before["scheduled_actions"]), list(after["scheduled_actions"])) == (
        ["evening", "morning"],
        ["morning"],
    )
    assert (before["tags"], after["tags"]) == ({"env": "old", "x": "1"}, TAGS)


def test_tags_alone_do_not_register_again(script: Script, now: datetime, target: Make, params: Make) -> None:
    script.reads([TARGET])
    script.tags({})
    script.scaling.add_response("tag_resource", {}, {"ResourceARN": ARN, "Tags": TAGS})
    assert ensure.ensure_present(script.clients, params(target(), tags=TAGS), False, now)["changed"]


def test_a_policy_of_another_type_is_made_anew(
    script: Script, now: datetime, target: Make, params: Make, step_policy: Make, tracking_policy: Make
) -> None:
    step, tracking = step_policy(name="scale", alarm=None), tracking_policy(name="scale")
    script.reads([TARGET], [described_policy(step)], None, [])
    script.deletes("delete_scaling_policy", PolicyName="scale")
    script.puts_policy(tracking)
    assert ensure.ensure_present(script.clients, params(target(policies=[tracking])), False, now)["changed"]


def test_nothing_is_read_of_what_would_be_refused(script: Script, now: datetime, target: Make, params: Make) -> None:
    with pytest.raises(AutoscalingError, match=r"worker\.min = 9"):
        ensure.ensure_present(script.clients, params(target(min=9)), False, now)


def test_an_error_says_what_failed_of_which_service(
    script: Script, now: datetime, target: Make, params: Make, tracking_policy: Make
) -> None:
    script.reads([TARGET], [], None, [])
    script.scaling.add_client_error("put_scaling_policy", "LimitExceededException", "Too many policies.")
    option = target(policies=[tracking_policy()])
    with pytest.raises(AutoscalingError, match=r"put scaling policy cpu of service app/worker: .*Too many policies"):
        ensure.ensure_present(script.clients, params(option), False, now)


def test_another_change_at_the_same_time_is_waited_for(
    script: Script, now: datetime, target: Make, params: Make
) -> None:
    script.reads([])
    script.scaling.add_client_error("register_scalable_target", "ConcurrentUpdateException")
    script.registers(MinCapacity=0, MaxCapacity=5, SuspendedState=ALL)
    assert ensure.ensure_present(script.clients, params(target()), False, now)["changed"]


def test_several_services_share_their_listings(
    script: Script, now: datetime, target: Make, params: Make, tracking_policy: Make
) -> None:
    tracking = tracking_policy()
    listed = [target(policies=[tracking]), target(service="api", policies=[tracking])]
    api_target = {**TARGET, "ResourceId": "service/app/api"}
    script.scaling.add_response(
        "describe_scalable_targets",
        {"ScalableTargets": [api_target, TARGET]},
        {**NAMESPACE, **DIMENSION, "ResourceIds": ["service/app/worker", "service/app/api"]},
    )
    of_both = [{**described_policy(tracking), "ResourceId": f"service/{name}"} for name in ("app/api", "app/worker")]
    others = [{**described_policy(tracking), "ResourceId": "service/other/worker"}]
    script.scaling.add_response("describe_scaling_policies", {"ScalingPolicies": of_both + others}, NAMESPACE)
    request = {"AlarmNamePrefix": "app/", "AlarmTypes": ["MetricAlarm"]}
    script.cloudwatch.add_response("describe_alarms", {"MetricAlarms": []}, request)

    result = ensure.ensure_present(script.clients, params(*listed), False, now)

    assert not result["changed"]
    assert [one["resource_id"] for one in result["targets"]] == ["service/app/worker", "service/app/api"]


def test_absent(script: Script, target: Make, params: Make, step_policy: Make) -> None:
    script.reads([TARGET], described=[described_alarm(step_policy())])
    script.cloudwatch.add_response("delete_alarms", {}, {"AlarmNames": [ALARM]})
    script.deletes("deregister_scalable_target")

    result = ensure.ensure_absent(script.clients, params(target(min=None, max=None)), False)

    assert result["changed"]
    assert result["diff"] == {
        "before": {"app/worker": {"min_capacity": 0, "max_capacity": 5, "alarms": [ALARM]}},
        "after": {},
    }


def test_alarms_that_an_interrupted_removal_left(script: Script, target: Make, params: Make, step_policy: Make) -> None:
    script.reads([], described=[described_alarm(step_policy())])
    script.cloudwatch.add_response("delete_alarms", {}, {"AlarmNames": [ALARM]})
    assert ensure.ensure_absent(script.clients, params(target()), False)["changed"]


def test_check_mode_removes_nothing(script: Script, target: Make, params: Make) -> None:
    script.reads([TARGET], described=[])
    assert ensure.ensure_absent(script.clients, params(target()), True)["changed"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_absent_already(script: Script, target: Make, params: Make, check_mode: bool) -> None:
    script.reads([], described=[])
    assert not ensure.ensure_absent(script.clients, params(target()), check_mode)["changed"]


def test_somebody_else_was_faster(script: Script, target: Make, params: Make) -> None:
    script.reads([TARGET], described=[])
    script.scaling.add_client_error("deregister_scalable_target", "ObjectNotFoundException")
    assert ensure.ensure_absent(script.clients, params(target()), False)["changed"]


def test_more_services_than_one_call_takes(script: Script) -> None:
    services = [Identity("app", f"worker-{number}") for number in range(51)]
    for part in (services[:50], services[50:]):
        ids = [service.resource_id for service in part]
        script.scaling.add_response(
            "describe_scalable_targets", {"ScalableTargets": []}, {**NAMESPACE, **DIMENSION, "ResourceIds": ids}
        )
    found = api.read(script.clients, services, api.Interest(False, False, False))
    assert found == ([], [], [], [])


def test_services_are_worked_on_side_by_side(at_the_same_time: None, target: Make, params: Make) -> None:
    """Both are removed at once: neither call returns before the other has begun."""
    together = threading.Barrier(2, timeout=60)

    class Scaling:
        def get_paginator(self, operation: str) -> Any:
            ids = ["service/app/worker", "service/app/api"]
            found = {"ScalableTargets": [{**TARGET, "ResourceId": one} for one in ids]}
            return Pages(found)

        def deregister_scalable_target(self, **_request: Any) -> dict[str, Any]:
            together.wait()
            return {}

    class Cloudwatch:
        def get_paginator(self, operation: str) -> Any:
            return Pages({"MetricAlarms": []})

    class Pages:
        def __init__(self, found: dict[str, Any]) -> None:
            self.found = found

        def paginate(self, **_request: Any) -> Pages:
            return self

        def build_full_result(self) -> dict[str, Any]:
            return self.found

    both = params(target(), target(service="api"))
    assert ensure.ensure_absent(Clients(Scaling(), Cloudwatch()), both, False)["changed"]
