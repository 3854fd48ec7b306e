"""Which calls bring a cluster to the wanted state."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.clusters import ensure_absent, ensure_present
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import AnsibleECSError
from botocore.stub import Stubber

Resource = dict[str, Any]
ARN = "arn:aws:ecs:us-east-1:123456789012:cluster/airflow-x"
OPTIONS: Resource = {
    "name": "airflow-x",
    "container_insights": "enabled",
    "capacity_providers": ["FARGATE_SPOT", "FARGATE"],
    "default_capacity_provider_strategy": [{"capacity_provider": "FARGATE", "weight": 1, "base": 0}],
    "tags": {"airflow:environment": "x"},
    "purge_tags": True,
    "wait": True,
    "wait_timeout": 5,
}
NOTHING: Resource = {
    **OPTIONS,
    "container_insights": None,
    "capacity_providers": None,
    "default_capacity_provider_strategy": None,
    "tags": None,
}


def cluster(**fields: Any) -> Resource:
    return {
        "clusterArn": ARN,
        "clusterName": "airflow-x",
        "status": "ACTIVE",
        "runningTasksCount": 0,
        "pendingTasksCount": 0,
        "activeServicesCount": 0,
        "settings": [{"name": "containerInsights", "value": "enabled"}],
        "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
        "defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}],
        "tags": [{"key": "airflow:environment", "value": "x"}],
        **fields,
    }


def describes(stubber: Stubber, *clusters: Resource) -> None:
    parameters = {"clusters": ["airflow-x"], "include": ["TAGS", "SETTINGS"]}
    stubber.add_response("describe_clusters", {"clusters": list(clusters)}, parameters)


@pytest.mark.parametrize("options", [OPTIONS, NOTHING])
def test_an_unchanged_cluster_takes_one_read(ecs: Any, stubber: Stubber, options: Resource) -> None:
    describes(stubber, cluster())
    result = ensure_present(ecs, options, check_mode=False)
    assert not result["changed"]
    assert result["cluster"]["cluster_arn"] == ARN
    assert result["cluster"]["tags"] == {"airflow:environment": "x"}


@pytest.mark.parametrize("before", [(), (cluster(status="INACTIVE"),)])
def test_a_new_cluster(ecs: Any, stubber: Stubber, before: tuple[Resource, ...]) -> None:
    describes(stubber, *before)
    stubber.add_response(
        "create_cluster",
        {"cluster": cluster(status="PROVISIONING")},
        {
            "clusterName": "airflow-x",
            "settings": [{"name": "containerInsights", "value": "enabled"}],
            "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
            "defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}],
            "tags": [{"key": "airflow:environment", "value": "x"}],
        },
    )
    describes(stubber, cluster(status="PROVISIONING"))
    describes(stubber, cluster(status="PROVISIONING"))
    describes(stubber, cluster())
    result = ensure_present(ecs, OPTIONS, check_mode=False)
    assert result["changed"]
    assert result["cluster"]["status"] == "ACTIVE"


def test_the_first_cluster_of_an_account_waits_for_the_service_linked_role(ecs: Any, stubber: Stubber) -> None:
    message = "Unable to assume the service linked role. Please verify that the ECS service linked role exists."
    describes(stubber)
    stubber.add_client_error("create_cluster", "InvalidParameterException", message)
    stubber.add_response("create_cluster", {"cluster": cluster()})
    describes(stubber, cluster())
    assert ensure_present(ecs, OPTIONS, check_mode=False)["changed"]


def test_the_service_linked_role_is_not_waited_for_for_ever(ecs: Any, stubber: Stubber, clock: Any) -> None:
    describes(stubber)
    for dummy in range(17):
        stubber.add_client_error("create_cluster", "InvalidParameterException", "the service linked role is missing")
    with pytest.raises(AnsibleECSError, match="the service linked role is missing"):
        ensure_present(ecs, OPTIONS, check_mode=False)
    assert clock.now == 1060.0


def test_another_error_of_the_creation_is_told_at_once(ecs: Any, stubber: Stubber) -> None:
    describes(stubber)
    stubber.add_client_error("create_cluster", "InvalidParameterException", "bad name")
    with pytest.raises(AnsibleECSError, match="Failed to create cluster airflow-x"):
        ensure_present(ecs, OPTIONS, check_mode=False)


def test_each_difference_has_its_own_call(ecs: Any, stubber: Stubber) -> None:
    describes(stubber, cluster(settings=[], capacityProviders=[], tags=[{"key": "old", "value": "1"}]))
    stubber.add_response(
        "update_cluster_settings",
        {"cluster": cluster()},
        {"cluster": "airflow-x", "settings": [{"name": "containerInsights", "value": "enabled"}]},
    )
    stubber.add_response(
        "put_cluster_capacity_providers",
        {"cluster": cluster()},
        {
            "cluster": "airflow-x",
            "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
            "defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}],
        },
    )
    tags = [{"key": "airflow:environment", "value": "x"}]
    stubber.add_response("tag_resource", {}, {"resourceArn": ARN, "tags": tags})
    stubber.add_response("untag_resource", {}, {"resourceArn": ARN, "tagKeys": ["old"]})
    describes(stubber, cluster())
    result = ensure_present(ecs, OPTIONS, check_mode=False)
    assert result["changed"]
    assert result["diff"]["before"]["container_insights"] == "disabled"
    assert result["diff"]["after"]["container_insights"] == "enabled"


@pytest.mark.parametrize("before", [(), (cluster(settings=[]),)])
def test_check_mode_writes_nothing(ecs: Any, stubber: Stubber, before: tuple[Resource, ...]) -> None:
    describes(stubber, *before)
    result = ensure_present(ecs, OPTIONS, check_mode=True)
    assert result["changed"]
    assert result["cluster"]["cluster_name"] == "airflow-x"


@pytest.mark.parametrize(
    ("status", "message"), [("FAILED", "its status is FAILED"), ("PROVISIONING", "did not become ACTIVE within 0 s")]
)
def test_a_cluster_that_does_not_become_active(ecs: Any, stubber: Stubber, status: str, message: str) -> None:
    for dummy in range(2):
        describes(stubber, cluster(status=status))
    with pytest.raises(AnsibleECSError, match=message):
        ensure_present(ecs, {**OPTIONS, "wait_timeout": 0}, check_mode=False)


@pytest.mark.parametrize("before", [(), (cluster(status="INACTIVE"),)])
def test_absent_with_nothing_there(ecs: Any, stubber: Stubber, before: tuple[Resource, ...]) -> None:
    describes(stubber, *before)
    assert not ensure_absent(ecs, OPTIONS, check_mode=False)["changed"]


def test_absent_in_check_mode(ecs: Any, stubber: Stubber) -> None:
    describes(stubber, cluster(activeServicesCount=1))
    assert ensure_absent(ecs, OPTIONS, check_mode=True)["changed"]


def test_absent_waits_for_the_last_task(ecs: Any, stubber: Stubber) -> None:
    describes(stubber, cluster())
    describes(stubber, cluster(runningTasksCount=1))
    describes(stubber, cluster(pendingTasksCount=1))
    describes(stubber, cluster())
    stubber.add_client_error("delete_cluster", "ClusterContainsTasksException")
    describes(stubber, cluster())
    stubber.add_response("delete_cluster", {"cluster": cluster(status="DEPROVISIONING")}, {"cluster": "airflow-x"})
    describes(stubber, cluster(status="DEPROVISIONING"))
    describes(stubber, cluster(status="INACTIVE"))
    assert ensure_absent(ecs, OPTIONS, check_mode=False)["changed"]


def test_absent_refuses_a_cluster_with_services(ecs: Any, stubber: Stubber) -> None:
    describes(stubber, cluster(activeServicesCount=2))
    arns = [f"arn:aws:ecs:us-east-1:123456789012:service/airflow-x/{name}" for name in ("worker", "scheduler")]
    stubber.add_response("list_services", {"serviceArns": arns}, {"cluster": "airflow-x"})
    with pytest.raises(AnsibleECSError, match="it still has the services scheduler, worker"):
        ensure_absent(ecs, OPTIONS, check_mode=False)


@pytest.mark.parametrize(("wait", "looks"), [(False, 1), (True, 3)])
def test_absent_gives_up_on_tasks_that_stay(ecs: Any, stubber: Stubber, wait: bool, looks: int) -> None:
    for dummy in range(1 + looks):
        describes(stubber, cluster(runningTasksCount=3))
    with pytest.raises(AnsibleECSError, match=r"was not deleted within . s: 3 of its tasks have not stopped"):
        ensure_absent(ecs, {**OPTIONS, "wait": wait, "wait_timeout": 1}, check_mode=False)


def test_another_error_of_the_deletion_is_told(ecs: Any, stubber: Stubber) -> None:
    describes(stubber, cluster())
    describes(stubber, cluster())
    stubber.add_client_error("delete_cluster", "AccessDeniedException")
    with pytest.raises(AnsibleECSError, match="Failed to delete cluster airflow-x"):
        ensure_absent(ecs, OPTIONS, check_mode=False)
