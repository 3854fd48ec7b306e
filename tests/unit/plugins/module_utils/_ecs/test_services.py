"""Which calls bring a service to the wanted state, and how a rollout is waited for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import AnsibleECSError
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.services import ensure_absent, ensure_present
from botocore.stub import Stubber

Make = Callable[..., dict[str, Any]]
Resource = dict[str, Any]
NAMES = {"cluster": "airflow-x", "service": "scheduler"}
OPTIONS: Resource = {
    "cluster": "airflow-x",
    "name": "scheduler",
    "task_definition": "airflow-x-scheduler:1",
    "desired_count": None,
    "min_count": None,
    "max_count": None,
    "capacity_provider_strategy": None,
    "network_configuration": {
        "subnets": ["subnet-a", "subnet-b"],
        "security_groups": ["sg-1"],
        "assign_public_ip": True,
    },
    "deployment_configuration": {
        "maximum_percent": 200,
        "minimum_healthy_percent": 100,
        "circuit_breaker": {"enable": True, "rollback": True},
    },
    "load_balancers": [],
    "service_registries": [],
    "health_check_grace_period": 0,
    "enable_execute_command": True,
    "platform_version": "LATEST",
    "propagate_tags": "SERVICE",
    "force_new_deployment": False,
    "wait": True,
    "wait_for": "rollout",
    "wait_timeout": 60,
    "tags": {"airflow:environment": "x"},
    "purge_tags": True,
}


class Reader:
    """Reports every task by its id, and remembers which were asked for."""

    def containers(self, _task_definition: str) -> dict[str, Resource]:
        return {"airflow": {"name": "airflow", "healthCheck": {"command": ["CMD", "true"]}}}

    def report(self, task: Resource) -> Resource:
        container = {"name": "airflow", "exit_code": 1, "reason": None, "health_status": None, "log_lines": ["boom"]}
        return {
            "task_id": task["taskArn"].rsplit("/", 1)[-1][-1],
            "task_definition": "airflow-x-scheduler:2",
            "last_status": "STOPPED",
            "health_status": None,
            "stop_code": "EssentialContainerExited",
            "stopped_reason": "Essential container in task exited",
            "containers": [container],
        }


@pytest.fixture
def present(ecs: Any, stubber: Stubber) -> Callable[..., Resource]:
    def present(check_mode: bool = False, **options: Any) -> Resource:
        reader: Any = Reader()
        return ensure_present(ecs, reader, {**OPTIONS, **options}, check_mode)

    return present


def describes(stubber: Stubber, *services: Resource) -> None:
    parameters = {"cluster": "airflow-x", "services": ["scheduler"], "include": ["TAGS"]}
    stubber.add_response("describe_services", {"services": list(services)}, parameters)


def updates(stubber: Stubber, service: Resource, **arguments: Any) -> None:
    stubber.add_response("update_service", {"service": service}, {**NAMES, **arguments})


def has_tasks(stubber: Stubber, status: str, *tasks: Resource) -> None:
    arns = [task["taskArn"] for task in tasks]
    cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/airflow-x"
    stubber.add_response(
        "list_tasks",
        {"taskArns": arns},
        {"cluster": cluster, "serviceName": "scheduler", "desiredStatus": status, "maxResults": 100},
    )
    if tasks:
        stubber.add_response("describe_tasks", {"tasks": list(tasks)}, {"cluster": cluster, "tasks": arns})


def rolling(make_service: Make, make_deployment: Make, **fields: Any) -> Resource:
    """Revision 2 on its way, while revision 1 runs."""
    new = make_deployment(2, rolloutState="IN_PROGRESS", runningCount=0, rolloutStateReason="")
    old = make_deployment(1, status="ACTIVE")
    return make_service(taskDefinition=new["taskDefinition"], deployments=[new, old], **fields)


def rolled_out(make_service: Make, make_deployment: Make) -> Resource:
    deployment = make_deployment(2)
    return make_service(taskDefinition=deployment["taskDefinition"], deployments=[deployment])


def test_an_unchanged_service_takes_one_read(stubber: Stubber, make_service: Make, present: Make) -> None:
    describes(stubber, make_service())
    result = present()
    assert not result["changed"]
    assert result["diff"]["before"] == result["diff"]["after"]
    assert result["service"]["running_count"] == 1


def test_a_new_revision_is_rolled_out(
    stubber: Stubber, make_service: Make, make_deployment: Make, present: Make
) -> None:
    describes(stubber, make_service())
    updates(stubber, rolling(make_service, make_deployment), taskDefinition="airflow-x-scheduler:2")
    describes(stubber, rolling(make_service, make_deployment))
    describes(stubber, rolled_out(make_service, make_deployment))
    result = present(task_definition="arn:aws:ecs:us-east-1:123456789012:task-definition/airflow-x-scheduler:2")
    assert result["changed"]
    assert result["diff"]["before"]["task_definition"] == "airflow-x-scheduler:1"
    assert result["diff"]["after"]["task_definition"] == "airflow-x-scheduler:2"
    assert result["service"]["task_definition"].endswith(":2")


def busy_old(make_service: Make, make_deployment: Make, **new: Any) -> Resource:
    """The new task runs; the old one works and is protected."""
    fields = {"rolloutState": "IN_PROGRESS", "rolloutStateReason": "", **new}
    deployments = [make_deployment(2, **fields), make_deployment(1, status="ACTIVE")]
    return make_service(taskDefinition=deployments[0]["taskDefinition"], deployments=deployments, runningCount=2)


def test_new_tasks_that_are_healthy_are_enough_if_that_is_asked_for(
    stubber: Stubber, make_service: Make, make_deployment: Make, make_task: Make, present: Make
) -> None:
    healthy: Resource = {"lastStatus": "RUNNING", "containers": [{"name": "airflow", "healthStatus": "HEALTHY"}]}
    starting: Resource = {"lastStatus": "RUNNING", "containers": [{"name": "airflow", "healthStatus": "UNKNOWN"}]}
    old = make_task(1, **healthy)
    describes(stubber, make_service())
    updates(stubber, rolling(make_service, make_deployment), taskDefinition="airflow-x-scheduler:2")
    for new in (starting, healthy):
        describes(stubber, busy_old(make_service, make_deployment))
        has_tasks(stubber, "RUNNING", old, make_task(2, startedBy="ecs-svc/2", **new))
    result = present(task_definition="airflow-x-scheduler:2", wait_for="new_tasks")
    assert result["changed"]
    assert result["service"]["running_count"] == 2


def test_a_rollout_as_a_whole_is_not_done_while_an_old_task_runs(
    stubber: Stubber, make_service: Make, make_deployment: Make, present: Make
) -> None:
    describes(stubber, busy_old(make_service, make_deployment))
    describes(stubber, rolled_out(make_service, make_deployment))
    assert not present(task_definition="airflow-x-scheduler:2")["changed"]


def test_no_tasks_wanted_is_enough_of_new_ones(
    stubber: Stubber, make_service: Make, make_deployment: Make, present: Make
) -> None:
    service = busy_old(make_service, make_deployment, runningCount=0)
    describes(stubber, {**service, "desiredCount": 0})
    assert not present(task_definition="airflow-x-scheduler:2", wait_for="new_tasks")["changed"]


def test_new_tasks_that_fail_are_a_failure_all_the_same(
    stubber: Stubber, make_service: Make, make_deployment: Make, present: Make
) -> None:
    given_up = {"rolloutState": "FAILED", "rolloutStateReason": "tasks failed to start.", "runningCount": 0}
    describes(stubber, make_service())
    updates(stubber, rolling(make_service, make_deployment), taskDefinition="airflow-x-scheduler:2")
    describes(stubber, busy_old(make_service, make_deployment, **given_up))
    for status in ("STOPPED", "RUNNING"):
        has_tasks(stubber, status)
    with pytest.raises(AnsibleECSError, match="tasks failed to start"):
        present(task_definition="airflow-x-scheduler:2", wait_for="new_tasks")


def test_an_answer_from_before_the_update_is_no_failure(
    stubber: Stubber, make_service: Make, make_deployment: Make, present: Make
) -> None:
    describes(stubber, make_service())
    updates(stubber, rolling(make_service, make_deployment), taskDefinition="airflow-x-scheduler:2")
    describes(stubber, make_service())
    describes(stubber)
    describes(stubber, rolled_out(make_service, make_deployment))
    assert present(task_definition="airflow-x-scheduler:2")["changed"]


def test_only_what_differs_is_sent(stubber: Stubber, make_service: Make, present: Make) -> None:
    describes(stubber, make_service())
    configuration = {**OPTIONS["deployment_configuration"], "circuit_breaker": {"enable": False, "rollback": False}}
    updates(
        stubber,
        make_service(),
        deploymentConfiguration={
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
            "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        },
    )
    assert present(deployment_configuration=configuration)["changed"]


def test_new_subnets_replace_the_running_tasks(stubber: Stubber, make_service: Make, present: Make) -> None:
    describes(stubber, make_service())
    awsvpc = {"subnets": ["subnet-c"], "securityGroups": ["sg-1"], "assignPublicIp": "ENABLED"}
    updates(stubber, make_service(), networkConfiguration={"awsvpcConfiguration": awsvpc}, forceNewDeployment=True)
    network = {**OPTIONS["network_configuration"], "subnets": ["subnet-c"]}
    assert present(network_configuration=network)["changed"]


def test_tags_alone_need_no_update(stubber: Stubber, make_service: Make, present: Make) -> None:
    describes(stubber, make_service())
    arn = make_service()["serviceArn"]
    stubber.add_response("tag_resource", {}, {"resourceArn": arn, "tags": [{"key": "a", "value": "b"}]})
    stubber.add_response("untag_resource", {}, {"resourceArn": arn, "tagKeys": ["airflow:environment"]})
    result = present(tags={"a": "b"})
    assert result["changed"]
    assert result["service"]["tags"] == {"a": "b"}


@pytest.mark.parametrize(
    ("bounds", "count"),
    [({"min_count": 2}, 2), ({"max_count": 0}, 0), ({"min_count": 0, "max_count": 5, "desired_count": 3}, None)],
)
def test_the_count_is_only_brought_inside_its_bounds(
    stubber: Stubber, make_service: Make, present: Make, bounds: Resource, count: int | None
) -> None:
    describes(stubber, make_service())
    if count is not None:
        updates(stubber, make_service(), desiredCount=count)
    assert present(**bounds)["changed"] is (count is not None)


@pytest.mark.parametrize(
    ("options", "count"),
    [({}, 1), ({"desired_count": 3}, 3), ({"min_count": 2}, 2), ({"desired_count": 0, "min_count": 0}, 0)],
)
def test_a_new_service(stubber: Stubber, make_service: Make, present: Make, options: Resource, count: int) -> None:
    describes(stubber)
    stubber.add_response(
        "create_service",
        {"service": make_service()},
        {
            "cluster": "airflow-x",
            "serviceName": "scheduler",
            "taskDefinition": "airflow-x-scheduler:1",
            "desiredCount": count,
            "networkConfiguration": {
                "awsvpcConfiguration": {
                    "subnets": ["subnet-a", "subnet-b"],
                    "securityGroups": ["sg-1"],
                    "assignPublicIp": "ENABLED",
                }
            },
            "deploymentConfiguration": {
                "maximumPercent": 200,
                "minimumHealthyPercent": 100,
                "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            },
            "loadBalancers": [],
            "serviceRegistries": [],
            "healthCheckGracePeriodSeconds": 0,
            "enableExecuteCommand": True,
            "platformVersion": "LATEST",
            "propagateTags": "SERVICE",
            "tags": [{"key": "airflow:environment", "value": "x"}],
        },
    )
    result = present(**options)
    assert result["changed"]
    assert result["diff"]["before"] == {}


def test_a_draining_service_is_waited_for_and_made_anew(stubber: Stubber, make_service: Make, present: Make) -> None:
    for dummy in range(3):
        describes(stubber, make_service(status="DRAINING"))
    describes(stubber, make_service(status="INACTIVE"))
    stubber.add_response("create_service", {"service": make_service()})
    assert present()["changed"]


def test_an_interrupted_rollout_is_waited_for_without_a_change(
    stubber: Stubber, make_service: Make, make_deployment: Make, present: Make
) -> None:
    describes(stubber, rolling(make_service, make_deployment))
    describes(stubber, rolling(make_service, make_deployment))
    describes(stubber, rolled_out(make_service, make_deployment))
    assert not present(task_definition="airflow-x-scheduler:2")["changed"]


def test_without_wait_nothing_is_read_again(
    stubber: Stubber, make_service: Make, make_deployment: Make, present: Make
) -> None:
    describes(stubber, rolling(make_service, make_deployment))
    assert not present(task_definition="airflow-x-scheduler:2", wait=False)["changed"]


@pytest.mark.parametrize("forced", [True, False])
def test_a_deployment_that_ecs_gave_up_is_tried_again(
    stubber: Stubber, make_service: Make, make_deployment: Make, present: Make, forced: bool
) -> None:
    state = "COMPLETED" if forced else "FAILED"
    describes(stubber, make_service(deployments=[make_deployment(rolloutState=state)]))
    updates(stubber, make_service(), forceNewDeployment=True)
    result = present(force_new_deployment=forced)
    assert result["changed"]
    assert result["diff"]["after"]["force_new_deployment"] is True


def test_a_rollback_fails_and_tells_why(
    stubber: Stubber, make_service: Make, make_deployment: Make, make_task: Make, present: Make
) -> None:
    describes(stubber, make_service())
    updates(stubber, rolling(make_service, make_deployment), taskDefinition="airflow-x-scheduler:2")
    describes(stubber, rolling(make_service, make_deployment))
    failed = make_deployment(2, status="ACTIVE", runningCount=0, rolloutState="FAILED", rolloutStateReason="why.")
    event = {"id": "1", "createdAt": failed["createdAt"], "message": "(service scheduler) rolling back"}
    describes(stubber, make_service(deployments=[make_deployment(1), failed], events=[event]))
    has_tasks(stubber, "STOPPED", make_task(7, startedBy="ecs-svc/2"), make_task(8, startedBy="ecs-svc/1"))
    with pytest.raises(AnsibleECSError) as failure:
        present(task_definition="airflow-x-scheduler:2")
    why = "why; ECS rolled back to airflow-x-scheduler:1 (deployment ecs-svc/1)"
    assert failure.value.message.splitlines() == [
        f"Rollout of airflow-x-scheduler:2 to service scheduler failed: {why}",
        "Task 7 of airflow-x-scheduler:2 is STOPPED (EssentialContainerExited): Essential container in task exited",
        "  Container airflow: exit code 1",
        "    | boom",
        "Last events of the service:",
        "  2026-11-22T12:01:00+00:00 (service scheduler) rolling back",
    ]
    result = failure.value.kwargs
    assert result["changed"] is True
    assert result["failure"]["deployment_id"] == "ecs-svc/2"
    assert [task["task_id"] for task in result["failure"]["tasks"]] == ["7"]


def test_a_rollout_that_takes_too_long_fails(
    ecs: Any, stubber: Stubber, clock: Any, make_service: Make, make_deployment: Make, make_task: Make, present: Make
) -> None:
    service = rolling(make_service, make_deployment)
    describes(stubber, service)
    for dummy in range(5):
        describes(stubber, service)
    has_tasks(stubber, "STOPPED")
    has_tasks(stubber, "RUNNING", make_task(9, startedBy="ecs-svc/2", lastStatus="RUNNING"))
    with pytest.raises(AnsibleECSError, match="not finished after 4 s: 0 of 1 tasks are running"):
        present(task_definition="airflow-x-scheduler:2", wait_timeout=4)
    assert clock.now == 1004.0


def test_a_family_stands_for_its_latest_revision(
    stubber: Stubber, make_service: Make, make_definition: Make, present: Make
) -> None:
    describes(stubber, make_service())
    stubber.add_response("describe_task_definition", {"taskDefinition": make_definition()})
    assert not present(task_definition="airflow-x-scheduler")["changed"]


def test_a_family_without_revisions_is_an_error(stubber: Stubber, present: Make) -> None:
    describes(stubber)
    stubber.add_client_error("describe_task_definition", "ClientException", "Unable to describe task definition.")
    with pytest.raises(AnsibleECSError, match="family airflow-x-scheduler has no ACTIVE revision"):
        present(task_definition="airflow-x-scheduler")


def test_check_mode_on_an_empty_account(stubber: Stubber, present: Make) -> None:
    stubber.add_client_error("describe_services", "ClusterNotFoundException")
    stubber.add_client_error("describe_task_definition", "ClientException", "Unable to describe task definition.")
    result = present(check_mode=True, task_definition="airflow-x-scheduler")
    assert result["changed"]
    assert result["diff"]["before"] == {}
    assert result["diff"]["after"]["task_definition"] == "airflow-x-scheduler"


def test_check_mode_writes_nothing(stubber: Stubber, make_service: Make, make_deployment: Make, present: Make) -> None:
    describes(stubber, make_service(deployments=[make_deployment(rolloutState="FAILED")]))
    result = present(check_mode=True, task_definition="airflow-x-scheduler:2", tags={})
    assert result["changed"]
    assert result["service"]["service_name"] == "scheduler"


def test_check_mode_does_not_wait_for_a_draining_service(stubber: Stubber, make_service: Make, present: Make) -> None:
    describes(stubber, make_service(status="DRAINING"))
    assert present(check_mode=True)["diff"]["before"] == {}


def test_absent_stops_the_tasks_and_waits(ecs: Any, stubber: Stubber, make_service: Make) -> None:
    describes(stubber, make_service())
    stubber.add_response("delete_service", {"service": make_service(status="DRAINING")}, {**NAMES, "force": True})
    describes(stubber, make_service(status="DRAINING"))
    describes(stubber, make_service(status="INACTIVE"))
    assert ensure_absent(ecs, OPTIONS, check_mode=False)["changed"]


def test_absent_waits_for_what_drains_already(ecs: Any, stubber: Stubber, make_service: Make) -> None:
    for dummy in range(2):
        describes(stubber, make_service(status="DRAINING"))
    describes(stubber)
    assert not ensure_absent(ecs, OPTIONS, check_mode=False)["changed"]


def test_absent_fails_when_it_drains_for_too_long(ecs: Any, stubber: Stubber, make_service: Make) -> None:
    for dummy in range(4):
        describes(stubber, make_service(status="DRAINING"))
    with pytest.raises(AnsibleECSError, match="still DRAINING after 1 s"):
        ensure_absent(ecs, {**OPTIONS, "wait_timeout": 1}, check_mode=False)


@pytest.mark.parametrize("missing", ["cluster", "service"])
def test_absent_with_nothing_there(ecs: Any, stubber: Stubber, missing: str) -> None:
    if missing == "cluster":
        stubber.add_client_error("describe_services", "ClusterNotFoundException")
    else:
        describes(stubber)
    assert not ensure_absent(ecs, OPTIONS, check_mode=False)["changed"]


def test_absent_in_check_mode(ecs: Any, stubber: Stubber, make_service: Make) -> None:
    describes(stubber, make_service())
    result = ensure_absent(ecs, OPTIONS, check_mode=True)
    assert result["changed"]
    assert result["diff"]["after"] == {}
