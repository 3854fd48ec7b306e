# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Mute alarms and unmute them. Everything else of them stays as it is, their state too."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, list_all
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch.common import CloudWatchErrorHandler

# What a call takes at most.
BATCH = 100


def ensure_actions(client: t.Any, prefix: str, enabled: bool, check_mode: bool) -> dict[str, t.Any]:
    before = observe(client, prefix)
    to_change = [name for name, was in before.items() if was != enabled]
    if not check_mode:
        for start in range(0, len(to_change), BATCH):
            _switch(client, to_change[start : start + BATCH], enabled)
    after = dict.fromkeys(before, enabled)
    return {
        "changed": bool(to_change),
        "alarms": after,
        "diff": {"before": before, "after": after},
    }


def observe(client: t.Any, prefix: str) -> dict[str, bool]:
    """Whether an alarm acts, by its name."""
    found = list_all(
        CloudWatchErrorHandler,
        client,
        "describe_alarms",
        "MetricAlarms",
        AlarmNamePrefix=prefix,
        AlarmTypes=["MetricAlarm"],
    )
    return {
        alarm["AlarmName"]: alarm["ActionsEnabled"] for alarm in sorted(found, key=lambda alarm: alarm["AlarmName"])
    }


def _switch(client: t.Any, names: list[str], enabled: bool) -> None:
    verb = "enable" if enabled else "disable"
    method = client.enable_alarm_actions if enabled else client.disable_alarm_actions
    aws_call(CloudWatchErrorHandler, f"{verb} the actions of alarms {', '.join(names)}", method, AlarmNames=names)
