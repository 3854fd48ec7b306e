# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""CloudWatch Logs errors."""

from __future__ import annotations

from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError


class LogsError(AnsibleAWSError):
    """A CloudWatch Logs call failed, or what is wanted contradicts itself."""


class LogsErrorHandler(AWSErrorHandler):
    """Turns botocore's errors into LogsError."""

    _CUSTOM_EXCEPTION = LogsError
