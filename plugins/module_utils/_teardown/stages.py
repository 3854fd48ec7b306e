# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The order in which an environment goes: what uses something goes before it."""

from __future__ import annotations

from . import compute, data, logs, monitoring, network, scaling
from .engine import Stage

STAGES: tuple[Stage, ...] = (
    # First, so that nothing scales what is on its way out.
    (scaling.ALARMS, scaling.SCALABLE_TARGETS),
    (compute.SERVICES,),
    (compute.TASKS,),
    # Before the bucket that they write to.
    (logs.DELIVERY_STREAMS,),
    # The slow ones together.
    (data.DATABASES, data.BROKERS, compute.LOAD_BALANCERS, network.NAT_GATEWAYS, compute.REGISTRY_SERVICES),
    (
        compute.TARGET_GROUPS,
        compute.CLUSTERS,
        compute.TASK_DEFINITIONS,
        compute.NAMESPACES,
        data.DATABASE_SUBNET_GROUPS,
        data.BROKER_SUBNET_GROUPS,
        data.REPOSITORIES,
        data.BUCKETS,
        data.LOG_GROUPS,
        logs.DATABASES,
        logs.WORKGROUPS,
        scaling.PARAMETERS,
        data.SECRETS,
        data.ROLES,
        network.ENDPOINTS,
        network.ADDRESSES,
        monitoring.DASHBOARDS,
        monitoring.TOPICS,
    ),
    (network.SECURITY_GROUPS, network.INTERNET_GATEWAYS),
    (network.SUBNETS,),
    (network.ROUTE_TABLES,),
    (network.VPCS,),
)
