# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Errors of Application Auto Scaling and of the CloudWatch alarms that go with it."""

from __future__ import annotations

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError


class AutoscalingError(AnsibleAWSError):
    """A call failed, or AWS would refuse what is wanted."""


class AutoscalingErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into AutoscalingError."""

    _CUSTOM_EXCEPTION = AutoscalingError

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code("ObjectNotFoundException")
