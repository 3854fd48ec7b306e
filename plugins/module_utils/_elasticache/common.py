# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""ElastiCache errors."""

from __future__ import annotations

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError


class ElastiCacheError(AnsibleAWSError):
    """An ElastiCache call failed."""


class ElastiCacheErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into ElastiCacheError."""

    _CUSTOM_EXCEPTION = ElastiCacheError

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code(
            ["ReplicationGroupNotFoundFault", "CacheClusterNotFound", "CacheSubnetGroupNotFoundFault"]
        )
