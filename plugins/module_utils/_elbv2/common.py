# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Elastic Load Balancing errors."""

from __future__ import annotations

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

MISSING = ["LoadBalancerNotFound", "TargetGroupNotFound"]


class ELBv2Error(AnsibleAWSError):
    """An Elastic Load Balancing call failed, or what is there cannot become what is wanted."""


class ELBv2ErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into ELBv2Error."""

    _CUSTOM_EXCEPTION = ELBv2Error

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code(MISSING)
