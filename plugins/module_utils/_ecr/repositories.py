# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""ECR repositories: read them, compare them, bring them to the wanted state."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find
from ansible_collections.airflow.fargate.plugins.module_utils._ecr.common import ECRErrorHandler
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import (
    changed_options,
    given,
    tag_changes,
    target_state,
)
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)
from ansible_collections.amazon.aws.plugins.module_utils.transformation import boto3_resource_to_ansible_dict

State = dict[str, t.Any]


class Repository:
    """One repository."""

    def __init__(self, client: t.Any, name: str) -> None:
        self.client = client
        self.name = name

    def describe(self) -> State | None:
        """What DescribeRepositories says; None when there is no such repository."""
        answer = find(
            ECRErrorHandler,
            f"describe ECR repository {self.name}",
            self.client.describe_repositories,
            repositoryNames=[self.name],
        )
        return answer["repositories"][0] if answer else None

    def observe(self, described: t.Mapping[str, t.Any]) -> State:
        policy, tags = side_by_side(lambda read: read(described), [self._lifecycle_policy, self._tags])
        return {
            "image_tag_mutability": described["imageTagMutability"].lower(),
            "scan_on_push": described.get("imageScanningConfiguration", {}).get("scanOnPush", False),
            "lifecycle_policy": policy,
            "tags": tags,
        }

    def _lifecycle_policy(self, _described: t.Mapping[str, t.Any]) -> State | None:
        policy = find(
            ECRErrorHandler,
            f"read the lifecycle policy of ECR repository {self.name}",
            self.client.get_lifecycle_policy,
            repositoryName=self.name,
        )
        return json.loads(policy["lifecyclePolicyText"]) if policy else None

    def _tags(self, described: t.Mapping[str, t.Any]) -> dict[str, str]:
        answer = aws_call(
            ECRErrorHandler,
            f"list the tags of ECR repository {self.name}",
            self.client.list_tags_for_resource,
            resourceArn=described["repositoryArn"],
        )
        return boto3_tag_list_to_ansible_dict(answer.get("tags", []))

    def create(self, target: State) -> None:
        aws_call(
            ECRErrorHandler,
            f"create ECR repository {self.name}",
            self.client.create_repository,
            repositoryName=self.name,
            imageTagMutability=target["image_tag_mutability"].upper(),
            imageScanningConfiguration={"scanOnPush": target["scan_on_push"]},
            tags=ansible_dict_to_boto3_tag_list(target.get("tags", {})),
        )
        if "lifecycle_policy" in target:
            self.update(target, ["lifecycle_policy"])

    def update(self, target: State, options: t.Sequence[str]) -> None:
        calls: dict[str, tuple[t.Any, State]] = {
            "image_tag_mutability": (
                self.client.put_image_tag_mutability,
                {"imageTagMutability": target["image_tag_mutability"].upper()},
            ),
            "scan_on_push": (
                self.client.put_image_scanning_configuration,
                {"imageScanningConfiguration": {"scanOnPush": target["scan_on_push"]}},
            ),
            "lifecycle_policy": (
                self.client.put_lifecycle_policy,
                {"lifecyclePolicyText": json.dumps(target.get("lifecycle_policy"))},
            ),
        }
        for option in options:
            method, arguments = calls[option]
            description = f"set {option} of ECR repository {self.name}"
            aws_call(ECRErrorHandler, description, method, repositoryName=self.name, **arguments)

    def tag(self, arn: str, add: t.Mapping[str, str], remove: t.Sequence[str]) -> None:
        description = f"tag ECR repository {self.name}"
        if remove:
            aws_call(ECRErrorHandler, description, self.client.untag_resource, resourceArn=arn, tagKeys=remove)
        if add:
            tags = ansible_dict_to_boto3_tag_list(add)
            aws_call(ECRErrorHandler, description, self.client.tag_resource, resourceArn=arn, tags=tags)

    def delete(self, force: bool) -> None:
        description = f"delete ECR repository {self.name}"
        aws_call(ECRErrorHandler, description, self.client.delete_repository, repositoryName=self.name, force=force)


def ensure_present(client: t.Any, params: t.Mapping[str, t.Any], check_mode: bool) -> State:
    repository = Repository(client, params["name"])
    settings = {option: params[option] for option in ("image_tag_mutability", "scan_on_push", "lifecycle_policy")}
    described = repository.describe()
    if described is None:
        target = given({**settings, "tags": params["tags"]})
        if not check_mode:
            repository.create(target)
        return _result(repository.describe(), {}, target)
    observed = repository.observe(described)
    target = target_state(settings, observed, {})
    options = changed_options(observed, target)
    tags = tag_changes(observed["tags"], params["tags"], params["purge_tags"])
    target["tags"] = tags.applied_to(observed["tags"])
    if not check_mode and target != observed:
        repository.update(target, options)
        repository.tag(described["repositoryArn"], tags.add, tags.remove)
        described = repository.describe()
    return _result(described, observed, target)


def ensure_absent(client: t.Any, params: t.Mapping[str, t.Any], check_mode: bool) -> State:
    repository = Repository(client, params["name"])
    described = repository.describe()
    if described is None:
        return _result(None, {}, {})
    observed = repository.observe(described)
    if not check_mode:
        repository.delete(params["force"])
    return _result(None, observed, {})


def _result(described: State | None, before: State, after: State) -> State:
    return {
        "changed": before != after,
        "repository": boto3_resource_to_ansible_dict(described) if described else {},
        "diff": {"before": before, "after": after},
    }
