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


def revoke_rules(scope: Scope) -> None:
    """AWS refuses to delete a group that another one names in its rules; LocalStack does, and then these cannot go."""
    client = scope.client("ec2")
    ids = [group.id for group in network.SECURITY_GROUPS.find(scope)]
    for group in client.describe_security_groups(GroupIds=ids)["SecurityGroups"] if ids else []:
        if group["IpPermissions"]:
            client.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])


def disassociate_route_tables(scope: Scope) -> None:
    """In AWS an association goes with its subnet; LocalStack keeps it, and with it the route table."""
    client = scope.client("ec2")
    ids = [table.id for table in network.ROUTE_TABLES.find(scope)]
    for table in client.describe_route_tables(RouteTableIds=ids)["RouteTables"] if ids else []:
        for association in table["Associations"]:
            client.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])


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
    if module.check_mode:
        found = inventory(scope, stages)
    else:
        revoke_rules(scope)
        disassociate_route_tables(scope)
        found = remove(scope, stages, timeout=120)
    module.exit_json(changed=bool(found), removed=[str(resource) for resource in found])


if __name__ == "__main__":
    main()
