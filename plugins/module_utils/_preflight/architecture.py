# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The inventory as a whole: which services there are, and who serves which queue."""

from __future__ import annotations

import collections
import re
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem

# Without these Airflow 3 runs nothing.
_NEEDED = ("api-server", "scheduler", "dag-processor")
_SERVICE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,254}")
_QUEUE_NAME = re.compile(r"[^\s,]+")


def check_services(components: t.Mapping[str, str]) -> t.Iterator[Problem]:
    """components is host -> component."""
    for needed in _NEEDED:
        if needed not in components.values():
            why = "Airflow does not work without it"
            yield Problem(
                "airflow_services", sorted(components), f"{why}: {needed} is missing", f"add the host {needed}"
            )
    for host in components:
        if not _SERVICE_NAME.fullmatch(host):
            why = "ECS has no service of such a name"
            fix = "name the host with letters, digits and hyphens, at most 255"
            yield Problem("airflow_services", host, why, fix)


def check_queues(
    workers: t.Mapping[str, t.Mapping[str, t.Any]],
    others: t.Mapping[str, t.Mapping[str, t.Any]],
    options: t.Mapping[str, t.Any],
) -> t.Iterator[Problem]:
    """workers and others are host -> service_* settings, options are Airflow's."""
    served: dict[str, list[str]] = collections.defaultdict(list)
    for host, settings in workers.items():
        queues = settings.get("service_queues", [])
        if not isinstance(queues, list):
            continue
        if not queues:
            fix = "list the queues that it serves: service_queues: [default]"
            yield Problem("service_queues", queues, "a worker without a queue never gets a task", fix, host)
        for queue in queues:
            if not isinstance(queue, str) or not _QUEUE_NAME.fullmatch(queue):
                fix = "write a text without blanks and commas"
                yield Problem("service_queues", queue, "it is no name of a queue", fix, host)
            else:
                served[queue].append(host)
    for queue, hosts in served.items():
        if len(hosts) > 1:
            why = f"{' and '.join(hosts)} both serve it, so neither can be scaled by its queue"
            if len(set(hosts)) == 1:
                why = "it is listed more than once"
            yield Problem("service_queues", queue, why, "keep it on one host", hosts[-1])
    for host, settings in others.items():
        if settings.get("service_queues"):
            fix = "remove it, or put the host into the group airflow_workers"
            yield Problem("service_queues", settings["service_queues"], "only workers serve queues", fix, host)
    yield from _check_default_queue(set(served), options)


def _check_default_queue(served: set[str], options: t.Mapping[str, t.Any]) -> t.Iterator[Problem]:
    section = options.get("operators")
    default = section.get("default_queue", "default") if isinstance(section, dict) else "default"
    if default not in served:
        why = f"no worker serves {default}, where a task goes that names no queue"
        fix = f"add {default} to service_queues of a worker, or set default_queue of operators in airflow_options"
        yield Problem("service_queues", sorted(served), why, fix)
