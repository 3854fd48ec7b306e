# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""ARNs that need no look-up: of what has a name, the account's id is all that is missing."""

from __future__ import annotations

import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.iam import get_aws_account_info
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def made_arn(module: AnsibleAWSModule, client: t.Any, service: str, resource: str) -> str:
    """The ARN of a resource in the module's region.

    :param module: With the option C(account_id); AWS is asked for the account when it is not given.
    :param client: A client of the account's partition.
    :param resource: The ARN's last part, such as C(database/app).
    """
    known = module.params["account_id"]
    account, partition = (known, client.meta.partition) if known else get_aws_account_info(module)
    return f"arn:{partition}:{service}:{module.region}:{account}:{resource}"
