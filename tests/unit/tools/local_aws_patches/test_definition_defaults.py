"""The defaults of a registered container definition."""

from __future__ import annotations

from tools.local_aws.patches.ecs.definition_defaults import complete


def test_what_was_left_out_is_filled_in() -> None:
    given = {"name": "airflow", "portMappings": [{"containerPort": 8080}], "healthCheck": {"command": ["CMD", "true"]}}
    shown = complete(given)
    assert shown["portMappings"] == [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}]
    assert shown["healthCheck"] == {"command": ["CMD", "true"], "interval": 30, "timeout": 5, "retries": 3}
    assert (shown["cpu"], shown["essential"], shown["environment"], shown["mountPoints"]) == (0, True, [], [])


def test_what_was_given_is_kept() -> None:
    given = {"name": "a", "cpu": 256, "essential": False, "environment": [{"name": "A", "value": "1"}]}
    shown = complete(given)
    assert shown == {**shown, **given}


def test_the_request_is_not_changed() -> None:
    given = {"name": "a", "portMappings": [{"containerPort": 1}]}
    complete(given)
    assert given == {"name": "a", "portMappings": [{"containerPort": 1}]}
