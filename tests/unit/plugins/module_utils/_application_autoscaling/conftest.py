"""Options as the module hands them over: every suboption is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

Options = dict[str, Any]
Make = Callable[..., Options]


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def step_policy(alarm: Make) -> Make:
    def make(**given: Any) -> Options:
        steps = [
            {"lower_bound": 1, "upper_bound": None, "adjustment": 2},
            {"lower_bound": 0, "upper_bound": 1, "adjustment": 1},
        ]
        defaults = {
            "adjustment_type": "ChangeInCapacity",
            "steps": steps,
            "min_adjustment_magnitude": None,
            "cooldown": 300,
            "aggregation_type": "Average",
            "alarm": alarm(),
        }
        name = given.pop("name", "out")
        return {"name": name, "step_scaling": {**defaults, **given}, "target_tracking": None}

    return make


@pytest.fixture
def tracking_policy() -> Make:
    def make(**given: Any) -> Options:
        cpu = {"type": "ECSServiceAverageCPUUtilization", "resource_label": None}
        defaults = {
            "target_value": 60,
            "predefined_metric": None if "customized_metric" in given else cpu,
            "customized_metric": None,
            "scale_out_cooldown": 300,
            "scale_in_cooldown": 300,
            "disable_scale_in": False,
        }
        name = given.pop("name", "cpu")
        return {"name": name, "target_tracking": {**defaults, **given}, "step_scaling": None}

    return make


@pytest.fixture
def action() -> Make:
    def make(**given: Any) -> Options:
        defaults = {"name": "morning", "schedule": "cron(0 8 ? * MON-FRI *)", "timezone": None, "min": 1, "max": None}
        return {**defaults, "start_time": None, "end_time": None, **given}

    return make


@pytest.fixture
def target() -> Make:
    def make(**given: Any) -> Options:
        defaults = {"resource_id": None, "cluster": "app", "service": "worker", "min": 0, "max": 5, "suspended": None}
        return {**defaults, "policies": None, "scheduled_actions": None, "tags": None, **given}

    return make


@pytest.fixture
def params() -> Make:
    def make(*targets: Options, **given: Any) -> Options:
        purge = {"purge_policies": True, "purge_scheduled_actions": True, "purge_tags": True}
        return {**purge, "tags": None, **given, "targets": list(targets)}

    return make
