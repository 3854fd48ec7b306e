# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Errors of the ECS modules, and the one way they end a module."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code, is_boto3_error_message
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

# boto3 clients are generated at run time, so there is no class to name here.
Client = Any
Resource = dict[str, Any]


class AnsibleECSError(AnsibleAWSError):
    """A failed ECS operation; keyword arguments become part of the module's result."""


class ECSErrorHandler(AWSErrorHandler):
    _CUSTOM_EXCEPTION = AnsibleECSError

    @classmethod
    def _is_missing(cls) -> Any:
        return is_boto3_error_code(["ClusterNotFoundException", "ServiceNotFoundException"])


class TaskDefinitionErrorHandler(ECSErrorHandler):
    """DescribeTaskDefinition has no error code of its own for "there is none"."""

    @classmethod
    def _is_missing(cls) -> Any:
        return is_boto3_error_message("Unable to describe task definition")


class LogsErrorHandler(ECSErrorHandler):
    """CloudWatch Logs, read to say why a container ended."""

    @classmethod
    def _is_missing(cls) -> Any:
        return is_boto3_error_code("ResourceNotFoundException")


def fail_from_error(module: Any, error: AnsibleAWSError) -> None:
    """End the module with everything the error knows, unlike fail_json_aws_error which drops the keyword arguments."""
    if error.exception:
        module.fail_json_aws(error.exception, msg=error.message, **error.kwargs)
    module.fail_json(msg=error.message, **error.kwargs)
