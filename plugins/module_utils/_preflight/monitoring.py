# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Alarms."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem

# Airflow's components send a heartbeat every five seconds, and a rollout takes longer than one.
_LEAST_HEARTBEAT_AGE = 60


def check_emails(airflow_alarm_emails: list[t.Any]) -> t.Iterator[Problem]:
    """Whom to tell."""
    for address in airflow_alarm_emails:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", str(address)):
            fix = "write one, for example duty@example.com"
            yield Problem("airflow_alarm_emails", address, "it is no mail address", fix)


def check_thresholds(airflow_alarm_heartbeat_age: int, airflow_alarm_queue_time: int) -> t.Iterator[Problem]:
    """Alarms that would never end."""
    if airflow_alarm_heartbeat_age < _LEAST_HEARTBEAT_AGE:
        why = "a service that is being renewed would be an alarm"
        fix = f"choose {_LEAST_HEARTBEAT_AGE} or more"
        yield Problem("airflow_alarm_heartbeat_age", airflow_alarm_heartbeat_age, why, fix)
    if airflow_alarm_queue_time < 1:
        why = "every task waits for a moment"
        yield Problem("airflow_alarm_queue_time", airflow_alarm_queue_time, why, "choose 1 or more")


RULES = (check_emails, check_thresholds)
