# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Between the module's options and Firehose's own shapes. Pure functions."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._firehose.common import FirehoseError

State = dict[str, t.Any]

COMPRESSION = {
    "none": "UNCOMPRESSED",
    "gzip": "GZIP",
    "zip": "ZIP",
    "snappy": "Snappy",
    "hadoop_snappy": "HADOOP_SNAPPY",
}
ENCRYPTION = {"none": None, "aws_owned_key": "AWS_OWNED_CMK", "customer_managed_key": "CUSTOMER_MANAGED_CMK"}
# What Firehose does where nothing is said.
BUFFERING_SIZE, BUFFERING_INTERVAL = 5, 300
# The options that are the destination, in contrast to the stream's own.
DESTINATION = (
    "bucket_arn",
    "role_arn",
    "prefix",
    "error_output_prefix",
    "buffering_size",
    "buffering_interval",
    "compression",
)
STREAM = ("encryption", "kms_key_arn")


def observed_settings(description: t.Mapping[str, t.Any]) -> State:
    """What DescribeDeliveryStream says, in the module's options."""
    destination = s3_destination(description)
    buffering = destination.get("BufferingHints", {})
    encryption = description.get("DeliveryStreamEncryptionConfiguration", {})
    # On its way to being enabled counts as enabled: the wait sees it through.
    encrypted = encryption.get("Status", "DISABLED") in ("ENABLED", "ENABLING")
    return {
        "bucket_arn": destination["BucketARN"],
        "role_arn": destination["RoleARN"],
        "prefix": destination.get("Prefix", ""),
        "error_output_prefix": destination.get("ErrorOutputPrefix", ""),
        "buffering_size": buffering.get("SizeInMBs", BUFFERING_SIZE),
        "buffering_interval": buffering.get("IntervalInSeconds", BUFFERING_INTERVAL),
        "compression": _key_of(COMPRESSION, destination.get("CompressionFormat", "UNCOMPRESSED")),
        "encryption": _key_of(ENCRYPTION, encryption.get("KeyType")) if encrypted else "none",
        "kms_key_arn": encryption.get("KeyARN", "") if encrypted else "",
    }


def s3_destination(description: t.Mapping[str, t.Any]) -> State:
    destinations = description.get("Destinations", [])
    if len(destinations) != 1 or "ExtendedS3DestinationDescription" not in destinations[0]:
        name = description["DeliveryStreamName"]
        raise FirehoseError(message=f"Delivery stream {name} does not deliver to one S3 bucket; delete it first")
    return destinations[0]["ExtendedS3DestinationDescription"]


def destination_to_api(settings: t.Mapping[str, t.Any]) -> State:
    """The configuration or update of an ExtendedS3Destination; settings that are not given are left out."""
    simple = {
        "BucketARN": settings.get("bucket_arn"),
        "RoleARN": settings.get("role_arn"),
        "Prefix": settings.get("prefix"),
        "ErrorOutputPrefix": settings.get("error_output_prefix"),
        "CompressionFormat": COMPRESSION[settings["compression"]] if "compression" in settings else None,
    }
    request = {key: value for key, value in simple.items() if value is not None}
    if "buffering_size" in settings or "buffering_interval" in settings:
        # Firehose wants both or none.
        request["BufferingHints"] = {
            "SizeInMBs": settings.get("buffering_size", BUFFERING_SIZE),
            "IntervalInSeconds": settings.get("buffering_interval", BUFFERING_INTERVAL),
        }
    return request


def encryption_to_api(settings: t.Mapping[str, t.Any]) -> State | None:
    """The encryption to ask for; None means none."""
    key_type = ENCRYPTION[settings.get("encryption", "none")]
    if key_type is None:
        return None
    key = {"KeyARN": settings["kms_key_arn"]} if settings.get("kms_key_arn") else {}
    return {"KeyType": key_type, **key}


def _key_of(names: t.Mapping[str, t.Any], value: t.Any) -> str:
    return next(name for name, api_value in names.items() if api_value == value)
