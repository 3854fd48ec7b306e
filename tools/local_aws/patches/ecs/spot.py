"""A Fargate Spot task is taken away, when a test says so.

AWS: the task's containers get SIGTERM at once and SIGKILL after stopTimeout, whether it is protected or not; the
service replaces it. (The event that AWS sends two minutes earlier is not imitated.)
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
"""

from __future__ import annotations

from typing import Any

from ministack.core.responses import request_scope
from ministack.services import ecs

from tools.local_aws.patches import private_endpoints
from tools.local_aws.patches.ecs import service_health
from tools.local_aws.patches.ecs.tasks import Tasks

REASON = "Your Spot Task was interrupted."
CODE = "SpotInterruption"


def install(tasks: Tasks) -> None:
    def interrupt(method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        task = next((task for dummy, task in ecs._tasks.all_items() if task["taskArn"].endswith(f"/{path}")), None)
        if method != "PUT" or task is None or not service_health.alive(task):
            return 404, {"message": f"no running task {path}"}
        if task.get("capacityProviderName") != "FARGATE_SPOT":
            return 409, {"message": f"task {path} does not run on FARGATE_SPOT"}
        region, account = task["taskArn"].split(":")[3:5]
        with request_scope(account, region):
            tasks.stop(task, REASON, CODE)
        return 200, {"taskArn": task["taskArn"], "stoppedReason": REASON, "stopCode": CODE}

    private_endpoints.serve("interrupt", interrupt)
