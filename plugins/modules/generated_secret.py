#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: generated_secret
version_added: 1.0.0
short_description: Generate secrets in AWS Secrets Manager without ever seeing their values
description:
  - Creates secrets whose values are generated where they are kept. A value is never an argument, a result, a diff, a
    message or a log line, so no playbook, log or terminal ever holds it.
  - Passwords come from Secrets Manager itself (GetRandomPassword) and Fernet keys from the operating system's random
    source. Both are written once and then left alone.
  - A template (for example a connection URL) is rendered from another secret and written again whenever the template
    or that secret has changed.
  - One call takes care of many secrets. A secret that is scheduled for deletion is restored.
options:
  secrets:
    description:
      - The secrets. Each holds one plain string.
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
          - V(fernet) is a Fernet key, 32 random bytes in URL-safe base64.
          - V(jwt) is two random passwords, separated by a comma, that sign tokens in turn;
            M(airflow.fargate.secret_rotation) goes from one to the next.
          - V(user) is a JSON object with C(username), the first of O(secrets[].usernames), and C(password), a random
            password.
          - V(template) is O(secrets[].template), rendered with the value of O(secrets[].source_secret).
        type: str
        choices: [password, fernet, jwt, user, template]
        default: password
      password_length:
        description:
          - The number of characters of a V(password), of each in a V(jwt) or of that in a V(user). RDS for PostgreSQL
            takes 8 to 128, an ElastiCache authentication token 16 to 128.
        type: int
        default: 32
      exclude_punctuation:
        description:
          - Only letters and digits, of which a V(jwt) always is. They are legal everywhere, while RDS refuses C(/),
            C(@) and C("), and ElastiCache takes no punctuation but C(!&#$^<>-).
        type: bool
        default: true
      exclude_characters:
        description:
          - Further characters that the password must not have.
        type: str
      usernames:
        description:
          - The names that a V(user) has in turn; M(airflow.fargate.secret_rotation) goes from one to the next.
        type: list
        elements: str
      template:
        description:
          - The text in which C({password}) stands for the URL-encoded value of O(secrets[].source_secret), or, with
            C({username}) in it as well, both for those of a V(user).
        type: str
      source_secret:
        description:
          - The name of the secret that the V(template) needs. It may be an element of the same list.
        type: str
      description:
        description:
          - The description of the secret. Left as it is when not given.
        type: str
      tags:
        description:
          - Tags of this secret, in addition to O(tags).
        type: dict
  state:
    description:
      - V(present) makes sure that the secrets exist and have a value, V(absent) that they are deleted.
    type: str
    choices: [present, absent]
    default: present
  kms_key_id:
    description:
      - The id, ARN or alias of the KMS key for all the secrets. Without it a new secret gets C(aws/secretsmanager)
        and an existing one keeps its key. The key behind an alias is not compared.
    type: str
  recovery_window_in_days:
    description:
      - For how many days (7 to 30) a deleted secret can be restored. AWS takes 30 when not given.
    type: int
  force_delete:
    description:
      - Delete at once and for good.
    type: bool
    default: false
notes:
  - Calls U(https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html), CreateSecret,
    DescribeSecret, PutSecretValue, UpdateSecret, RestoreSecret, TagResource, UntagResource and DeleteSecret.
    GetSecretValue is called for templates only.
  - With a O(secrets[].kind=template) whose source does not exist yet, check mode reports that the secret would be
    written.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Generate the database user, the keys and a connection URL
  airflow.fargate.generated_secret:
    tags:
      airflow:environment: prod
    secrets:
      - name: airflow-prod/database-user
        kind: user
        usernames: [airflow_1, airflow_2]
      - name: airflow-prod/config/fernet_key
        kind: fernet
      - name: airflow-prod/config/jwt_secret
        kind: jwt
        password_length: 64
      - name: airflow-prod/config/sql_alchemy_conn
        kind: template
        template: "postgresql+psycopg2://{username}:{password}@{{ database.endpoint.address }}:5432/airflow"
        source_secret: airflow-prod/database-user

- name: Delete a secret, with a week to change one's mind
  airflow.fargate.generated_secret:
    state: absent
    recovery_window_in_days: 7
    secrets:
      - name: airflow-prod/database-password
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
      sample: airflow-prod/database-password
    arn:
      description: The ARN. Null when the secret does not exist (check mode, O(state=absent)).
      type: str
      returned: always
      sample: arn:aws:secretsmanager:eu-west-1:123456789012:secret:airflow-prod/database-password-a1b2c3
    version_id:
      description: The version with the current value. Null when the secret has none.
      type: str
      returned: always
      sample: 4a7f0f4c-6f0c-4e6c-9f38-6d1d2f6a0f11
    changed:
      description: Whether this secret was changed.
      type: bool
      returned: always
"""

import threading
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager import api, values
from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager.common import SecretsManagerError
from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager.plan import (
    Plan,
    current_version,
    diff,
    is_deleted,
    plan,
)
from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager.rotation import SEPARATOR
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

Options = dict[str, t.Any]
Described = dict[str, t.Any]


class GeneratedSecrets:
    """The secrets of one task. Every value that passes through is registered, so that Ansible blanks it anywhere."""

    def __init__(self, module: AnsibleAWSModule) -> None:
        self.module = module
        self.params = module.params
        self.client = module.client("secretsmanager")
        self.diffs: dict[str, dict[str, t.Any]] = {}
        self.sources: dict[str, str | None] = {}
        self.reading = {options["source_secret"]: threading.Lock() for options in self.params["secrets"]}
        self.pending: set[str] = set()  # names whose value check mode only pretends to write

    def ensure_present(self) -> list[dict[str, t.Any]]:
        wanted = [self._with_defaults(options) for options in self.params["secrets"]]
        # Templates last: their sources may be in the same list.
        templates = [options for options in wanted if options["kind"] == "template"]
        generated = [options for options in wanted if options["kind"] != "template"]
        results = [*side_by_side(self._ensure_one, generated), *side_by_side(self._ensure_one, templates)]
        by_name = {result["name"]: result for result in results}
        return [by_name[options["name"]] for options in wanted]

    def ensure_absent(self) -> list[dict[str, t.Any]]:
        return side_by_side(lambda options: self._ensure_none(options["name"]), self.params["secrets"])

    @property
    def diff(self) -> list[dict[str, t.Any]]:
        """In the order of the list."""
        names = [options["name"] for options in self.params["secrets"]]
        return [self.diffs[name] for name in names if name in self.diffs]

    def _with_defaults(self, options: Options) -> Options:
        tags = self.params["tags"]
        if options["tags"] is not None:
            tags = {**(tags or {}), **options["tags"]}
        return {**options, "tags": tags, "kms_key_id": self.params["kms_key_id"]}

    def _ensure_one(self, options: Options) -> dict[str, t.Any]:
        name = options["name"]
        described = api.describe_secret(self.client, name)
        readable = described is not None and not is_deleted(described)
        todo = plan(options, described, self.params["purge_tags"], outdated=readable and self._outdated(options))
        if not todo.changed:
            return _result(name, described, False)
        self.diffs[name] = diff(name, described, todo)
        if self.module.check_mode:
            if todo.write or todo.restore:
                self.pending.add(name)
            return _result(name, described, True)
        self._apply(options, todo)
        return _result(name, api.describe_secret(self.client, name), True)

    def _apply(self, options: Options, todo: Plan) -> None:
        name = options["name"]
        if todo.create:
            # Value and tags in one call: there is no moment with a secret but without a value.
            api.create_secret(self.client, name, self._value(options), todo.tags.add, **todo.update)
            return
        if todo.restore:
            api.restore_secret(self.client, name)
        if todo.update:
            api.update_secret(self.client, name, **todo.update)
        if todo.tags.remove:
            api.untag_secret(self.client, name, todo.tags.remove)
        if todo.tags.add:
            api.tag_secret(self.client, name, todo.tags.add)
        # A restored template could not be compared while it was scheduled for deletion.
        if todo.write or (todo.restore and self._outdated(options)):
            api.put_value(self.client, name, self._value(options))

    def _outdated(self, options: Options) -> bool:
        """Whether the secret's value is not what its template gives today."""
        if options["kind"] != "template":
            return False
        if options["source_secret"] in self.pending:
            return True
        if self.module.check_mode and self._source(options["source_secret"]) is None:
            return True
        reads: list[t.Callable[[], str | None]] = [
            lambda: self._protect(api.find_value(self.client, options["name"])),
            lambda: self._value(options),
        ]
        observed, wanted = side_by_side(lambda read: read(), reads)
        return observed != wanted

    def _value(self, options: Options) -> str:
        if options["kind"] == "fernet":
            value = values.fernet_key()
        elif options["kind"] == "template":
            password = self._source(options["source_secret"])
            if password is None:
                name = options["source_secret"]
                raise SecretsManagerError(message=f"Secret {name} does not exist or has no value yet")
            try:
                value = values.render(options["template"], password)
            except ValueError as error:
                message = f"Secret {options['source_secret']} does not fit the template of {options['name']}: {error}"
                raise SecretsManagerError(message=message) from error
        else:
            value = self._password(options)
            if options["kind"] == "user":
                value = values.user(options["usernames"][0], value)
            elif options["kind"] == "jwt":
                value = SEPARATOR.join([value, self._password(options)])
        return self._protect(value)

    def _password(self, options: Options) -> str:
        if options["kind"] == "jwt":
            options = {**options, "exclude_punctuation": True}  # a comma separates the keys
        return self._protect(api.random_password(self.client, values.password_request(options)))

    def _source(self, name: str) -> str | None:
        """The value of a secret that templates are rendered with: read once, however many there are."""
        with self.reading[name]:
            if name not in self.sources:
                self.sources[name] = self._protect(api.find_value(self.client, name))
            return self.sources[name]

    def _protect(self, value: t.Any) -> t.Any:
        if value:
            self.module.no_log_values.add(value)
        return value

    def _ensure_none(self, name: str) -> dict[str, t.Any]:
        described = api.describe_secret(self.client, name)
        forced = self.params["force_delete"]
        if described is None or (is_deleted(described) and not forced):
            return _result(name, None, False)
        before = {"exists": True, "scheduled_for_deletion": is_deleted(described)}
        after = {"exists": not forced, "scheduled_for_deletion": not forced}
        self.diffs[name] = {"before_header": name, "after_header": name, "before": before, "after": after}
        if not self.module.check_mode:
            how: dict[str, t.Any] = {}
            if forced:
                how["ForceDeleteWithoutRecovery"] = True
            elif self.params["recovery_window_in_days"] is not None:
                how["RecoveryWindowInDays"] = self.params["recovery_window_in_days"]
            api.delete_secret(self.client, name, **how)
        return _result(name, None, True)


def _result(name: str, described: Described | None, changed: bool) -> dict[str, t.Any]:
    if described is None:
        return {"name": name, "arn": None, "version_id": None, "changed": changed}
    return {"name": name, "arn": described["ARN"], "version_id": current_version(described), "changed": changed}


def check_options(secrets: list[Options]) -> str | None:
    """What is wrong with the list, if anything."""
    names = [options["name"] for options in secrets]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        return f"each secret may be listed once, but more often are: {', '.join(twice)}"
    for options in secrets:
        if options["kind"] == "template" and values.PLACEHOLDER not in options["template"]:
            return f"the template of {options['name']} does not contain {values.PLACEHOLDER}"
        if options["kind"] == "user" and not options["usernames"]:
            return f"usernames of {options['name']} must have at least one name"
    return None


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "secrets": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "no_log": False,  # names and templates; the values never get here
                "options": {
                    "name": {"type": "str", "required": True},
                    "kind": {
                        "type": "str",
                        "choices": ["password", "fernet", "jwt", "user", "template"],
                        "default": "password",
                    },
                    "password_length": {"type": "int", "default": 32, "no_log": False},
                    "exclude_punctuation": {"type": "bool", "default": True},
                    "exclude_characters": {"type": "str"},
                    "usernames": {"type": "list", "elements": "str"},
                    "template": {"type": "str"},
                    "source_secret": {"type": "str", "no_log": False},
                    "description": {"type": "str"},
                    "tags": {"type": "dict"},
                },
                "required_if": [
                    ("kind", "template", ["template", "source_secret"]),
                    ("kind", "user", ["usernames"]),
                ],
            },
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "kms_key_id": {"type": "str"},
            "recovery_window_in_days": {"type": "int"},
            "force_delete": {"type": "bool", "default": False},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        mutually_exclusive=[("recovery_window_in_days", "force_delete")],
        supports_check_mode=True,
    )
    problem = check_options(module.params["secrets"])
    if problem:
        module.fail_json(msg=problem)
    secrets = GeneratedSecrets(module)
    try:
        results = secrets.ensure_present() if module.params["state"] == "present" else secrets.ensure_absent()
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    module.exit_json(changed=any(result["changed"] for result in results), secrets=results, diff=secrets.diff)


if __name__ == "__main__":
    main()
