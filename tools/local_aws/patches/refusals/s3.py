"""What S3 refuses.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

from __future__ import annotations

from tools.local_aws.patches.refusals.checks import Check, matches

BUCKET = (
    r"(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)"
    r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias)(?<!--ol-s3)(?<!--x-s3)"
)

CHECKS: dict[str, list[Check]] = {
    "CreateBucket": [matches("bucketName", BUCKET, "InvalidBucketName", "The specified bucket is not valid.")],
}
