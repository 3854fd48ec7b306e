# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Errors of Amazon CloudWatch."""

from __future__ import annotations

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError


class CloudWatchError(AnsibleAWSError):
    """A call failed, or AWS would refuse what is wanted."""


class CloudWatchErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into CloudWatchError."""

    _CUSTOM_EXCEPTION = CloudWatchError

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        # GetDashboard has one code, and the other calls have another.
        return is_boto3_error_code(["DashboardNotFoundError", "ResourceNotFound", "ResourceNotFoundException"])
