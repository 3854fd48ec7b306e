# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""RDS errors."""

from __future__ import annotations

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError


class RDSError(AnsibleAWSError):
    """An RDS call failed."""


class RDSErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into RDSError."""

    _CUSTOM_EXCEPTION = RDSError

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code(["DBInstanceNotFound", "DBInstanceNotFoundFault", "DBSubnetGroupNotFoundFault"])
