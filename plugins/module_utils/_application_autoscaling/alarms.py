# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The CloudWatch alarm that invokes a step scaling policy."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._changes import Config
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch import alarm_settings
from ansible_collections.airflow.fargate.plugins.module_utils._problems import Options, Problems


def prefix(cluster: str, service: str = "") -> str:
    """How the alarms of a cluster, or of one of its services, begin. No cluster or service has a slash in its name."""
    return f"{cluster}/{service}/" if service else f"{cluster}/"


def alarm_name(cluster: str, service: str, policy: str) -> str:
    return prefix(cluster, service) + policy


def wanted(alarm: Options, policy: str) -> Config:
    """The alarm as AWS describes it. For its action there is the policy's name: the ARN may not be known yet."""
    return alarm_settings.wanted(alarm, f"Invokes the scaling policy {policy}.", {"AlarmActions": [policy]})


def observed(alarm: Config, policies: t.Mapping[str, str]) -> Config:
    """A described alarm in the form of a wanted one; policies are names by ARN."""
    names = [policies.get(arn, arn) for arn in alarm.get("AlarmActions", [])]
    return alarm_settings.observed({**alarm, "AlarmActions": names})


def problems(setting: str, alarm: Options) -> Problems:
    yield from alarm_settings.problems(setting, alarm)
