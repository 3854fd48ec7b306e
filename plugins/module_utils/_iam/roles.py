# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""IAM roles with their inline policies: read them, compare them, bring them to the wanted state."""

from __future__ import annotations

import json
import typing as t
from collections import Counter

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, call_on_new, find, list_all
from ansible_collections.airflow.fargate.plugins.module_utils._iam.common import MISSING, IAMError, IAMErrorHandler
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import (
    TagChanges,
    changed_options,
    given,
    merged_tags,
    tag_changes,
    target_state,
)
from ansible_collections.amazon.aws.plugins.module_utils.policy import compare_policies
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

State = dict[str, t.Any]
Document = dict[str, t.Any]

# IAM takes seconds to tell all of itself about a new role.
NOT_PROPAGATED = [MISSING]


class PolicyChanges(t.NamedTuple):
    """The inline policies to write and the names of those to delete."""

    put: dict[str, Document]
    delete: list[str]

    def applied_to(self, policies: t.Mapping[str, Document]) -> dict[str, Document]:
        return {name: document for name, document in {**policies, **self.put}.items() if name not in self.delete}


def same_policy(observed: Document, wanted: Document) -> bool:
    """Whether both allow the same: the order of statements, and a list of one item, do not matter."""
    return not compare_policies(observed, wanted)


EQUIVALENCES = {"assume_role_policy_document": same_policy}


def policy_changes(
    observed: t.Mapping[str, Document], wanted: t.Mapping[str, Document] | None, purge: bool
) -> PolicyChanges:
    """Nothing when no policies are wanted: they are then somebody else's."""
    if wanted is None:
        return PolicyChanges({}, [])
    put = {
        name: document
        for name, document in wanted.items()
        if name not in observed or not same_policy(observed[name], document)
    }
    return PolicyChanges(put, [name for name in observed if name not in wanted] if purge else [])


class Role:
    """One role. IAM's documents are JSON text; botocore decodes those that IAM returns."""

    def __init__(self, client: t.Any, option: State, params: State) -> None:
        self.client = client
        self.name: str = option["name"]
        self.settings = {
            "description": option["description"],
            "assume_role_policy_document": option["assume_role_policy_document"],
            "permissions_boundary": option["permissions_boundary"],
        }
        self.policies: dict[str, Document] | None = option["policies"]
        self.purge_policies: bool = params["purge_policies"]
        self.tags = merged_tags(params["tags"], option["tags"])
        self.purge_tags: bool = params["purge_tags"]

    def get(self) -> State | None:
        answer = find(IAMErrorHandler, f"get IAM role {self.name}", self.client.get_role, RoleName=self.name)
        return answer["Role"] if answer else None

    def observe(self, role: State) -> State:
        """Only the policies that can be affected are read; none is known when none is wanted."""
        observed = {
            "description": role.get("Description", ""),
            "assume_role_policy_document": role["AssumeRolePolicyDocument"],
            "permissions_boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
            "tags": boto3_tag_list_to_ansible_dict(role.get("Tags", [])),
        }
        return observed if self.policies is None else {**observed, "policies": self._read_policies(self.policies)}

    def _read_policies(self, wanted: t.Iterable[str]) -> dict[str, Document]:
        names = self.policy_names() if self.purge_policies else wanted
        answers = {name: self._get_policy(name) for name in names}
        return {name: answer["PolicyDocument"] for name, answer in answers.items() if answer}

    def policy_names(self) -> list[str]:
        return list_all(IAMErrorHandler, self.client, "list_role_policies", "PolicyNames", RoleName=self.name)

    def _get_policy(self, name: str) -> State | None:
        description = f"get policy {name} of IAM role {self.name}"
        return find(IAMErrorHandler, description, self.client.get_role_policy, RoleName=self.name, PolicyName=name)

    def _call(self, description: str, method: t.Callable[..., t.Any], **arguments: t.Any) -> t.Any:
        return aws_call(IAMErrorHandler, f"{description} IAM role {self.name}", method, RoleName=self.name, **arguments)

    def create(self, target: State) -> State:
        if "assume_role_policy_document" not in target:
            raise IAMError(message=f"IAM role {self.name} is new and needs assume_role_policy_document")
        arguments = {
            "Description": target.get("description"),
            "PermissionsBoundary": target.get("permissions_boundary"),
            "Tags": ansible_dict_to_boto3_tag_list(target.get("tags", {})),
        }
        answer = self._call(
            "create",
            self.client.create_role,
            AssumeRolePolicyDocument=_text(target["assume_role_policy_document"]),
            **{name: value for name, value in arguments.items() if value},
        )
        return answer["Role"]

    def put_policies(self, policies: t.Mapping[str, Document], new: bool = False) -> None:
        for name, document in policies.items():
            call_on_new(
                IAMErrorHandler,
                NOT_PROPAGATED if new else [],
                f"put policy {name} of IAM role {self.name}",
                self.client.put_role_policy,
                RoleName=self.name,
                PolicyName=name,
                PolicyDocument=_text(document),
            )

    def delete_policies(self, names: t.Iterable[str]) -> None:
        for name in names:
            self._call(f"delete policy {name} of", self.client.delete_role_policy, PolicyName=name)

    def update(self, target: State, options: t.Sequence[str]) -> None:
        if "description" in options:
            self._call("describe", self.client.update_role, Description=target["description"])
        if "assume_role_policy_document" in options:
            document = _text(target["assume_role_policy_document"])
            self._call("set who may assume", self.client.update_assume_role_policy, PolicyDocument=document)
        if "permissions_boundary" in options:
            boundary = target["permissions_boundary"]
            if boundary:
                method = self.client.put_role_permissions_boundary
                self._call("set the permissions boundary of", method, PermissionsBoundary=boundary)
            else:
                self._call("remove the permissions boundary of", self.client.delete_role_permissions_boundary)

    def tag(self, changes: TagChanges) -> None:
        if changes.remove:
            self._call("untag", self.client.untag_role, TagKeys=changes.remove)
        if changes.add:
            self._call("tag", self.client.tag_role, Tags=ansible_dict_to_boto3_tag_list(changes.add))

    def delete(self) -> None:
        self.delete_policies(self.policy_names())
        attached = list_all(
            IAMErrorHandler, self.client, "list_attached_role_policies", "AttachedPolicies", RoleName=self.name
        )
        for policy in attached:
            self._call("detach a policy from", self.client.detach_role_policy, PolicyArn=policy["PolicyArn"])
        self._call("delete", self.client.delete_role)


def _text(document: Document) -> str:
    return json.dumps(document, sort_keys=True)


class Outcome(t.NamedTuple):
    """What became of one role: the role as GetRole shows it, and its state before and after; None is absence."""

    name: str
    role: State | None
    before: State | None
    after: State | None


def ensure_role(role: Role, check_mode: bool) -> Outcome:
    found = role.get()
    if found is None:
        target = given({**role.settings, "policies": role.policies, "tags": role.tags})
        if not check_mode:
            found = role.create(target)
            role.put_policies(target.get("policies", {}), new=True)
        return Outcome(role.name, found, None, target)
    observed = role.observe(found)
    target = target_state(role.settings, observed, EQUIVALENCES)
    options = changed_options(observed, target)
    there = observed.get("policies", {})
    policies = policy_changes(there, role.policies, role.purge_policies)
    tags = tag_changes(observed["tags"], role.tags, role.purge_tags)
    after = {**observed, **target, "tags": tags.applied_to(observed["tags"])}
    if "policies" in observed:
        after["policies"] = policies.applied_to(there)
    if not check_mode:
        role.update(target, options)
        role.put_policies(policies.put)
        role.delete_policies(policies.delete)
        role.tag(tags)
    return Outcome(role.name, found, observed, after)


def ensure_no_role(role: Role, check_mode: bool) -> Outcome:
    found = role.get()
    if found is None:
        return Outcome(role.name, None, None, None)
    observed = role.observe(found)
    if not check_mode:
        role.delete()
    return Outcome(role.name, None, observed, None)


def ensure(client: t.Any, params: State, check_mode: bool) -> State:
    """Bring all roles of the list to the wanted state, side by side."""
    twice = [name for name, count in Counter(option["name"] for option in params["roles"]).items() if count > 1]
    if twice:
        raise IAMError(message=f"The list has more than one IAM role {', '.join(twice)}")
    one = ensure_role if params["state"] == "present" else ensure_no_role
    roles = [Role(client, option, params) for option in params["roles"]]
    outcomes = side_by_side(lambda role: one(role, check_mode), roles)
    before = {outcome.name: outcome.before for outcome in outcomes if outcome.before is not None}
    after = {outcome.name: outcome.after for outcome in outcomes if outcome.after is not None}
    return {
        "changed": before != after,
        "roles": [_result(name, role, after) for name, role, _before, after in outcomes if after is not None],
        "diff": {"before": before, "after": after},
    }


def _result(name: str, role: State | None, state: State) -> State:
    settings = {option: state.get(option) for option in ("description", "tags")}
    return {"role_name": name, "arn": role["Arn"] if role else None, **settings}
