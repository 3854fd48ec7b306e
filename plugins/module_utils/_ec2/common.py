# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Amazon EC2 errors."""

from __future__ import annotations

from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError


class EC2Error(AnsibleAWSError):
    """An EC2 call failed, or what is wanted contradicts itself."""


class EC2ErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into EC2Error."""

    _CUSTOM_EXCEPTION = EC2Error
