"""A bucket's settings, with a stubbed S3."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._s3.buckets import merged_rules, normalised_rule
from ansible_collections.airflow.fargate.plugins.modules.s3_private_bucket import main

Run = Callable[..., dict[str, Any]]
NAME = "airflow-x"
BUCKET = {"Bucket": NAME}
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*"}]}
BLOCKED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
ENCRYPTION = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
OWNERSHIP = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
RULE = {"ID": "task-logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 90}}
OPTIONS: dict[str, Any] = {
    "name": NAME,
    "versioning": True,
    "policy": POLICY,
    "lifecycle_rules": [{"id": "task-logs", "prefix": "logs/", "expiration_days": 90}],
    "tags": {"env": "x"},
}

READS = (
    "get_bucket_versioning",
    "get_bucket_encryption",
    "get_bucket_ownership_controls",
    "get_public_access_block",
    "get_bucket_policy",
    "get_bucket_lifecycle_configuration",
    "get_bucket_tagging",
)
COMPLETE: dict[str, Any] = {
    "get_bucket_versioning": {"Status": "Enabled"},
    "get_bucket_encryption": {"ServerSideEncryptionConfiguration": ENCRYPTION},
    "get_bucket_ownership_controls": {"OwnershipControls": OWNERSHIP},
    "get_public_access_block": {"PublicAccessBlockConfiguration": BLOCKED},
    "get_bucket_policy": {"Policy": json.dumps(POLICY)},
    "get_bucket_lifecycle_configuration": {"Rules": [RULE]},
    "get_bucket_tagging": {"TagSet": [{"Key": "env", "Value": "x"}]},
}
# What S3 says of a bucket without the setting.
NOT_SET = {
    "get_bucket_encryption": "ServerSideEncryptionConfigurationNotFoundError",
    "get_bucket_ownership_controls": "OwnershipControlsNotFoundError",
    "get_public_access_block": "NoSuchPublicAccessBlockConfiguration",
    "get_bucket_policy": "NoSuchBucketPolicy",
    "get_bucket_lifecycle_configuration": "NoSuchLifecycleConfiguration",
    "get_bucket_tagging": "NoSuchTagSet",
}


@pytest.fixture
def s3(aws: Any) -> Any:
    return aws["s3"]


def described(s3: Any, **settings: dict[str, Any] | None) -> None:
    """All reads of a bucket; None is a setting that it does not have."""
    for operation in READS:
        answer = settings.get(operation, COMPLETE[operation])
        if answer is None:
            s3.add_client_error(operation, NOT_SET[operation], expected_params=BUCKET)
        else:
            s3.add_response(operation, answer, BUCKET)


def missing(s3: Any) -> None:
    for operation in READS:
        s3.add_client_error(operation, "NoSuchBucket", expected_params=BUCKET)


def write(s3: Any, operation: str, **arguments: Any) -> None:
    s3.add_response(operation, {}, {**BUCKET, **arguments})


def writes_of_all_settings(s3: Any) -> None:
    write(s3, "put_public_access_block", PublicAccessBlockConfiguration=BLOCKED)
    write(s3, "put_bucket_policy", Policy=json.dumps(POLICY, sort_keys=True))
    write(s3, "put_bucket_encryption", ServerSideEncryptionConfiguration=ENCRYPTION)
    write(s3, "put_bucket_versioning", VersioningConfiguration={"Status": "Enabled"})
    write(s3, "put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": [RULE]})
    write(s3, "put_bucket_tagging", Tagging={"TagSet": [{"Key": "env", "Value": "x"}]})


def test_an_unchanged_bucket_is_only_read(s3: Any, run_module: Run) -> None:
    described(s3)
    assert not run_module(main, **OPTIONS)["changed"]


def test_a_new_bucket_is_closed_before_anything_else(s3: Any, run_module: Run) -> None:
    missing(s3)
    place = {"LocationConstraint": "eu-west-1"}
    write(s3, "create_bucket", ObjectOwnership="BucketOwnerEnforced", CreateBucketConfiguration=place)
    writes_of_all_settings(s3)

    assert run_module(main, **OPTIONS)["changed"]


def test_what_an_interrupted_run_left_out_is_made_up(s3: Any, run_module: Run) -> None:
    described(s3, get_bucket_versioning={}, **dict.fromkeys(NOT_SET))
    write(s3, "put_public_access_block", PublicAccessBlockConfiguration=BLOCKED)
    write(s3, "put_bucket_ownership_controls", OwnershipControls=OWNERSHIP)
    write(s3, "put_bucket_policy", Policy=json.dumps(POLICY, sort_keys=True))
    write(s3, "put_bucket_encryption", ServerSideEncryptionConfiguration=ENCRYPTION)
    write(s3, "put_bucket_versioning", VersioningConfiguration={"Status": "Enabled"})
    write(s3, "put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": [RULE]})
    write(s3, "put_bucket_tagging", Tagging={"TagSet": [{"Key": "env", "Value": "x"}]})

    assert run_module(main, **OPTIONS)["changed"]


def test_check_mode_writes_nothing(s3: Any, run_module: Run) -> None:
    missing(s3)
    result = run_module(main, True, **OPTIONS)
    assert result["changed"]
    assert result["diff"]["before"] == {}
    assert result["diff"]["after"]["public_access_blocked"]


def test_a_public_access_block_with_a_hole_is_closed(s3: Any, run_module: Run) -> None:
    described(s3, get_public_access_block={"PublicAccessBlockConfiguration": {**BLOCKED, "IgnorePublicAcls": False}})
    write(s3, "put_public_access_block", PublicAccessBlockConfiguration=BLOCKED)

    result = run_module(main, **OPTIONS)

    assert (result["changed"], result["diff"]["before"]["public_access_blocked"]) == (True, False)


def test_somebody_elses_bucket_is_an_error(s3: Any, run_module: Run) -> None:
    s3.add_client_error("get_bucket_versioning", "AccessDenied", "not yours")
    result = run_module(main, **OPTIONS)
    assert result["failed"]
    assert "Failed to read versioning of bucket airflow-x" in result["msg"]


def test_rules_of_other_ids_stay_where_they_are() -> None:
    other = {"ID": "other", "Status": "Enabled", "Filter": {"Prefix": ""}}
    old = {**RULE, "Expiration": {"Days": 7}}
    assert merged_rules([old, other], [RULE]) == [RULE, other]
    assert merged_rules([other], [RULE]) == [other, RULE]


def test_a_prefix_outside_of_the_filter_is_the_same() -> None:
    old = {key: value for key, value in RULE.items() if key != "Filter"} | {"Prefix": "logs/"}
    assert normalised_rule(old) == RULE
