# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Descriptions of AWS services, found and parsed once.

botocore searches hundreds of folders and parses up to megabytes of JSON for a client. Its loader remembers what it has
loaded, but each session makes a loader of its own. Here all sessions share one; a run tells what it had to load itself,
and later runs inherit it.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

try:
    import botocore.session
    from botocore import xform_name
    from botocore.exceptions import DataNotFoundError
    from botocore.loaders import Loader, create_loader
except ImportError:
    pass  # The server imports AWS modules first, which say what is missing.

CACHED = (
    "list_available_services",
    "determine_latest_version",
    "list_api_versions",
    "load_service_model",
    "load_data_with_path",
)

# What every client needs, and the services that this collection's modules ask, in the order of a deployment.
COMMON = ("endpoints", "partitions", "sdk-default-configuration")
SERVICES = (
    "ecs",
    "sts",
    "ssm",
    "ec2",
    "iam",
    "s3",
    "firehose",
    "glue",
    "athena",
    "ecr",
    "secretsmanager",
    "elbv2",
    "servicediscovery",
    "rds",
    "elasticache",
    "logs",
    "application-autoscaling",
    "cloudwatch",
    "sns",
    "route53",
)

_loaders: dict[str | None, Loader] = {}
_tell: Callable[[bytes], None] | None = None


def install(tell: Callable[[bytes], None]) -> None:
    """From here on, sessions share loaders; C(tell) hears of each call that found nothing remembered."""
    global _tell
    _tell = tell
    botocore.session.create_loader = shared_loader


def shared_loader(search_path: str | None = None) -> Loader:
    """The loader of this search path (the setting C(data_path) of botocore)."""
    if search_path not in _loaders:
        loader = create_loader(search_path)
        for name in CACHED:
            setattr(loader, name, _telling(loader, search_path, name))
        _loaders[search_path] = loader
    return _loaders[search_path]


def _telling(loader: Loader, search_path: str | None, name: str) -> Callable[..., Any]:
    method = getattr(loader, name)

    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        before = len(loader._cache)
        result = method(*args, **kwargs)
        if len(loader._cache) > before and _tell:
            _tell(json.dumps([search_path, name, args, kwargs]).encode())
        return result

    return call


def learn(told: bytes) -> None:
    """Makes a call that a run has told of, so that the runs to come need not."""
    search_path, name, args, kwargs = json.loads(told)
    loaded = getattr(shared_loader(search_path), name)(*args, **kwargs)
    if name == "load_service_model":
        _name_operations(loaded)


def preparation() -> Iterator[None]:
    """Loads what runs of this collection's modules will ask for, one thing at a step."""
    loader = shared_loader()
    for name in COMMON:
        with suppress(DataNotFoundError):
            loader.load_data(name)
        yield
    for service in SERVICES:
        # Another botocore may not know it: a run that needs it will tell.
        with suppress(DataNotFoundError):
            _name_operations(loader.load_service_model(service, "service-2", api_version=None))
            loader.load_service_model(service, "endpoint-rule-set-1", api_version=None)
        yield


def _name_operations(model: dict[str, Any]) -> None:
    """A client has a method for each operation of its service, and botocore remembers the names that it gives them.

    With EC2's hundreds, they take a third of the time of a client.
    """
    for operation in model.get("operations", ()):
        xform_name(operation)
