# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One way to call AWS: throttling is retried, and an error says what was being done to which resource."""

from __future__ import annotations

import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

# Codes of the newer services; AWSRetry knows the others.
THROTTLING = ["ThrottlingException"]


def aws_call(handler: t.Any, description: str, method: t.Callable[..., t.Any], **arguments: t.Any) -> t.Any:
    """Call method(**arguments); botocore's errors become the handler's, as "Failed to <description>: ..."."""
    return handler.common_error_handler(description)(_retrying(method))(**arguments)


def find(handler: t.Any, description: str, method: t.Callable[..., t.Any], **arguments: t.Any) -> t.Any:
    """Like aws_call, but None when AWS says that there is no such resource."""
    return handler.list_error_handler(description)(_retrying(method))(**arguments)


def call_on_new(
    handler: t.Any, codes: t.Sequence[str], description: str, method: t.Callable[..., t.Any], **arguments: t.Any
) -> t.Any:
    """Like aws_call, on what was made or unlinked a moment ago: these codes mean that not all of AWS knows it yet."""
    backoff = AWSRetry.jittered_backoff(
        retries=10, delay=0.5, max_delay=10, catch_extra_error_codes=[*THROTTLING, *codes]
    )
    return handler.common_error_handler(description)(backoff(method))(**arguments)


def _retrying(method: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
    return AWSRetry.jittered_backoff(catch_extra_error_codes=THROTTLING)(method)


def list_all(handler: t.Any, client: t.Any, operation: str, key: str, **arguments: t.Any) -> list[t.Any]:
    """Every page of a list operation."""

    def pages() -> list[t.Any]:
        return client.get_paginator(operation).paginate(**arguments).build_full_result().get(key, [])

    return aws_call(handler, operation.replace("_", " "), pages)
