"""What ministack gets wrong about AWS, set right inside its process.

One file per AWS behaviour; each says what AWS documents and what ministack does. The seams are private functions of
one ministack version, so the patches refuse any other.
"""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.local_aws.settings import Settings

MINISTACK = "1.5.33"


class WrongMinistack(RuntimeError):
    """The installed ministack is not the one these patches were written for."""


def check_version(installed: str) -> None:
    if installed != MINISTACK:
        raise WrongMinistack(
            f"the patches need ministack {MINISTACK}, found {installed}; "
            f"install ministack[full]=={MINISTACK} or review every file of tools/local_aws/patches"
        )


def install(settings: Settings) -> None:
    """Patch ministack in this process. Its environment is complete, and nothing of it has been imported yet."""
    check_version(importlib.metadata.version("ministack"))

    from tools.local_aws.patches import (
        application_autoscaling,
        athena,
        clock,
        cloud_map,
        cloudwatch,
        creation,
        ecr,
        elasticache,
        filters,
        firehose,
        gateway,
        nat_gateways,
        private_endpoints,
        rds,
        rds_power,
        refusals,
        request_log,
        routing,
        security_groups,
        tagging,
    )
    from tools.local_aws.patches.ecs import (
        exec_command,
        protection,
        scheduler,
        secrets,
        services,
        spot,
        task_definitions,
        tasks,
        wire_shape,
    )
    from tools.local_aws.patches.elbv2 import api, metrics, targets

    gateway.use(settings)
    creation.install(settings.creation_seconds)
    routing.install()
    private_endpoints.install()
    private_endpoints.serve("clock", clock.endpoint)
    private_endpoints.serve("creation", creation.endpoint)
    private_endpoints.serve("metrics", cloudwatch.publish_as_aws)
    rds.install()
    rds_power.install()
    elasticache.install()
    ecr.install(settings)
    secrets.install()
    task_definitions.install()
    security_groups.install()
    filters.install()
    nat_gateways.install()
    firehose.install()
    athena.install()

    wire_shape.install()
    running_tasks = tasks.install()
    load_balancing = targets.Targets()
    api.install(load_balancing)
    service_scheduler = scheduler.Scheduler(running_tasks, load_balancing)
    services.install(service_scheduler.wake)
    protection.install(service_scheduler.wake)
    spot.install(running_tasks)
    exec_command.install(running_tasks.engine_id)
    load_balancing.on_change(service_scheduler.wake)
    cloud_map.install(running_tasks, load_balancing)
    running_tasks.changed = service_scheduler.wake
    cloudwatch.install()
    application_autoscaling.install()
    tagging.install()
    refusals.install()
    request_log.install(settings)

    load_balancing.start()
    metrics.start(load_balancing.state)
    service_scheduler.start()
