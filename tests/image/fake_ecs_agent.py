"""An ECS agent in the network namespace of a test: the scale-in protection of one task, answered as told.

Runs alone in a container of the image. /tmp/answer says how it answers: yes (also when there is no such file), refused,
error, end-error - an error to who ends protection, yes to who asks for it - or lost - it does what it is asked, and
closes the connection without an answer.

It is the task's metadata endpoint and ECS itself, too: /tmp/primary is the deployment that the service works towards
(ecs-svc/1, the task's own one, when there is no such file). It prints which one it has told.
"""

from __future__ import annotations

import http.server
import json
import sys
import time
from pathlib import Path
from typing import Any

ANSWER = Path("/tmp/answer")
PRIMARY = Path("/tmp/primary")
PATH = "/v4/task-protection/v1/state"
METADATA = "/v4/metadata/task"
TASK = "arn:aws:ecs:us-east-1:123456789012:task/airflow-test/0123456789abcdef0123456789abcdef"


class Handler(http.server.BaseHTTPRequestHandler):
    protected_until = 0.0

    def do_GET(self) -> None:
        if self.path == METADATA:
            self.reply(200, {"Cluster": "airflow-test", "TaskARN": TASK}, METADATA)
            return
        self.reply(200, {"protection": {"ProtectionEnabled": time.time() < Handler.protected_until}})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["X-Amz-Target"].endswith(".DescribeTasks"):
            task = {"taskArn": TASK, "group": "service:worker", "startedBy": "ecs-svc/1"}
            self.reply(200, {"tasks": [task], "failures": []}, "/")
            return
        primary = PRIMARY.read_text().strip() if PRIMARY.exists() else "ecs-svc/1"
        deployment = {"id": primary, "status": "PRIMARY", "runningCount": 1, "pendingCount": 0}
        service = {"serviceName": "worker", "status": "ACTIVE", "desiredCount": 1, "deployments": [deployment]}
        service |= {"runningCount": 1, "pendingCount": 0}
        self.reply(200, {"services": [service], "failures": []}, "/")
        sys.stdout.write(f"told: {primary}\n")
        sys.stdout.flush()

    def do_PUT(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = ANSWER.read_text().strip() if ANSWER.exists() else "yes"
        sys.stdout.write(json.dumps({"path": self.path, "body": body, "answer": answer}) + "\n")
        sys.stdout.flush()
        if answer == "refused":
            self.reply(200, {"failure": {"Arn": "task", "Reason": "DEPLOYMENT_BLOCKED", "Detail": None}})
        elif answer == "error" or (answer == "end-error" and not body["ProtectionEnabled"]):
            self.reply(400, {"requestID": "1", "error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}})
        else:
            enabled = body["ProtectionEnabled"]
            Handler.protected_until = time.time() + 60 * body["ExpiresInMinutes"] if enabled else 0.0
            if answer != "lost":
                self.reply(200, {"protection": {"ProtectionEnabled": enabled, "TaskArn": "task"}})

    def reply(self, status: int, body: dict[str, Any], path: str = PATH) -> None:
        self.send_response(status if self.path == path else 404)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
