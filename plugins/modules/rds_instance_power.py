#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_instance_power
version_added: 1.0.0
short_description: Start and stop an RDS DB instance
description:
  - Stops a DB instance, which keeps its data, address and settings, or starts it again, and waits.
  - Copes with any state that an earlier run, or AWS, has left - an instance that is still stopping is started as soon
    as it has stopped; one that AWS has started by itself, as it does after seven days, is there already.
author:
  - airflow.fargate contributors (@airflow-fargate)
options:
  id:
    description:
      - Identifier of the DB instance, which must exist.
    type: str
    required: true
  state:
    description:
      - What is wanted.
    type: str
    choices: [started, stopped]
    required: true
  wait_timeout:
    description:
      - Seconds to wait until the instance is there. AWS takes some minutes to stop and to start one.
    type: int
    default: 2400
notes:
  - Calls U(https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html),
    U(https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_StopDBInstance.html),
    U(https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_StartDBInstance.html), and DescribeEvents when the
    wait fails.
  - Fails when there is no such instance, when it is broken or being deleted, and when the time is over.
  - In check mode nothing is waited for.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Pay for storage only
  airflow.fargate.rds_instance_power:
    id: app
    state: stopped

- name: Have it back
  airflow.fargate.rds_instance_power:
    id: app
    state: started
"""

RETURN = r"""
status:
  description: Status of the instance.
  returned: always
  type: str
  sample: stopped
"""

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._polling import Verdict, not_yet, poll
from ansible_collections.airflow.fargate.plugins.module_utils._rds import api, power
from ansible_collections.airflow.fargate.plugins.module_utils._rds.common import RDSError
from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

CALLS: dict[str, t.Callable[[t.Any, str], None]] = {
    power.STARTED: api.start_instance,
    power.STOPPED: api.stop_instance,
}


def ask(client: t.Any, name: str, wanted: str) -> bool:
    """Start or stop it; False when it has another state than was seen."""
    try:
        CALLS[wanted](client, name)
    except RDSError as error:
        if not isinstance(error.exception, is_boto3_error_code(power.WRONG_STATE, error.exception)):
            raise
        return False
    return True


def ensure(module: AnsibleAWSModule) -> dict[str, t.Any]:
    client, name, wanted = module.client("rds"), module.params["id"].lower(), module.params["state"]
    seen = api.describe_instance(client, name)
    if seen is None:
        raise RDSError(message=f"DB instance {name} does not exist")
    before = seen["DBInstanceStatus"]
    # What has been seen is the first look.
    looks = [seen]
    called = False

    def judge(instance: dict[str, t.Any] | None) -> Verdict:
        nonlocal called
        verdict = power.reached(wanted, instance)
        if verdict.done or verdict.failure or instance is None:
            return verdict
        if power.next_step(wanted, instance["DBInstanceStatus"]) is power.Step.CALL:
            called = ask(client, name, wanted) or called
            return not_yet(f"it was told to be {wanted}")
        return verdict

    if module.check_mode:
        changed = power.will_change(wanted, before)
        return _result(changed, before, wanted if changed else before)
    reached = poll(
        lambda: looks.pop() if looks else api.describe_instance(client, name),
        judge,
        module.params["wait_timeout"],
        f"DB instance {name} to be {wanted}",
        lambda: api.recent_events(client, name),
    )
    return _result(called, before, (reached or {})["DBInstanceStatus"])


def _result(changed: bool, before: str, after: str) -> dict[str, t.Any]:
    return {"changed": changed, "status": after, "diff": {"before": {"status": before}, "after": {"status": after}}}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "id": {"type": "str", "required": True},
            "state": {"type": "str", "choices": [power.STARTED, power.STOPPED], "required": True},
            "wait_timeout": {"type": "int", "default": 2400},
        },
        supports_check_mode=True,
    )
    try:
        result = ensure(module)
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
