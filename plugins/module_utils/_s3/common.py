# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Amazon S3 errors."""

from __future__ import annotations

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

# There is a bucket, but it has no such setting.
MISSING = [
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
]
# In an account where nothing is deployed yet there is no bucket either.
MISSING_OBJECT = ["NoSuchKey", "NoSuchBucket"]


class S3Error(AnsibleAWSError):
    """An S3 call failed."""


class S3ErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into S3Error."""

    _CUSTOM_EXCEPTION = S3Error

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code(MISSING)


class S3ObjectErrorHandler(S3ErrorHandler):
    """The same of one object."""

    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code(MISSING_OBJECT)


def is_no_bucket(error: AnsibleAWSError) -> bool:
    response = getattr(error.exception, "response", None) or {}
    return response.get("Error", {}).get("Code") == "NoSuchBucket"
