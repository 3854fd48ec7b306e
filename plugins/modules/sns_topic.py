#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: sns_topic
version_added: 1.0.0
short_description: Manage an Amazon SNS topic and who is subscribed to it
description:
  - Creates, updates and deletes a standard topic. An unchanged one costs a listing each of topics and subscriptions,
    and one C(ListTagsForResource).
  - Unlike M(community.aws.sns_topic) it has a check mode for a topic that does not exist yet.
options:
  name:
    description:
      - The name of the topic.
    type: str
    required: true
  subscriptions:
    description:
      - Who is told what is published. AWS asks an e-mail address for its consent.
    type: list
    elements: dict
    default: []
    suboptions:
      protocol:
        description:
          - How the endpoint is told.
        type: str
        choices: [email, email-json, http, https, lambda, sms, sqs, firehose, application]
        required: true
      endpoint:
        description:
          - An address, a URL or an ARN.
        type: str
        required: true
  purge_subscriptions:
    description:
      - Whether other subscriptions are removed. Those that are not confirmed go by themselves.
    type: bool
    default: false
  account_id:
    description:
      - The id of the account, of which the ARN is made. AWS is asked for it when not given.
    type: str
  state:
    description:
      - With V(absent) the topic is deleted, with all subscriptions.
    type: str
    choices: [present, absent]
    default: present
notes:
  - Calls U(https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html), ListSubscriptionsByTopic,
    ListTagsForResource, CreateTopic, Subscribe, Unsubscribe, TagResource, UntagResource and DeleteTopic, and
    GetCallerIdentity.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Mail to those on duty
  airflow.fargate.sns_topic:
    name: app-alarms
    subscriptions:
      - protocol: email
        endpoint: duty@example.com
    tags:
      app: example

- name: Delete it
  airflow.fargate.sns_topic:
    name: app-alarms
    state: absent
"""

RETURN = r"""
topic_arn:
  description: The ARN of the topic. Null with O(state=absent).
  returned: always
  type: str
  sample: arn:aws:sns:eu-west-1:123456789012:app-alarms
subscriptions:
  description: The subscriptions, confirmed or not.
  returned: always
  type: list
  elements: dict
  sample:
    - protocol: email
      endpoint: duty@example.com
tags:
  description: The tags of the topic.
  returned: always
  type: dict
  sample: {app: example}
"""

from ansible_collections.airflow.fargate.plugins.module_utils._arn import made_arn
from ansible_collections.airflow.fargate.plugins.module_utils._sns.topics import ensure_absent, ensure_present
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

PROTOCOLS = ("email", "email-json", "http", "https", "lambda", "sms", "sqs", "firehose", "application")


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "subscriptions": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "protocol": {"type": "str", "choices": list(PROTOCOLS), "required": True},
                    "endpoint": {"type": "str", "required": True},
                },
            },
            "purge_subscriptions": {"type": "bool", "default": False},
            "account_id": {"type": "str"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    client = module.client("sns")
    arn = made_arn(module, client, "sns", module.params["name"])
    ensure = ensure_present if module.params["state"] == "present" else ensure_absent
    try:
        result = ensure(client, arn, module.params, module.check_mode)
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
