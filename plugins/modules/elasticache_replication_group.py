#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: elasticache_replication_group
version_added: 1.0.0
short_description: Manage an Amazon ElastiCache replication group (Valkey or Redis OSS)
description:
  - Creates, modifies and deletes a replication group with one shard (cluster mode disabled), which is what Celery's
    Redis transport needs of a broker.
  - The authentication token is read from Secrets Manager inside the module and goes nowhere but into the request that
    creates the group.
  - Only what differs is modified. An option that is not given is left as it is on an existing group, so that the O(id)
    alone reads a group or waits for it. On a new one it takes the default of AWS unless said otherwise. A change that
    is already pending counts as made.
  - A minor engine version that AWS has upgraded by itself is accepted.
options:
  id:
    description:
      - The replication group identifier.
    type: str
    required: true
  state:
    description:
      - V(present) makes sure that the group exists as described, V(absent) that it is deleted.
    type: str
    choices: [present, absent]
    default: present
  description:
    description:
      - The description. A new group gets its O(id) when not given.
    type: str
  engine:
    description:
      - The engine, V(valkey) for a new group when not given. AWS can turn a V(redis) group into a V(valkey) group, but
        not back.
    type: str
    choices: [valkey, redis]
  engine_version:
    description:
      - The version, as exactly as wanted. V(8) is satisfied by any 8.x.
    type: str
  node_type:
    description:
      - The node type, for example V(cache.t4g.small). Needed to create a group.
    type: str
  num_cache_clusters:
    description:
      - The number of nodes, the primary included, V(1) for a new group when not given.
    type: int
  automatic_failover:
    description:
      - Whether a replica takes over when the primary fails. Needs two nodes.
    type: bool
  multi_az:
    description:
      - Whether the nodes are in several availability zones. Needs O(automatic_failover=true).
    type: bool
  subnet_group:
    description:
      - The cache subnet group. Fixed when the group is created.
    type: str
  subnet_ids:
    description:
      - The subnets of the O(subnet_group), which is then brought to this state first, with O(subnet_group_description).
        When not given, the group is somebody else's.
    type: list
    elements: str
  subnet_group_description:
    description:
      - The description of the O(subnet_group). A new one gets its name when not given. Without O(subnet_ids) it is of
        no account.
    type: str
  security_group_ids:
    description:
      - The VPC security groups.
    type: list
    elements: str
  parameter_group:
    description:
      - The cache parameter group.
    type: str
  transit_encryption:
    description:
      - Whether connections use TLS, V(true) for a new group when not given. Fixed when the group is created.
    type: bool
  at_rest_encryption:
    description:
      - Whether data on disk is encrypted, V(true) for a new group when not given. Fixed when the group is created.
    type: bool
  kms_key_id:
    description:
      - The key for O(at_rest_encryption). Fixed when the group is created. A key of AWS when not given.
    type: str
  auth_token_secret:
    description:
      - The name or ARN of the Secrets Manager secret whose whole value is the authentication token. Read only when the
        group is created. Needs O(transit_encryption=true).
    type: str
  snapshot_retention_limit:
    description:
      - For how many days daily snapshots are kept. V(0) turns them off.
    type: int
  port:
    description:
      - The port. Fixed when the group is created. V(6379) when not given.
    type: int
  apply_immediately:
    description:
      - Apply changes now rather than in the next maintenance window. The number of nodes always changes now.
    type: bool
    default: false
  final_snapshot_id:
    description:
      - The name of the snapshot that O(state=absent) leaves behind. No snapshot when not given.
    type: str
  wait:
    description:
      - Wait until the group is available or deleted. With V(false) the module returns at once, and a later call with
        the same options and O(wait=true) only waits.
      - With V(false) a group that is busy (for example C(creating)) is returned as it is. Differences are then applied
        by the next call that finds it available.
      - A change of the number of nodes together with other changes waits between the two in any case.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait.
    type: int
    default: 1800
notes:
  - Calls U(https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html),
    DescribeReplicationGroups, DescribeCacheClusters, ModifyReplicationGroup, IncreaseReplicaCount,
    DecreaseReplicaCount, DeleteReplicationGroup, ListTagsForResource, AddTagsToResource, RemoveTagsFromResource,
    DescribeEvents (to explain a failure) and Secrets Manager's GetSecretValue; with O(subnet_ids) also
    DescribeCacheSubnetGroups, CreateCacheSubnetGroup and ModifyCacheSubnetGroup.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Start to create the broker
  airflow.fargate.elasticache_replication_group:
    id: airflow-prod
    description: Celery broker of airflow-prod
    engine_version: "8.1"
    node_type: cache.t4g.small
    num_cache_clusters: 2
    automatic_failover: true
    multi_az: true
    subnet_group: airflow-prod
    security_group_ids: [sg-0123456789abcdef0]
    auth_token_secret: airflow-prod/broker-auth-token
    wait: false

- name: Delete the broker
  airflow.fargate.elasticache_replication_group:
    id: airflow-prod
    state: absent
"""

RETURN = r"""
primary_endpoint:
  description: Where the primary listens. The values are null while there is no endpoint yet.
  returned: always
  type: dict
  contains:
    address:
      description: The DNS name.
      type: str
      returned: always
      sample: master.airflow-prod.a1b2c3.euw1.cache.amazonaws.com
    port:
      description: The port.
      type: int
      returned: always
      sample: 6379
status:
  description: The status of the group. Null when there is none.
  returned: always
  type: str
  sample: available
replication_group:
  description: The replication group as DescribeReplicationGroups reports it, in snake case. Empty when there is none.
  returned: always
  type: dict
"""

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._elasticache import api, subnet_groups, waiters
from ansible_collections.airflow.fargate.plugins.module_utils._elasticache.common import ElastiCacheError
from ansible_collections.airflow.fargate.plugins.module_utils._elasticache.replication_groups import (
    create_request,
    fixed_differences,
    modify_request,
    observed_state,
    result,
    target,
    wanted_state,
    with_creation_defaults,
)
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.airflow.fargate.plugins.module_utils._polling import Verdict, poll
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import TagChanges, given, tag_changes
from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager.api import read_value
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

Group = dict[str, t.Any]
State = dict[str, t.Any]


class ReplicationGroup:
    """One replication group and the task that describes it."""

    def __init__(self, module: AnsibleAWSModule) -> None:
        self.module = module
        self.name: str = module.params["id"].lower()  # ElastiCache stores it in lower case
        self.params = module.params
        self.client = module.client("elasticache")
        self.changed = False
        self.diff: dict[str, t.Any] = {"before": {}, "after": {}}
        self.subnet_group_changed = False
        self.subnet_group_diff: list[dict[str, t.Any]] = []

    def ensure_present(self) -> Group | None:
        reads: list[t.Callable[[], t.Any]] = [self._describe, self._read_subnet_group]
        group, subnet_group = side_by_side(lambda read: read(), reads)
        self._ensure_subnet_group(subnet_group)
        if group is None:
            return self._create()
        if not waiters.is_available(group):
            if self.module.check_mode:
                return group  # a busy group does not tell its tags
            if not self.params["wait"] and not waiters.is_broken(group):
                return group
            group = self._wait("available", waiters.available)
        return self._modify(group)

    def _read_subnet_group(self) -> subnet_groups.State | None:
        """Only when it is this task's."""
        return None if self.params["subnet_ids"] is None else subnet_groups.read(self.client, self._subnet_group)

    @property
    def _subnet_group(self) -> str:
        return self.params["subnet_group"].lower()

    def _ensure_subnet_group(self, found: subnet_groups.State | None) -> None:
        if self.params["subnet_ids"] is not None:
            check_mode = self.module.check_mode
            outcome = subnet_groups.ensure(self.client, self._subnet_group, found, self.params, check_mode)
            self.subnet_group_changed = outcome["changed"]
            self.subnet_group_diff = [outcome["diff"]]

    def ensure_absent(self) -> Group | None:
        group = self._describe()
        if group is None:
            return None
        if group["Status"] != "deleting":
            self._delete(group)
        if self.module.check_mode:
            return None
        return self._wait("deleted", waiters.deleted) if self.params["wait"] else self._describe()

    def _create(self) -> Group | None:
        if self.params["node_type"] is None:
            raise ElastiCacheError(message=f"Replication group {self.name} does not exist; to create it give node_type")
        options = with_creation_defaults(self.params)
        tags = self.params["tags"] or {}
        self.changed = True
        self.diff["after"] = {**given(wanted_state(options)), "tags": tags}
        if self.module.check_mode:
            return None
        request = create_request(options, self._auth_token())
        api.create_group(self.client, self.name, Tags=ansible_dict_to_boto3_tag_list(tags), **request)
        return self._wait("available", waiters.created) if self.params["wait"] else self._describe()

    def _auth_token(self) -> str | None:
        secret = self.params["auth_token_secret"]
        if secret is None:
            return None
        token = read_value(self.module.client("secretsmanager"), secret)
        self.module.no_log_values.add(token)
        return token

    def _modify(self, group: dict[str, t.Any]) -> Group | None:
        reads = [
            lambda: api.describe_member(self.client, group),
            lambda: api.list_tags(self.client, group["ARN"]),
        ]
        member, current = side_by_side(lambda read: read(), reads)
        observed = observed_state(group, member)
        wanted = target(self.params, observed)
        fixed = fixed_differences(observed, wanted)
        if self.params["auth_token_secret"] and not group.get("AuthTokenEnabled"):
            fixed.append("it has no authentication token")
        if fixed:
            raise ElastiCacheError(
                message=f"Replication group {self.name} cannot be changed this way: {'; '.join(fixed)}"
            )
        tags = tag_changes(current, self.params["tags"], self.params["purge_tags"])
        self.diff = {
            "before": {**observed, "tags": current},
            "after": {**wanted, "tags": tags.applied_to(current)},
        }
        self.changed = self.diff["before"] != self.diff["after"]
        if not self.changed or self.module.check_mode:
            return group
        self._apply_tags(group["ARN"], tags)
        steps = self._steps(observed, wanted)
        for number, step in enumerate(steps, start=1):
            step()
            if self.params["wait"] or number < len(steps):
                self._wait("modified", self._modified())
        return self._describe()

    def _apply_tags(self, arn: str, tags: TagChanges) -> None:
        if tags.remove:
            api.untag(self.client, arn, tags.remove)
        if tags.add:
            api.tag(self.client, arn, tags.add)

    def _steps(self, observed: State, wanted: State) -> list[t.Callable[[], None]]:
        """Replicas come before the failover that needs them and go after it."""
        steps: list[t.Callable[[], None]] = []
        request = modify_request(observed, wanted)
        if request:
            immediately = self.params["apply_immediately"]
            steps.append(lambda: api.modify_group(self.client, self.name, ApplyImmediately=immediately, **request))
        replicas = wanted["num_cache_clusters"] - 1
        if wanted["num_cache_clusters"] > observed["num_cache_clusters"]:
            steps.insert(0, lambda: api.increase_replicas(self.client, self.name, replicas))
        if wanted["num_cache_clusters"] < observed["num_cache_clusters"]:
            steps.append(lambda: api.decrease_replicas(self.client, self.name, replicas))
        return steps

    def _modified(self) -> t.Callable[[Group | None], Verdict]:
        return waiters.changes_applied if self.params["apply_immediately"] else waiters.available

    def _delete(self, group: dict[str, t.Any]) -> None:
        self.changed = True
        self.diff["before"] = {"id": self.name, "status": group["Status"]}
        if self.module.check_mode:
            return
        if self.params["wait"]:
            self._wait("idle, to be deleted", waiters.deletable)
        request = {}
        if self.params["final_snapshot_id"]:
            request["FinalSnapshotIdentifier"] = self.params["final_snapshot_id"]
        api.delete_group(self.client, self.name, **request)

    def _describe(self) -> Group | None:
        return api.describe_group(self.client, self.name)

    def _wait(self, goal: str, judge: t.Callable[[Group | None], Verdict]) -> t.Any:
        return poll(
            self._describe,
            judge,
            self.params["wait_timeout"],
            f"replication group {self.name} to be {goal}",
            lambda: api.recent_events(self.client, self.name),
        )


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "id": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "description": {"type": "str"},
            "engine": {"type": "str", "choices": ["valkey", "redis"]},
            "engine_version": {"type": "str"},
            "node_type": {"type": "str"},
            "num_cache_clusters": {"type": "int"},
            "automatic_failover": {"type": "bool"},
            "multi_az": {"type": "bool"},
            "subnet_group": {"type": "str"},
            "subnet_ids": {"type": "list", "elements": "str"},
            "subnet_group_description": {"type": "str"},
            "security_group_ids": {"type": "list", "elements": "str"},
            "parameter_group": {"type": "str"},
            "transit_encryption": {"type": "bool"},
            "at_rest_encryption": {"type": "bool"},
            "kms_key_id": {"type": "str"},
            "auth_token_secret": {"type": "str", "no_log": False},
            "snapshot_retention_limit": {"type": "int"},
            "port": {"type": "int"},
            "apply_immediately": {"type": "bool", "default": False},
            "final_snapshot_id": {"type": "str"},
            "wait": {"type": "bool", "default": True},
            "wait_timeout": {"type": "int", "default": 1800},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        required_by={"subnet_ids": ["subnet_group"]},
        supports_check_mode=True,
    )
    broker = ReplicationGroup(module)
    try:
        group = broker.ensure_present() if module.params["state"] == "present" else broker.ensure_absent()
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    module.exit_json(
        changed=broker.changed or broker.subnet_group_changed,
        diff=[*broker.subnet_group_diff, broker.diff] if broker.subnet_group_diff else broker.diff,
        **result(group),
    )


if __name__ == "__main__":
    main()
