#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: preflight_check
version_added: 1.0.0
short_description: Refuse settings that cannot work, before anything is touched
description:
  - Checks the settings of a deployment against what AWS, Fargate and Airflow accept, and fails with a list of I(all)
    problems. Each names the setting, its value, the reason and the fix.
  - Asks AWS who calls (C(sts:GetCallerIdentity), the only call) and refuses another account than the expected one.
  - Asks the container engine whether it runs, when an image may have to be built.
  - Changes nothing. The role P(airflow.fargate.preflight#role) collects the options and runs the module first in every
    playbook.
author:
  - airflow.fargate contributors (@airflow-fargate)
options:
  setting_names:
    description: Names of all variables that begin with C(airflow_), to find typing errors.
    type: list
    elements: str
    required: true
  settings:
    description: Values of the collection-wide settings.
    type: dict
    required: true
  setting_defaults:
    description:
      - What the collection itself sets, unevaluated.
      - The names are the settings that exist, and a setting has the type of its default.
    type: dict
    required: true
  services:
    description: The C(service_*) settings of each host of the group C(airflow_services).
    type: dict
    required: true
  workers:
    description: Hosts of the group C(airflow_workers).
    type: list
    elements: str
    required: true
  service_options:
    description: The options of the role P(airflow.fargate.service#role), as its argument specification has them.
    type: dict
    required: true
  components:
    description: The components of Airflow that a service can be, with their default C(cpu), C(memory) and counts.
    type: dict
    required: true
  needs_engine:
    description: Whether an image may be built, so that the build context and the container engine must be in order.
    type: bool
    default: true
  hibernation_parameter:
    description:
      - Name of the SSM parameter that says since when the environment hibernates. When it is there, that is a problem.
      - It is not looked for when this is empty, or when there are other problems.
    type: str
    default: ""
notes:
  - Calls C(sts:GetCallerIdentity) and C(ssm:GetParameter).
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
attributes:
  check_mode:
    description: Can run in check mode and does the same there.
    support: full
  diff_mode:
    description: There is nothing to show, because nothing is changed.
    support: none
"""

EXAMPLES = r"""
- name: Check the settings of one service
  airflow.fargate.preflight_check:
    setting_names: [airflow_environment, airflow_regoin]
    settings:
      airflow_environment: dev
      airflow_region: eu-central-1
    setting_defaults:
      airflow_environment: ""
      airflow_region: us-east-1
    services:
      scheduler:
        service_cpu: 512
        service_memory: 512
    workers: []
    service_options:
      service_cpu: {type: int}
      service_memory: {type: int}
    components:
      scheduler: {cpu: 512, memory: 1024, min_count: 1}
    needs_engine: false
"""

RETURN = r"""
account:
  description: Id of the caller's account.
  returned: success
  type: str
  sample: "123456789012"
arn:
  description: ARN of the caller.
  returned: success
  type: str
  sample: arn:aws:iam::123456789012:user/deployer
"""

import os
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._preflight import account
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.engine import check_engine
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.hibernation import (
    check_awake,
    read_hibernation,
)
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem, describe
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.rules import Deployment, check_deployment
from ansible_collections.amazon.aws.plugins.module_utils.botocore import boto3_inventory_conn, get_aws_connection_info
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def get_identity(module: AnsibleAWSModule, region: str) -> dict[str, t.Any]:
    """Who calls. Not module.client(), which would end the module before the other problems are told."""
    _region, endpoint, arguments = get_aws_connection_info(module)
    client = boto3_inventory_conn(
        "client", "sts", region=region, endpoint=endpoint, **arguments, config=account.client_config()
    )
    return client.get_caller_identity()


def credential_source(module: AnsibleAWSModule) -> str:
    """Where the credentials come from, without telling them."""
    if module.params["profile"]:
        return f"profile {module.params['profile']}"
    if module.params["access_key"]:
        return f"access key {module.params['access_key']}"
    return os.environ.get("AWS_CONFIG_FILE", "the default chain (environment, ~/.aws, instance role)")


def find_hibernation(module: AnsibleAWSModule) -> list[Problem]:
    """Whether the environment hibernates."""
    try:
        since = read_hibernation(module.client("ssm"), module.params["hibernation_parameter"])
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    return list(check_awake(module.params["settings"].get("airflow_environment"), since))


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "setting_names": {"type": "list", "elements": "str", "required": True},
            "settings": {"type": "dict", "required": True},
            "setting_defaults": {"type": "dict", "required": True},
            "services": {"type": "dict", "required": True},
            "workers": {"type": "list", "elements": "str", "required": True},
            "service_options": {"type": "dict", "required": True},
            "components": {"type": "dict", "required": True},
            "needs_engine": {"type": "bool", "default": True},
            "hibernation_parameter": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    settings = module.params["settings"]
    deployment = Deployment(
        names=module.params["setting_names"],
        settings=settings,
        defaults=module.params["setting_defaults"],
        services=module.params["services"],
        workers=module.params["workers"],
        service_options=module.params["service_options"],
        components=module.params["components"],
    )
    regions = account.known_regions()
    problems: list[Problem] = list(check_deployment(deployment, regions, module.params["needs_engine"]))
    if module.params["needs_engine"]:
        problems += check_engine(str(settings.get("airflow_container_engine") or ""), module.run_command)

    # With an unknown region credentials can still be checked: identities are global.
    region = settings["airflow_region"] if settings["airflow_region"] in regions else "us-east-1"
    identity, refusals = account.ask(lambda: get_identity(module, region), credential_source(module))
    problems += refusals
    problems += account.check_caller(settings.get("airflow_account_id"), identity)

    if module.params["hibernation_parameter"] and not problems:
        problems += find_hibernation(module)
    if problems:
        module.fail_json(msg=describe(problems))
    module.exit_json(changed=False, account=identity["Account"], arn=identity["Arn"])


if __name__ == "__main__":
    main()
