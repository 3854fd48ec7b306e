#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: secret_rotation
version_added: 1.0.0
short_description: Take secrets in AWS Secrets Manager from one value to the next, step by step
description:
  - A rotation has steps, between which tasks are started anew and other things happen. Each O(state) is one step; run
    them in the order of the choices. A step that is done already does nothing.
  - Where a rotation stands is kept with the secret's versions, by the label C(AWSPENDING). One that was interrupted is
    therefore continued, with the value that it began with, by running the steps again.
  - A value is never an argument, a result, a diff, a message or a log line.
options:
  state:
    description:
      - With V(staged), a secret that is not being rotated gets a new value, labelled C(AWSPENDING), which nobody uses
        yet. A O(secrets[].db_instance) or O(secrets[].replication_group) is told the new value; the latter then takes
        the old one, too.
      - With V(promoted) the new value becomes the current one. Start anew what uses it.
      - With V(narrowed) a V(fernet) or V(jwt) secret loses the key that was the first one. Before, encrypt everything
        with the new key, or wait until no token of the old one is in use; start anew what uses it afterwards.
      - With V(finished) the replication group takes nothing but the new value, and the old value loses its last label,
        so that AWS deletes it.
      - V(described) is no step; it tells where the rotations stand.
    type: str
    choices: [described, staged, promoted, narrowed, finished]
    required: true
  secrets:
    description:
      - The secrets. They must exist.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The name of the secret.
        type: str
        required: true
      kind:
        description:
          - V(password) is a random password.
          - V(fernet) is a list of Fernet keys, separated by commas. A new key is put before the present one.
          - V(jwt) is a list of keys that sign tokens, separated by commas. The second one, which everything takes
            already, becomes the first, a new one the second, and the former first one the third.
          - V(user) is a JSON object with C(username) and C(password). The next of O(secrets[].usernames) gets a random
            password; let it log in before V(promoted), and shut the other out before V(finished).
        type: str
        choices: [password, fernet, jwt, user]
        default: password
      password_length:
        description:
          - The number of characters of a V(password), of a key of V(jwt) or of the password of a V(user).
        type: int
        default: 32
      usernames:
        description:
          - The names that a V(user) has in turn, at least two.
        type: list
        elements: str
      db_instance:
        description:
          - The identifier of the Amazon RDS DB instance whose master password it is. Connections that are open stay
            open; new ones need the new password from then on.
        type: str
      replication_group:
        description:
          - The identifier of the Amazon ElastiCache replication group whose authentication token it is.
        type: str
  wait_timeout:
    description:
      - Seconds that a DB instance or replication group may take.
    type: int
    default: 900
notes:
  - Calls U(https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html),
    DescribeSecret, GetSecretValue, GetRandomPassword and PutSecretValue; C(rds:ModifyDBInstance) and
    C(rds:DescribeDBInstances); C(elasticache:ModifyReplicationGroup) and C(elasticache:DescribeReplicationGroups).
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: A new token, which the broker takes beside the old one
  airflow.fargate.secret_rotation:
    state: staged
    secrets: &token
      - name: app/broker-auth-token
        password_length: 64
        replication_group: app

- name: The new token is the one that tasks get
  airflow.fargate.secret_rotation:
    state: promoted
    secrets: *token

- name: The old one is refused, once every task has been started anew
  airflow.fargate.secret_rotation:
    state: finished
    secrets: *token
"""

RETURN = r"""
secrets:
  description: The secrets in the order of the option, without their values.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      type: str
      returned: always
      sample: app/broker-auth-token
    arn:
      description: The ARN.
      type: str
      returned: always
      sample: arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/broker-auth-token-a1b2c3
    stage:
      description: Where the rotation stands after the step, C(idle), C(staged) or C(promoted).
      type: str
      returned: always
      sample: staged
    changed:
      description: Whether the step did anything to this secret.
      type: bool
      returned: always
"""

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager import api, rotation, values
from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager.common import SecretsManagerError
from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager.rotation import Stages
from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager.stores import Broker, Database, Store
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

Options = t.Mapping[str, t.Any]

STATES = ("described", "staged", "promoted", "narrowed", "finished")


class Rotation:
    """One secret. Every value that passes through is registered, so that Ansible blanks it anywhere."""

    def __init__(self, module: AnsibleAWSModule, options: Options) -> None:
        self.module = module
        self.options = options
        self.name: str = options["name"]
        self.client = module.client("secretsmanager")
        described = api.describe_secret(self.client, self.name)
        if described is None:
            raise SecretsManagerError(message=f"Secret {self.name} does not exist")
        self.arn = described["ARN"]
        self.stages = Stages.of(described)
        if self.stages.current is None:
            raise SecretsManagerError(message=f"Secret {self.name} has no value yet")
        self.changed = False

    def run(self, state: str) -> dict[str, t.Any]:
        before = self.stages.state
        steps: dict[str, t.Callable[[], str]] = {
            "described": lambda: before,
            "staged": self.stage,
            "promoted": self.promote,
            "narrowed": self.narrow,
            "finished": self.finish,
        }
        after = steps[state]()
        return {"name": self.name, "arn": self.arn, "stage": after, "changed": self.changed, "before": before}

    def stage(self) -> str:
        if self.stages.state == rotation.PROMOTED:
            return rotation.PROMOTED
        pending = self.stages.pending
        if pending is None:
            if self._pretend():
                return rotation.STAGED
            pending = api.put_version(self.client, self.name, self._new_value(), rotation.PENDING)
        store = self._store()
        if store is not None and not self.stages.is_accepted and not self._pretend():
            store.accept(self._value(pending))
            api.move_label(self.client, self.name, rotation.ACCEPTED, pending, self.stages.accepted)
        return rotation.STAGED

    def promote(self) -> str:
        if self.stages.state != rotation.STAGED:
            return self.stages.state
        if not self._pretend():
            api.move_label(self.client, self.name, rotation.CURRENT, self.stages.pending, self.stages.current)
        return rotation.PROMOTED

    def narrow(self) -> str:
        """The new version takes both labels: wherever this is interrupted, the rotation is not over."""
        keys = rotation.KEYS.get(self.options["kind"])
        if keys is None or self.stages.state != rotation.PROMOTED:
            return self.stages.state
        value = self._value(self.stages.current)
        if keys.has_old(value) and not self._pretend():
            version = api.put_version(self.client, self.name, self._protect(keys.narrowed(value)), rotation.CURRENT)
            api.move_label(self.client, self.name, rotation.PENDING, version, self.stages.pending)
        return rotation.PROMOTED

    def finish(self) -> str:
        if self.stages.state != rotation.PROMOTED:
            return self.stages.state
        if self._pretend():
            return rotation.IDLE
        store = self._store()
        if store is not None:
            store.refuse_others(self._value(self.stages.current))
        api.move_label(self.client, self.name, rotation.PENDING, None, self.stages.pending)
        if self.stages.previous is not None:
            api.move_label(self.client, self.name, rotation.PREVIOUS, None, self.stages.previous)
        return rotation.IDLE

    def _pretend(self) -> bool:
        """Whether only to say that something would be done."""
        self.changed = True
        return bool(self.module.check_mode)

    def _new_value(self) -> str:
        kind = self.options["kind"]
        if kind == "fernet":
            new = values.fernet_key()
        else:
            request = values.password_request({**self.options, "exclude_punctuation": True})
            new = api.random_password(self.client, request)
        self._protect(new)
        if kind == "password":
            return new
        current = self._value(self.stages.current)
        if kind == "user":
            return self._protect(values.user(values.next_username(self.options["usernames"], current), new))
        return self._protect(rotation.KEYS[kind].rotated(current, new))

    def _value(self, version: str | None) -> str:
        return self._protect(api.find_version(self.client, self.name, str(version)))

    def _protect(self, value: str) -> str:
        self.module.no_log_values.add(value)
        return value

    def _store(self) -> Store | None:
        timeout = self.module.params["wait_timeout"]
        if self.options["db_instance"]:
            return Database(self.module.client("rds"), self.options["db_instance"], timeout)
        if self.options["replication_group"]:
            return Broker(self.module.client("elasticache"), self.options["replication_group"], timeout)
        return None


def check_options(secrets: t.Sequence[Options]) -> str | None:
    """What is wrong with the list, if anything."""
    for options in secrets:
        names = options["usernames"] or []
        if options["kind"] == "user" and (len(names) < 2 or len(set(names)) < len(names)):
            return f"usernames of {options['name']} must be at least two different names, not {names}: they take turns"
    return None


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": list(STATES), "required": True},
            "secrets": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "no_log": False,  # names; the values never get here
                "options": {
                    "name": {"type": "str", "required": True},
                    "kind": {"type": "str", "choices": ["password", "fernet", "jwt", "user"], "default": "password"},
                    "password_length": {"type": "int", "default": 32, "no_log": False},
                    "usernames": {"type": "list", "elements": "str"},
                    "db_instance": {"type": "str"},
                    "replication_group": {"type": "str"},
                },
                "mutually_exclusive": [("db_instance", "replication_group")],
                "required_if": [("kind", "user", ["usernames"])],
            },
            "wait_timeout": {"type": "int", "default": 900},
        },
        supports_check_mode=True,
    )
    problem = check_options(module.params["secrets"])
    if problem:
        module.fail_json(msg=problem)
    results = []
    try:
        for options in module.params["secrets"]:
            results.append(Rotation(module, options).run(module.params["state"]))
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    diff = {
        "before": {result["name"]: result.pop("before") for result in results},
        "after": {result["name"]: result["stage"] for result in results},
    }
    module.exit_json(changed=any(result["changed"] for result in results), secrets=results, diff=diff)


if __name__ == "__main__":
    main()
