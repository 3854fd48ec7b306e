#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What environment_teardown does, for the kinds of things whose services LocalStack has."""

from __future__ import annotations

from ansible_collections.airflow.fargate.plugins.module_utils._teardown import data, logs, network
from ansible_collections.airflow.fargate.plugins.module_utils._teardown.engine import inventory, remove
from ansible_collections.airflow.fargate.plugins.module_utils._teardown.model import Scope
from ansible_collections.airflow.fargate.plugins.module_utils._teardown.stages import STAGES
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

KINDS = (
    data.BUCKETS,
    data.LOG_GROUPS,
    data.ROLES,
    data.SECRETS,
    logs.DELIVERY_STREAMS,
    network.ADDRESSES,
    network.ENDPOINTS,
    network.INTERNET_GATEWAYS,
    network.NAT_GATEWAYS,
    network.ROUTE_TABLES,
    network.SECURITY_GROUPS,
    network.SUBNETS,
    network.VPCS,
)


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=dict(environment=dict(type="str", required=True), name=dict(type="str", required=True)),
        supports_check_mode=True,
    )
    scope = Scope(
        environment=module.params["environment"],
        name=module.params["name"],
        client=module.client,
        final_snapshot_id=None,
        recovery_window_in_days=0,
    )
    stages = [[kind for kind in stage if kind in KINDS] for stage in STAGES]
    found = inventory(scope, stages) if module.check_mode else remove(scope, stages, timeout=60)
    module.exit_json(changed=bool(found), removed=[str(resource) for resource in found])


if __name__ == "__main__":
    main()
