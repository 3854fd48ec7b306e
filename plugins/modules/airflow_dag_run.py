#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: airflow_dag_run
version_added: 1.0.0
short_description: Run a DAG through the public Airflow API
description:
  - Waits until every component of Airflow is healthy and knows the DAG, unpauses the DAG, starts a run of it and waits
    for its end.
  - When the run fails, the message names the failed tasks, their try numbers and workers, and the last lines of their
    logs.
  - The password is read from AWS Secrets Manager inside the module, so that no playbook, variable or log ever holds it.
author:
  - airflow.fargate contributors (@airflow-fargate)
options:
  url:
    description:
      - Where Airflow is reached, without a path.
    type: str
    required: true
  username:
    description:
      - The Airflow user who runs the DAG.
    type: str
    required: true
  password_secret:
    description:
      - The name or ARN of the Secrets Manager secret that holds the password of O(username), as one plain string.
    type: str
    required: true
  dag_id:
    description:
      - The DAG to run.
    type: str
    required: true
  conf:
    description:
      - The parameters of the run.
    type: dict
    default: {}
  ready_timeout:
    description:
      - How many seconds Airflow may take to be reachable and healthy, and as many to know the DAG.
    type: int
    default: 180
  wait:
    description:
      - Wait for the end of the run, and fail when the run fails.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds the run may take.
    type: int
    default: 900
  log_lines:
    description:
      - How many lines of a failed task's log the message shows.
    type: int
    default: 20
notes:
  - Starts a run each time, so the result is always V(changed=true). Check mode starts none and does not call Airflow.
  - Uses the Airflow API, U(https://airflow.apache.org/docs/apache-airflow/stable/stable-rest-api-ref.html), and
    C(secretsmanager:GetSecretValue).
  - A host name that ends in C(.localhost) is taken for this machine, as browsers and curl do.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Run a DAG and wait for it
  airflow.fargate.airflow_dag_run:
    url: https://airflow.example.com
    username: admin
    password_secret: airflow-prod/admin-password
    dag_id: hello_fargate
    conf:
      message: good morning
  register: hello

- name: Only start it
  airflow.fargate.airflow_dag_run:
    url: https://airflow.example.com
    username: admin
    password_secret: airflow-prod/admin-password
    dag_id: nightly_load
    wait: false
"""

RETURN = r"""
run_id:
  description: Id of the run; null in check mode.
  returned: always
  type: str
  sample: manual__2026-11-22T12:00:00.000000+00:00
run_url:
  description: The page of the run.
  returned: when not in check mode
  type: str
  sample: https://airflow.example.com/dags/hello_fargate/runs/manual__2026-11-22T12:00:00.000000+00:00
state:
  description: State of the run, V(success) when O(wait=true); null in check mode.
  returned: always
  type: str
  sample: success
duration:
  description: Seconds that the run took; null while it runs.
  returned: when not in check mode
  type: float
  sample: 6.2
health:
  description: Status by component.
  returned: when not in check mode
  type: dict
  sample: {"metadatabase": "healthy", "scheduler": "healthy", "triggerer": "healthy", "dag_processor": "healthy"}
task_instances:
  description: The task instances of the run.
  returned: when not in check mode
  type: list
  elements: dict
  contains:
    task_id:
      description: Id of the task.
      type: str
      returned: always
    map_index:
      description: Number of the mapped task instance; V(-1) when the task is not mapped.
      type: int
      returned: always
    state:
      description: State of the task instance; null before it is scheduled.
      type: str
      returned: always
    hostname:
      description: Where it ran. Empty before it has started.
      type: str
      returned: always
    try_number:
      description: Number of the latest try.
      type: int
      returned: always
"""

import typing as t
from urllib.parse import quote

from ansible_collections.airflow.fargate.plugins.module_utils._airflow import dag_runs
from ansible_collections.airflow.fargate.plugins.module_utils._airflow.client import (
    AirflowClient,
    AirflowError,
    AirflowUnauthorized,
)
from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager.api import read_value
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def log_in(module: AnsibleAWSModule, api: AirflowClient) -> None:
    """Get a token with the password from the secret; Ansible blanks both wherever they would show."""
    username, secret = module.params["username"], module.params["password_secret"]
    password = read_value(module.client("secretsmanager"), secret)
    module.no_log_values.add(password)
    try:
        module.no_log_values.add(api.log_in(username, password))
    except AirflowUnauthorized as error:
        raise AirflowError(
            message=f"Airflow at {api.url} refuses the user {username} with the password from the secret {secret}. "
            "If the password was changed in Airflow, write the new one to that secret."
        ) from error


def run_dag(module: AnsibleAWSModule) -> dict[str, t.Any]:
    """Do what the module is for; the result has everything that a failure's message does not."""
    params = module.params
    dag_id = params["dag_id"]
    api = AirflowClient(params["url"])
    health = dag_runs.wait_until_healthy(api, params["ready_timeout"])
    log_in(module, api)
    dag = dag_runs.wait_for_dag(api, dag_id, params["ready_timeout"])
    run = dag_runs.trigger(api, dag, params["conf"])
    run_id = run["dag_run_id"]
    if params["wait"]:
        run = dag_runs.wait_for_run(api, dag_id, run_id, params["wait_timeout"])
    tasks = dag_runs.task_instances(api, dag_id, run_id)
    result = dict(
        changed=True,
        run_id=run_id,
        run_url=f"{api.url}/dags/{quote(dag_id)}/runs/{quote(run_id)}",
        state=run["state"],
        duration=run.get("duration"),
        health={name: component["status"] for name, component in health.items()},
        task_instances=[dag_runs.brief(task) for task in tasks],
    )
    if run["state"] == "failed":
        module.fail_json(msg=dag_runs.describe_failure(api, dag_id, run, tasks, params["log_lines"]), **result)
    return result


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=dict(
            url=dict(type="str", required=True),
            username=dict(type="str", required=True),
            password_secret=dict(type="str", required=True, no_log=False),
            dag_id=dict(type="str", required=True),
            conf=dict(type="dict", default={}),
            ready_timeout=dict(type="int", default=180),
            wait=dict(type="bool", default=True),
            wait_timeout=dict(type="int", default=900),
            log_lines=dict(type="int", default=20),
        ),
        supports_check_mode=True,
    )
    if module.check_mode:
        module.exit_json(changed=True, run_id=None, state=None)
    try:
        result = run_dag(module)
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
