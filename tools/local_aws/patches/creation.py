"""What AWS takes minutes to make, when it is told to take its time: a database, a broker, a load balancer.

AWS: a DB instance is `creating` for 5 to 10 minutes, a replication group for as long or longer and without endpoints
meanwhile, a load balancer is `provisioning` for one to three and checks no target before it is active.
ministack: they are there as soon as their container is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from tools.local_aws.settings import CREATORS

_seconds: dict[str, float] = {}


def install(wanted: Mapping[str, float]) -> None:
    """From here on, what a service makes takes so many seconds; nothing said, it is there at once."""
    _seconds.clear()
    _seconds.update(wanted)


def seconds(service: str) -> float:
    """How long the service takes to make its resource."""
    return _seconds.get(service, 0.0)


def finish_later(service: str, finish: Callable[[], object]) -> None:
    """Call `finish` when the service has taken its time."""
    timer = threading.Timer(seconds(service), finish)
    timer.daemon = True
    timer.start()


def endpoint(method: str, path: str, body: Mapping[str, object]) -> tuple[int, dict[str, object]]:
    """GET shows the seconds of each service; PUT replaces them."""
    if method == "PUT":
        try:
            wanted = {service: float(str(value)) for service, value in body.items()}
        except ValueError as error:
            return 400, {"message": f"seconds expected: {error}"}
        if unknown := set(wanted) - set(CREATORS):
            return 400, {"message": f"{', '.join(sorted(unknown))} is none of {', '.join(CREATORS)}"}
        install(wanted)
    return 200, dict(_seconds)
