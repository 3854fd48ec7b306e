# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A private bucket: read all its settings at a time, compare them, bring them to the wanted state."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._calls import call_on_new, find
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import tag_changes, target_state
from ansible_collections.airflow.fargate.plugins.module_utils._s3.common import S3Error, S3ErrorHandler, is_no_bucket
from ansible_collections.amazon.aws.plugins.module_utils.policy import compare_policies
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

State = dict[str, t.Any]

# Another change of the same bucket, or its creation, is not through yet.
NOT_YET = ["NoSuchBucket", "OperationAborted"]
BLOCKED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
OWNER = "BucketOwnerEnforced"
NO_BUCKET = object()
# CreateBucket takes any region's name but that of the first one.
FIRST_REGION = "us-east-1"


def same_policy(observed: State | None, wanted: State) -> bool:
    return observed is not None and not compare_policies(observed, wanted)


EQUIVALENCES = {"policy": same_policy}


def lifecycle_rule(option: State) -> State:
    """A rule as S3 has it."""
    rule: State = {"ID": option["id"], "Status": "Enabled", "Filter": {"Prefix": option["prefix"]}}
    if option["expiration_days"] is not None:
        rule["Expiration"] = {"Days": option["expiration_days"]}
    if option["noncurrent_version_expiration_days"] is not None:
        rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": option["noncurrent_version_expiration_days"]}
    if option["abort_incomplete_multipart_upload_days"] is not None:
        days = option["abort_incomplete_multipart_upload_days"]
        rule["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": days}
    return rule


def normalised_rule(rule: State) -> State:
    """Old rules have their prefix outside of the filter."""
    prefix = rule.get("Filter", {}).get("Prefix", rule.get("Prefix", ""))
    rest = {key: value for key, value in rule.items() if key not in ("Prefix", "Filter")}
    others = {key: value for key, value in rule.get("Filter", {}).items() if key != "Prefix"}
    return {**rest, "Filter": {**others, "Prefix": prefix}}


def merged_rules(observed: list[State], wanted: list[State]) -> list[State]:
    """The wanted rules in the place of those of the same ids; the others are not ours."""
    by_id = {rule["ID"]: rule for rule in wanted}
    kept = [by_id.pop(rule.get("ID", ""), rule) for rule in observed]
    return [*kept, *by_id.values()]


def _read_or_no_bucket(read: t.Callable[[], t.Any]) -> t.Any:
    try:
        return read()
    except S3Error as error:
        if is_no_bucket(error):
            return NO_BUCKET
        raise


class Bucket:
    """One bucket."""

    def __init__(self, client: t.Any, name: str) -> None:
        self.client = client
        self.name = name

    def observe(self) -> State | None:
        """All settings; None when there is no such bucket."""
        reads: dict[str, t.Callable[[], t.Any]] = {
            "versioning": lambda: self._read("versioning").get("Status") == "Enabled",
            "encryption": self._encryption,
            "ownership": self._ownership,
            "public_access_blocked": self._blocked,
            "policy": self._policy,
            "lifecycle_rules": lambda: [normalised_rule(rule) for rule in self._read_rules()],
            "tags": lambda: boto3_tag_list_to_ansible_dict(self._read("tagging").get("TagSet", [])),
        }
        values = side_by_side(_read_or_no_bucket, list(reads.values()))
        return None if NO_BUCKET in values else dict(zip(reads, values, strict=True))

    def _read(self, setting: str, prefix: str = "bucket_") -> State:
        description = f"read {setting.replace('_', ' ')} of bucket {self.name}"
        method = getattr(self.client, f"get_{prefix}{setting}")
        return find(S3ErrorHandler, description, method, Bucket=self.name) or {}

    def _encryption(self) -> str | None:
        rules = self._read("encryption").get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
        return rules[0].get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm") if rules else None

    def _ownership(self) -> str | None:
        rules = self._read("ownership_controls").get("OwnershipControls", {}).get("Rules", [])
        return rules[0]["ObjectOwnership"] if rules else None

    def _blocked(self) -> bool:
        blocked = self._read("public_access_block", prefix="").get("PublicAccessBlockConfiguration", {})
        return all(blocked.get(name, False) for name in BLOCKED)

    def _policy(self) -> State | None:
        policy = self._read("policy").get("Policy")
        return json.loads(policy) if policy else None

    def _read_rules(self) -> list[State]:
        return self._read("lifecycle_configuration").get("Rules", [])

    def _write(self, description: str, method: t.Callable[..., t.Any], **arguments: t.Any) -> None:
        description = f"{description} bucket {self.name}"
        call_on_new(S3ErrorHandler, NOT_YET, description, method, Bucket=self.name, **arguments)

    def create(self, region: str) -> None:
        place = {} if region == FIRST_REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        self._write("create", self.client.create_bucket, ObjectOwnership=OWNER, **place)

    def update(self, before: State, after: State) -> None:
        """One change at a time: S3 refuses two of the same bucket. First what closes it."""
        writes: dict[str, t.Callable[[t.Any], None]] = {
            "public_access_blocked": lambda _value: self._write(
                "close",
                self.client.put_public_access_block,
                PublicAccessBlockConfiguration=dict.fromkeys(BLOCKED, True),
            ),
            "ownership": lambda value: self._write(
                "set the owner of objects of",
                self.client.put_bucket_ownership_controls,
                OwnershipControls={"Rules": [{"ObjectOwnership": value}]},
            ),
            "policy": lambda value: self._write(
                "set the policy of", self.client.put_bucket_policy, Policy=json.dumps(value, sort_keys=True)
            ),
            "encryption": lambda value: self._write(
                "encrypt",
                self.client.put_bucket_encryption,
                ServerSideEncryptionConfiguration={
                    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": value}}]
                },
            ),
            "versioning": lambda _value: self._write(
                "version", self.client.put_bucket_versioning, VersioningConfiguration={"Status": "Enabled"}
            ),
            "lifecycle_rules": lambda value: self._write(
                "set the life cycle of",
                self.client.put_bucket_lifecycle_configuration,
                LifecycleConfiguration={"Rules": value},
            ),
            "tags": lambda value: self._write(
                "tag", self.client.put_bucket_tagging, Tagging={"TagSet": ansible_dict_to_boto3_tag_list(value)}
            ),
        }
        for setting, write in writes.items():
            if setting in after and after[setting] != before.get(setting):
                write(after[setting])


def wanted(params: State, observed: State) -> State:
    """The state to reach; S3 encrypts every new object, and blocks public access to new buckets."""
    rules = [lifecycle_rule(option) for option in params["lifecycle_rules"]]
    target = target_state(
        {
            "versioning": params["versioning"] or None,
            "encryption": "AES256",
            "ownership": OWNER,
            "public_access_blocked": True,
            "policy": params["policy"],
        },
        observed,
        EQUIVALENCES,
    )
    tags = tag_changes(observed["tags"], params["tags"], params["purge_tags"]).applied_to(observed["tags"])
    return {**target, "lifecycle_rules": merged_rules(observed["lifecycle_rules"], rules), "tags": tags}


# What CreateBucket makes, but for the settings that it may make otherwise: those are written once more.
NEW: State = {
    "versioning": False,
    "encryption": None,
    "ownership": OWNER,
    "public_access_blocked": False,
    "policy": None,
    "lifecycle_rules": [],
    "tags": {},
}


def ensure(client: t.Any, params: State, region: str, check_mode: bool) -> State:
    bucket = Bucket(client, params["name"])
    observed = bucket.observe()
    target = wanted(params, observed or NEW)
    if not check_mode:
        if observed is None:
            bucket.create(region)
        bucket.update(observed or NEW, target)
    return {
        "changed": observed != target,
        "name": params["name"],
        "diff": {"before": observed or {}, "after": target},
    }
