# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Amazon Athena errors."""

from __future__ import annotations

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_message
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

# Athena has no error code of its own for it: InvalidRequestException "WorkGroup x is not found."
MISSING = "not found"


class AthenaError(AnsibleAWSError):
    """An Athena call or a query failed, or what is wanted contradicts itself."""


class AthenaErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into AthenaError."""

    _CUSTOM_EXCEPTION = AthenaError

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_message(MISSING)
