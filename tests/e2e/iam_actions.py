"""Which IAM action an API operation needs: nearly always the one of its name."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable
from pathlib import Path

# The Service Authorization Reference has these under other names, and two actions for creating something with tags.
RENAMED = {
    "application-autoscaling:RegisterScalableTarget": (
        "application-autoscaling:RegisterScalableTarget",
        "application-autoscaling:TagResource",
    ),
    "cloudwatch:PutMetricAlarm": ("cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"),
    "ec2:CreateSecurityGroup": ("ec2:CreateSecurityGroup", "ec2:CreateTags"),
    "iam:CreateRole": ("iam:CreateRole", "iam:TagRole"),
    "sns:CreateTopic": ("sns:CreateTopic", "sns:TagResource"),
    "s3:DeleteObjects": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "s3:GetBucketAccelerateConfiguration": ("s3:GetAccelerateConfiguration",),
    "s3:GetBucketEncryption": ("s3:GetEncryptionConfiguration",),
    "s3:GetBucketInventoryConfiguration": ("s3:GetInventoryConfiguration",),
    "s3:GetBucketLifecycle": ("s3:GetLifecycleConfiguration",),
    "s3:GetBucketLifecycleConfiguration": ("s3:GetLifecycleConfiguration",),
    "s3:GetObjectLockConfiguration": ("s3:GetBucketObjectLockConfiguration",),
    "s3:GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
    "s3:HeadBucket": ("s3:ListBucket",),
    "s3:HeadObject": ("s3:GetObject",),
    "s3:ListBuckets": ("s3:ListAllMyBuckets",),
    "s3:ListObjects": ("s3:ListBucket",),
    "s3:ListObjectsV2": ("s3:ListBucket",),
    "s3:ListObjectVersions": ("s3:ListBucketVersions",),
    "s3:PutBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:PutBucketLifecycle": ("s3:PutLifecycleConfiguration",),
    "s3:PutBucketLifecycleConfiguration": ("s3:PutLifecycleConfiguration",),
    "s3:PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "ssm:PutParameter": ("ssm:PutParameter", "ssm:AddTagsToResource"),
}

# CloudWatch signs requests with a name of its own.
PREFIXES = {"monitoring": "cloudwatch"}


def needed(service: str, operation: str) -> tuple[str, ...]:
    """The IAM actions that a call needs."""
    action = f"{PREFIXES.get(service, service)}:{operation}"
    return RENAMED.get(action, (action,))


def allowed(policy: Path) -> set[str]:
    """The action patterns that a policy document allows."""
    statements = json.loads(policy.read_text())["Statement"]
    return {action for statement in statements for action in statement["Action"]}


def missing(calls: Iterable[tuple[str, str]], patterns: set[str]) -> set[str]:
    """The needed actions that no pattern allows."""
    actions = {action for call in calls for action in needed(*call)}
    return {action for action in actions if not any(fnmatch.fnmatchcase(action, pattern) for pattern in patterns)}
