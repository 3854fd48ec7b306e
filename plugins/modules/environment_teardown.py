#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: environment_teardown
version_added: 1.0.0
short_description: Remove everything that an environment has
description:
  - Finds everything that carries the tag C(airflow:environment) with the environment's name and removes it in
    dependency order, waiting for each stage to be gone before the next one begins.
  - The replication group and its subnet group are known by the deployment's name.
  - A VPC that was given to the deployment carries no such tag and stays.
  - May be interrupted and repeated; when there is nothing left it changes nothing.
author:
  - airflow.fargate contributors (@airflow-fargate)
options:
  environment:
    description:
      - Value of the tag C(airflow:environment).
    type: str
    required: true
  name:
    description:
      - Name of the deployment, for example C(airflow-prod).
    type: str
    required: true
  final_snapshot:
    description:
      - Whether to keep a last snapshot of the database.
      - It is named C(<name>-final-<time>) and stays until somebody deletes it.
    type: bool
    default: true
  recovery_window_in_days:
    description:
      - Days in which a deleted secret can be restored, 7 to 30; V(0) deletes at once.
    type: int
    default: 7
  wait_timeout:
    description:
      - Seconds after which to give up; running the module again goes on.
    type: int
    default: 2700
notes:
  - Follows the AWS documentation of each service's delete operation.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Remove an environment and keep a snapshot of its database
  airflow.fargate.environment_teardown:
    environment: staging
    name: airflow-staging
"""

RETURN = r"""
removed:
  description: What was removed, or would be in check mode, in order.
  returned: always
  type: list
  elements: str
  sample: ["ECS service scheduler", "database airflow-staging"]
final_snapshot_id:
  description: Name of the database's last snapshot.
  returned: when one was made
  type: str
"""

import time

try:
    import botocore
except ImportError:
    pass  # Handled by AnsibleAWSModule

from ansible_collections.airflow.fargate.plugins.module_utils._teardown.data import protected_databases
from ansible_collections.airflow.fargate.plugins.module_utils._teardown.engine import inventory, remove
from ansible_collections.airflow.fargate.plugins.module_utils._teardown.model import Scope
from ansible_collections.airflow.fargate.plugins.module_utils._teardown.stages import STAGES
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def teardown(module: AnsibleAWSModule) -> None:
    name = module.params["name"]
    snapshot_id = f"{name}-final-{time.strftime('%Y%m%d%H%M%S', time.gmtime())}"
    clients: dict[str, object] = {}

    def client(service: str) -> object:
        if service not in clients:
            clients[service] = module.client(service)
        return clients[service]

    scope = Scope(
        environment=module.params["environment"],
        name=name,
        client=client,
        final_snapshot_id=snapshot_id if module.params["final_snapshot"] else None,
        recovery_window_in_days=module.params["recovery_window_in_days"],
    )
    protected = protected_databases(scope)
    if protected:
        module.fail_json(
            msg=f"Database {', '.join(protected)} is protected from deletion; nothing was removed. To remove it, set "
            "airflow_database_deletion_protection: false, deploy (--tags database), and run this again."
        )
    found = inventory(scope, STAGES)
    if not module.check_mode:
        found = remove(scope, STAGES, module.params["wait_timeout"])
    names = [str(resource) for resource in found]
    result: dict[str, object] = {"changed": bool(names), "removed": names}
    result["diff"] = {"before": "".join(f"{line}\n" for line in names), "after": ""}
    if scope.final_snapshot_id and any(resource.kind == "database" for resource in found):
        result["final_snapshot_id"] = scope.final_snapshot_id
    module.exit_json(**result)


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=dict(
            environment=dict(type="str", required=True),
            name=dict(type="str", required=True),
            final_snapshot=dict(type="bool", default=True),
            recovery_window_in_days=dict(type="int", default=7),
            wait_timeout=dict(type="int", default=2700),
        ),
        supports_check_mode=True,
    )
    try:
        teardown(module)
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    except (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError) as error:
        module.fail_json_aws(error, msg=f"Failed to remove {module.params['name']}")


if __name__ == "__main__":
    main()
