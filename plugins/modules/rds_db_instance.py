#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_db_instance
version_added: 1.0.0
short_description: Manage an Amazon RDS DB instance whose password stays in Secrets Manager
description:
  - Creates, modifies and deletes a DB instance.
  - The master password is read from Secrets Manager inside the module and goes nowhere but into the request that
    creates the instance.
  - Only what differs is modified. An option that is not given is left as it is on an existing instance, so that the
    O(id) alone reads an instance or waits for it. On a new one it takes the default of AWS unless said otherwise. A
    change that is already pending counts as made.
  - A minor engine version that AWS has upgraded by itself is accepted, and so is storage that has grown.
options:
  id:
    description:
      - The DB instance identifier.
    type: str
    required: true
  state:
    description:
      - V(present) makes sure that the instance exists as described, V(absent) that it is deleted.
    type: str
    choices: [present, absent]
    default: present
  engine:
    description:
      - The database engine, V(postgres) for a new instance when not given. Fixed when the instance is created.
    type: str
  engine_version:
    description:
      - The version, as exactly as wanted. V(17) is satisfied by any 17.x.
    type: str
  allow_major_version_upgrade:
    description:
      - Permit that a higher major O(engine_version) is installed on the existing instance.
    type: bool
    default: false
  instance_class:
    description:
      - The instance class, for example V(db.t4g.small). Needed to create an instance.
    type: str
  allocated_storage:
    description:
      - The storage in GiB. It can grow but not shrink. Needed to create an instance.
    type: int
  max_allocated_storage:
    description:
      - The limit in GiB up to which RDS enlarges the storage by itself. The value of O(allocated_storage) turns that
        off.
    type: int
  storage_type:
    description:
      - The storage type, for example V(gp3).
    type: str
  storage_encrypted:
    description:
      - Whether the storage is encrypted, V(true) for a new instance when not given. Fixed when the instance is created.
    type: bool
  kms_key_id:
    description:
      - The key for the storage. Fixed when the instance is created. C(aws/rds) when not given.
    type: str
  db_name:
    description:
      - The name of the first database. Fixed when the instance is created.
    type: str
  master_username:
    description:
      - The master user. Fixed when the instance is created. Needed to create an instance.
    type: str
  master_password_secret:
    description:
      - The name or ARN of the Secrets Manager secret whose whole value is the master password. Read only when the
        instance is created. Needed to create an instance.
    type: str
  subnet_group:
    description:
      - The DB subnet group. Fixed when the instance is created.
    type: str
  subnet_ids:
    description:
      - The subnets of the O(subnet_group), which is then brought to this state first, with O(subnet_group_description)
        and O(tags). When not given, the group is somebody else's.
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
  multi_az:
    description:
      - Whether there is a standby in another availability zone.
    type: bool
  backup_retention_period:
    description:
      - For how many days automatic backups are kept. V(0) turns them off.
    type: int
  deletion_protection:
    description:
      - Whether AWS refuses to delete the instance. With O(state=absent) the value V(false) lifts the protection first.
    type: bool
  publicly_accessible:
    description:
      - Whether the instance has a public address, V(false) for a new instance when not given.
    type: bool
  parameter_group:
    description:
      - The DB parameter group.
    type: str
  copy_tags_to_snapshot:
    description:
      - Whether snapshots get the instance's tags.
    type: bool
  apply_immediately:
    description:
      - Apply changes now rather than in the next maintenance window.
    type: bool
    default: false
  final_snapshot_id:
    description:
      - The name of the snapshot that O(state=absent) leaves behind. The identifier of the instance, C(-final-) and
        the time when not given.
    type: str
  skip_final_snapshot:
    description:
      - Delete without a final snapshot.
    type: bool
    default: false
  wait:
    description:
      - Wait until the instance is available or deleted. With V(false) the module returns at once, and a later call
        with the same options and O(wait=true) only waits.
      - With V(false) an instance that is busy (for example C(creating)) is returned as it is. Differences are then
        applied by the next call that finds it available.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait.
    type: int
    default: 1800
notes:
  - Calls U(https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html), DescribeDBInstances,
    ModifyDBInstance, DeleteDBInstance, AddTagsToResource, RemoveTagsFromResource, DescribeEvents (to explain a
    failure) and Secrets Manager's GetSecretValue; with O(subnet_ids) also DescribeDBSubnetGroups, ListTagsForResource,
    CreateDBSubnetGroup and ModifyDBSubnetGroup.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Start to create the metadata database
  airflow.fargate.rds_db_instance:
    id: airflow-prod
    engine_version: "17"
    instance_class: db.t4g.small
    allocated_storage: 20
    max_allocated_storage: 100
    storage_type: gp3
    db_name: airflow
    master_username: airflow
    master_password_secret: airflow-prod/database-password
    subnet_group: airflow-prod
    security_group_ids: [sg-0123456789abcdef0]
    multi_az: true
    backup_retention_period: 7
    deletion_protection: true
    wait: false

- name: Wait for a database that was started before
  airflow.fargate.rds_db_instance:
    id: airflow-prod
  register: database

- name: Delete the database and keep a snapshot
  airflow.fargate.rds_db_instance:
    id: airflow-prod
    state: absent
    deletion_protection: false
"""

RETURN = r"""
endpoint:
  description: Where the database listens. The values are null while there is no endpoint yet.
  returned: always
  type: dict
  contains:
    address:
      description: The DNS name.
      type: str
      returned: always
      sample: airflow-prod.c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com
    port:
      description: The port.
      type: int
      returned: always
      sample: 5432
status:
  description: The status of the instance. Null when there is none.
  returned: always
  type: str
  sample: available
final_snapshot_id:
  description: The snapshot that the deletion leaves behind. Null when there is none.
  returned: when O(state=absent)
  type: str
  sample: airflow-prod-final-20260131120000
tags:
  description: The tags of the instance.
  returned: always
  type: dict
  sample: {"airflow:environment": prod}
instance:
  description: The DB instance as DescribeDBInstances reports it, in snake case. Empty when there is none.
  returned: always
  type: dict
"""

import typing as t
from datetime import UTC, datetime

from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.airflow.fargate.plugins.module_utils._polling import Verdict, poll
from ansible_collections.airflow.fargate.plugins.module_utils._rds import api, subnet_groups, waiters
from ansible_collections.airflow.fargate.plugins.module_utils._rds.common import RDSError
from ansible_collections.airflow.fargate.plugins.module_utils._rds.instances import (
    create_request,
    delete_request,
    fixed_differences,
    modify_request,
    observed_state,
    result,
    tags_of,
    target,
    wanted_state,
    with_creation_defaults,
)
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import given, tag_changes
from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager.api import read_value
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

Instance = dict[str, t.Any]

NEEDED_TO_CREATE = ("instance_class", "allocated_storage", "master_username", "master_password_secret")


class DBInstance:
    """One DB instance and the task that describes it."""

    def __init__(self, module: AnsibleAWSModule) -> None:
        self.module = module
        self.params = module.params
        self.name: str = module.params["id"].lower()  # RDS stores it in lower case
        self.client = module.client("rds")
        self.changed = False
        self.diff: dict[str, t.Any] = {"before": {}, "after": {}}
        self.extra: dict[str, t.Any] = {}
        self.subnet_group_changed = False
        self.subnet_group_diff: list[dict[str, t.Any]] = []

    def ensure_present(self) -> Instance | None:
        reads: list[t.Callable[[], t.Any]] = [self._describe, self._read_subnet_group]
        instance, subnet_group = side_by_side(lambda read: read(), reads)
        self._ensure_subnet_group(subnet_group)
        if instance is None:
            return self._create()
        if not waiters.is_usable(instance) and not self.module.check_mode:
            if not self.params["wait"] and not waiters.is_broken(instance):
                return instance
            instance = self._wait("available", waiters.available)
        return self._modify(instance)

    def _read_subnet_group(self) -> subnet_groups.Group | None:
        """Only when it is this task's."""
        return None if self.params["subnet_ids"] is None else subnet_groups.read(self.client, self._subnet_group)

    @property
    def _subnet_group(self) -> str:
        return self.params["subnet_group"].lower()

    def _ensure_subnet_group(self, found: subnet_groups.Group | None) -> None:
        if self.params["subnet_ids"] is not None:
            check_mode = self.module.check_mode
            outcome = subnet_groups.ensure(self.client, self._subnet_group, found, self.params, check_mode)
            self.subnet_group_changed = outcome["changed"]
            self.subnet_group_diff = [outcome["diff"]]

    def ensure_absent(self) -> Instance | None:
        instance = self._describe()
        self.extra["final_snapshot_id"] = None
        if instance is None:
            return None
        if instance["DBInstanceStatus"] != "deleting":
            self._delete(instance)
        if self.module.check_mode:
            return None
        return self._wait("deleted", waiters.deleted) if self.params["wait"] else self._describe()

    def _create(self) -> Instance | None:
        missing = [option for option in NEEDED_TO_CREATE if self.params[option] is None]
        if missing:
            raise RDSError(message=f"DB instance {self.name} does not exist; to create it give {', '.join(missing)}")
        options = with_creation_defaults(self.params)
        tags = self.params["tags"] or {}
        self.changed = True
        self.diff["after"] = {**given(wanted_state(options)), "tags": tags}
        if self.module.check_mode:
            return None
        password = read_value(self.module.client("secretsmanager"), self.params["master_password_secret"])
        self.module.no_log_values.add(password)
        request = create_request(options, password)
        api.create_instance(self.client, self.name, Tags=ansible_dict_to_boto3_tag_list(tags), **request)
        return self._wait("available", waiters.created) if self.params["wait"] else self._describe()

    def _modify(self, instance: dict[str, t.Any]) -> Instance | None:
        observed, wanted = observed_state(instance), target(self.params, instance)
        fixed = fixed_differences(observed, wanted)
        if fixed:
            raise RDSError(message=f"DB instance {self.name} cannot be changed this way: {'; '.join(fixed)}")
        tags = tag_changes(tags_of(instance), self.params["tags"], self.params["purge_tags"])
        request = modify_request(observed, wanted)
        self.diff = {
            "before": {**observed, "tags": tags_of(instance)},
            "after": {**wanted, "tags": tags.applied_to(tags_of(instance))},
        }
        self.changed = bool(request or tags.add or tags.remove)
        if not self.changed or self.module.check_mode:
            return instance
        if tags.remove:
            api.untag(self.client, instance["DBInstanceArn"], tags.remove)
        if tags.add:
            api.tag(self.client, instance["DBInstanceArn"], tags.add)
        if not request:
            return self._describe()
        if "EngineVersion" in request:
            request["AllowMajorVersionUpgrade"] = self.params["allow_major_version_upgrade"]
        immediately = self.params["apply_immediately"]
        api.modify_instance(self.client, self.name, ApplyImmediately=immediately, **request)
        if not self.params["wait"]:
            return self._describe()
        return self._wait("modified", waiters.changes_applied if immediately else waiters.available)

    def _delete(self, instance: dict[str, t.Any]) -> None:
        self.changed = True
        self.diff["before"] = observed_state(instance)
        request = delete_request(
            self.name,
            self.params["final_snapshot_id"],
            self.params["skip_final_snapshot"],
            datetime.now(UTC),
        )
        self.extra["final_snapshot_id"] = request.get("FinalDBSnapshotIdentifier")
        if self.module.check_mode:
            return
        if self.params["wait"]:
            self._wait("idle, to be deleted", waiters.deletable)
        if instance.get("DeletionProtection") and self.params["deletion_protection"] is False:
            api.modify_instance(self.client, self.name, DeletionProtection=False)
        api.delete_instance(self.client, self.name, **request)

    def _describe(self) -> Instance | None:
        return api.describe_instance(self.client, self.name)

    def _wait(self, goal: str, judge: t.Callable[[Instance | None], Verdict]) -> t.Any:
        return poll(
            self._describe,
            judge,
            self.params["wait_timeout"],
            f"DB instance {self.name} to be {goal}",
            lambda: api.recent_events(self.client, self.name),
        )


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "id": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "engine": {"type": "str"},
            "engine_version": {"type": "str"},
            "allow_major_version_upgrade": {"type": "bool", "default": False},
            "instance_class": {"type": "str"},
            "allocated_storage": {"type": "int"},
            "max_allocated_storage": {"type": "int"},
            "storage_type": {"type": "str"},
            "storage_encrypted": {"type": "bool"},
            "kms_key_id": {"type": "str"},
            "db_name": {"type": "str"},
            "master_username": {"type": "str"},
            "master_password_secret": {"type": "str", "no_log": False},
            "subnet_group": {"type": "str"},
            "subnet_ids": {"type": "list", "elements": "str"},
            "subnet_group_description": {"type": "str"},
            "security_group_ids": {"type": "list", "elements": "str"},
            "multi_az": {"type": "bool"},
            "backup_retention_period": {"type": "int"},
            "deletion_protection": {"type": "bool"},
            "publicly_accessible": {"type": "bool"},
            "parameter_group": {"type": "str"},
            "copy_tags_to_snapshot": {"type": "bool"},
            "apply_immediately": {"type": "bool", "default": False},
            "final_snapshot_id": {"type": "str"},
            "skip_final_snapshot": {"type": "bool", "default": False},
            "wait": {"type": "bool", "default": True},
            "wait_timeout": {"type": "int", "default": 1800},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        mutually_exclusive=[("final_snapshot_id", "skip_final_snapshot")],
        required_by={"subnet_ids": ["subnet_group"]},
        supports_check_mode=True,
    )
    database = DBInstance(module)
    try:
        instance = database.ensure_present() if module.params["state"] == "present" else database.ensure_absent()
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    module.exit_json(
        changed=database.changed or database.subnet_group_changed,
        diff=[*database.subnet_group_diff, database.diff] if database.subnet_group_diff else database.diff,
        **result(instance),
        **database.extra,
    )


if __name__ == "__main__":
    main()
