from __future__ import annotations

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.names import (
    RULES_BY_RESOURCE,
    check_environment,
    check_name,
    check_resource_names,
)


def names(environment: str) -> list[str]:
    name = f"airflow-{environment}"
    problems = check_resource_names(
        environment, name, f"{name}-api-server", name, f"{name}-123456789012-ap-southeast-1", f"{name}.internal"
    )
    return [problem.why for problem in problems]


def refuses(kind: str, name: str) -> bool:
    [rule] = [rule for rule in RULES_BY_RESOURCE if rule.kind == kind]
    return bool(list(check_name(rule, name)))


@pytest.mark.parametrize("environment", ["a", "prod", "team-7", "2nd"])
def test_environments(environment: str) -> None:
    assert list(check_environment(environment)) == []


@pytest.mark.parametrize("environment", ["", "Prod", "a_b", "a--b", "-a", "a-", "a.b", "ä"])
def test_no_environments(environment: str) -> None:
    [problem] = check_environment(environment)
    assert problem.setting == "airflow_environment"


def test_the_longest_environment() -> None:
    assert names("a" * 13) == []
    assert names("a" * 14) == ["the name of a target group has at most 32 characters, this has 33"]


def test_all_names_that_are_too_long_are_told() -> None:
    assert [why.split(" has ")[0] for why in names("a" * 40)] == [
        "the name of a load balancer",
        "the name of a replication group",
        "the name of a target group",
        "the name of a bucket",
    ]


def test_a_bad_character_is_said_once() -> None:
    assert names("Prod") == []
    assert names("") == []


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("a load balancer", "airflow-prod", "internal-airflow"),
        ("a load balancer", "A" * 32, "a" * 33),
        ("a load balancer", "a", "airflow-"),
        ("a load balancer", "a--b", "-airflow"),
        ("a load balancer", "7", "air_flow"),
        ("a target group", "internal-api", "a.b"),
        ("a target group", "a" * 32, "a" * 33),
        ("a replication group", "a" * 40, "a" * 41),
        ("a replication group", "a-b", "a--b"),
        ("a replication group", "a1", "1a"),
        ("a replication group", "a", "a-"),
        ("a DB instance", "a" * 63, "a" * 64),
        ("a DB instance", "a-b", "a--b"),
        ("a DB instance", "a1", "1a"),
        ("an ECR repository", "team/airflow", "Airflow"),
        ("an ECR repository", "a1", "a"),
        ("an ECR repository", "a-b", "a-"),
        ("a bucket", "a" * 63, "a" * 64),
        ("a bucket", "a.b-c", "a..b"),
        ("a bucket", "abc", "ab"),
        ("a bucket", "1a2", "A-b"),
        ("a bucket", "a10.0.0.1", "10.0.0.1"),
        ("a bucket", "x-logs", "xn--logs"),
        ("a bucket", "logs-alias", "logs-s3alias"),
        ("a Cloud Map namespace", "airflow-prod.internal", "airflow..internal"),
        ("a Cloud Map namespace", "a" * 63, "a" * 64),
    ],
)
def test_names_by_aws_limits(kind: str, good: str, bad: str) -> None:
    assert not refuses(kind, good)
    assert refuses(kind, bad)
