# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Starting and stopping a DB instance: what its status asks for next.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html
"""

from __future__ import annotations

import enum
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._polling import DONE, Verdict, failed, not_yet
from ansible_collections.airflow.fargate.plugins.module_utils._rds.waiters import is_broken, is_usable

Instance = t.Mapping[str, t.Any]
STARTED, STOPPED = "started", "stopped"
# A call that comes a moment too early or too late: the instance was seen in another state than it now has.
WRONG_STATE = ("InvalidDBInstanceState", "InvalidDBInstanceStateFault")


class Step(enum.Enum):
    """What to do after a look."""

    NOTHING = "nothing"
    CALL = "call"
    WAIT = "wait"


def next_step(wanted: str, status: str) -> Step:
    """RDS stops only what is available, and starts only what is stopped. It starts by itself after seven days."""
    if wanted == STOPPED:
        return {"stopped": Step.NOTHING, "available": Step.CALL}.get(status, Step.WAIT)
    if status == "stopped":
        return Step.CALL
    return Step.NOTHING if is_usable({"DBInstanceStatus": status}) else Step.WAIT


def reached(wanted: str, instance: Instance | None) -> Verdict:
    """Whether it is where it should be, can still get there, or never will without help."""
    if instance is None:
        return failed("the instance does not exist")
    status = instance["DBInstanceStatus"]
    if is_broken(instance) or status == "deleting":
        return failed(f"the status is {status}")
    return DONE if next_step(wanted, status) is Step.NOTHING else not_yet(f"the status is {status}")


def will_change(wanted: str, status: str) -> bool:
    """Whether somebody has to do something, now or when what is under way has ended."""
    if wanted == STOPPED:
        return status not in ("stopped", "stopping")
    return status in ("stopped", "stopping")
