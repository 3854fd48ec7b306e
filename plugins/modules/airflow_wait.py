#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: airflow_wait
version_added: 1.0.0
short_description: Wait until Airflow answers, or has no task left that is queued or runs
description:
  - Looks through the public Airflow API, as any user does, and changes nothing.
  - The password is read from AWS Secrets Manager inside the module, so that no playbook, variable or log ever holds it.
author:
  - airflow.fargate contributors (@airflow-fargate)
options:
  url:
    description:
      - Where Airflow is reached, without a path.
    type: str
    required: true
  condition:
    description:
      - V(answers) - C(/api/v2/monitor/health) answers and says that the metadata database is healthy.
      - V(idle) - no task instance of any DAG is queued, running or restarting. Deferred ones and those that are not
        queued yet do not count, they are in the database only.
    type: str
    choices: [answers, idle]
    required: true
  username:
    description:
      - The Airflow user who looks. Needed for V(idle).
    type: str
  password_secret:
    description:
      - The name or ARN of the Secrets Manager secret that holds the password of O(username), as one plain string.
        Needed for V(idle).
    type: str
  timeout:
    description:
      - Seconds to wait. With V(0) one look must do.
    type: int
    default: 600
  fail_on_timeout:
    description:
      - Whether a time-out is an error. Else RV(reached) tells.
    type: bool
    default: true
notes:
  - Calls C(GET /api/v2/monitor/health), or C(POST /auth/token) and
    C(GET /api/v2/dags/~/dagRuns/~/taskInstances), and C(secretsmanager:GetSecretValue).
  - In check mode nothing is looked at.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Wait until users can log in
  airflow.fargate.airflow_wait:
    url: https://airflow.example.com
    condition: answers

- name: Wait an hour for what runs
  airflow.fargate.airflow_wait:
    url: https://airflow.example.com
    condition: idle
    username: admin
    password_secret: airflow-prod/admin-password
    timeout: 3600
"""

RETURN = r"""
reached:
  description: Whether it is so; V(false) in check mode.
  returned: always
  type: bool
seen:
  description: What was in the way when the time was over.
  returned: when it was not reached
  type: str
  sample: nightly_load extract (running)
"""

from ansible_collections.airflow.fargate.plugins.module_utils._airflow import waits
from ansible_collections.airflow.fargate.plugins.module_utils._airflow.client import AirflowClient
from ansible_collections.airflow.fargate.plugins.module_utils._polling import WaitError, poll
from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager.api import read_value
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def wait(module: AnsibleAWSModule) -> dict[str, object]:
    params = module.params
    api = AirflowClient(params["url"])

    def log_in() -> None:
        password = read_value(module.client("secretsmanager"), params["password_secret"])
        module.no_log_values.add(password)
        module.no_log_values.add(api.log_in(params["username"], password))

    looks = {"answers": lambda: waits.health(api), "idle": lambda: waits.busy_tasks(api, log_in)}
    goals = {"answers": f"Airflow at {api.url} to answer", "idle": "queued and running tasks to end"}
    condition = params["condition"]
    try:
        poll(looks[condition], waits.reached, params["timeout"], goals[condition])
    except WaitError as error:
        if params["fail_on_timeout"]:
            raise
        return {"changed": False, "reached": False, "seen": str(error.message)}
    return {"changed": False, "reached": True}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "url": {"type": "str", "required": True},
            "condition": {"type": "str", "choices": ["answers", "idle"], "required": True},
            "username": {"type": "str"},
            "password_secret": {"type": "str", "no_log": False},
            "timeout": {"type": "int", "default": 600},
            "fail_on_timeout": {"type": "bool", "default": True},
        },
        required_if=[("condition", "idle", ("username", "password_secret"))],
        supports_check_mode=True,
    )
    if module.check_mode:
        module.exit_json(changed=False, reached=False)
    try:
        result = wait(module)
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
