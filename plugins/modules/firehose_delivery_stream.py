#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: firehose_delivery_stream
version_added: 1.0.0
short_description: Manage an Amazon Data Firehose stream that delivers to S3
description:
  - Creates, updates and deletes a delivery stream that takes records from C(PutRecord) and C(PutRecordBatch) and
    delivers them to an S3 bucket.
  - An option that is not given is left as it is, or as Firehose makes it.
  - A role that IAM has created a moment ago is waited for.
options:
  name:
    description:
      - The name of the delivery stream.
    type: str
    required: true
  bucket_arn:
    description:
      - The ARN of the bucket. Required to create the stream.
    type: str
  role_arn:
    description:
      - The ARN of the role that Firehose assumes to write to the bucket. Required to create the stream.
    type: str
  prefix:
    description:
      - The beginning of the names of objects, which may hold expressions as in
        U(https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html), such as C(!{timestamp:yyyy-MM-dd}).
    type: str
  error_output_prefix:
    description:
      - The beginning of the names of objects with records that could not be processed. Required when O(prefix) holds an
        expression.
    type: str
  buffering_size:
    description:
      - The size in MiB after which the records are delivered, 1 to 128. Firehose's own default is 5.
    type: int
  buffering_interval:
    description:
      - The seconds after which the records are delivered, 0 to 900. Firehose's own default is 300.
    type: int
  compression:
    description:
      - How objects are compressed. Firehose's own default is V(none).
    type: str
    choices: [none, gzip, zip, snappy, hadoop_snappy]
  encryption:
    description:
      - How records are encrypted while Firehose holds them. Firehose's own default is V(none).
    type: str
    choices: [none, aws_owned_key, customer_managed_key]
  kms_key_arn:
    description:
      - The ARN of the key for O(encryption=customer_managed_key).
    type: str
  state:
    description:
      - V(present) makes sure that the delivery stream exists, V(absent) that it does not.
    type: str
    choices: [present, absent]
    default: present
  wait:
    description:
      - Whether to wait until the stream and its encryption are active, or with O(state=absent) until it is gone.
    type: bool
    default: true
  wait_timeout:
    description:
      - The seconds to wait.
    type: int
    default: 300
notes:
  - Calls U(https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html),
    DescribeDeliveryStream, ListTagsForDeliveryStream, UpdateDestination, StartDeliveryStreamEncryption,
    StopDeliveryStreamEncryption, TagDeliveryStream, UntagDeliveryStream and DeleteDeliveryStream.
  - Fails for a stream with another destination than one S3 bucket.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Deliver logs to S3, one folder a day
  airflow.fargate.firehose_delivery_stream:
    name: app-logs
    bucket_arn: arn:aws:s3:::app-logs-123456789012
    role_arn: arn:aws:iam::123456789012:role/app-firehose
    prefix: logs/day=!{timestamp:yyyy-MM-dd}/
    error_output_prefix: errors/!{firehose:error-output-type}/
    buffering_interval: 60
    compression: gzip
    encryption: aws_owned_key
    tags:
      app: example

- name: Delete it
  airflow.fargate.firehose_delivery_stream:
    name: app-logs
    state: absent
"""

RETURN = r"""
delivery_stream:
  description: The delivery stream as DescribeDeliveryStream shows it. Empty when there is none.
  returned: always
  type: dict
  contains:
    delivery_stream_arn:
      description: The ARN.
      type: str
      returned: when there is a delivery stream
      sample: arn:aws:firehose:eu-west-1:123456789012:deliverystream/app-logs
    delivery_stream_status:
      description: Its status.
      type: str
      returned: when there is a delivery stream
      sample: ACTIVE
    version_id:
      description: The version that the next update has to name.
      type: str
      returned: when there is a delivery stream
      sample: "1"
"""

from ansible_collections.airflow.fargate.plugins.module_utils._firehose.delivery_streams import (
    ensure_absent,
    ensure_present,
)
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "bucket_arn": {"type": "str"},
            "role_arn": {"type": "str"},
            "prefix": {"type": "str"},
            "error_output_prefix": {"type": "str"},
            "buffering_size": {"type": "int"},
            "buffering_interval": {"type": "int"},
            "compression": {"type": "str", "choices": ["none", "gzip", "zip", "snappy", "hadoop_snappy"]},
            "encryption": {"type": "str", "choices": ["none", "aws_owned_key", "customer_managed_key"]},
            # Named like a secret, but it is only a name.
            "kms_key_arn": {"type": "str", "no_log": False},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "wait": {"type": "bool", "default": True},
            "wait_timeout": {"type": "int", "default": 300},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        required_if=[("encryption", "customer_managed_key", ["kms_key_arn"])],
        supports_check_mode=True,
    )
    ensure = ensure_present if module.params["state"] == "present" else ensure_absent
    try:
        module.exit_json(**ensure(module.client("firehose"), module.params, module.check_mode))
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)


if __name__ == "__main__":
    main()
