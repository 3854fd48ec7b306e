"""ECS's DescribeServices and CloudWatch's PutMetricData in the network namespace of a test.

Runs alone in a container of the image. /tmp/answer says how it answers: yes (also when there is no such file),
throttled, ecs-throttled, or silent - it takes the request and never answers.
"""

from __future__ import annotations

import gzip
import http.server
import json
import sys
import time
from pathlib import Path
from typing import Any

ANSWER = Path("/tmp/answer")
# Service -> desired, running, pending.
SERVICES = {"worker": (2, 1, 1), "reports": (0, 0, 0), "scheduler": (1, 1, 0), "triggerer": (0, 0, 0)}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        answer = ANSWER.read_text().strip() if ANSWER.exists() else "yes"
        sys.stdout.write(json.dumps({"operation": operation, "answer": answer, "body": json.loads(body)}) + "\n")
        sys.stdout.flush()
        if answer == "silent":
            time.sleep(3600)
        if answer == "throttled" or (answer == "ecs-throttled" and operation == "DescribeServices"):
            self.reply(400, {"__type": "ThrottlingException", "message": "Rate exceeded"})
        elif operation == "DescribeServices":
            self.reply(200, {"services": [service(name) for name in json.loads(body)["services"]], "failures": []})
        else:
            self.reply(200, {})

    def reply(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


def service(name: str) -> dict[str, Any]:
    desired, running, pending = SERVICES[name]
    counts = {"desiredCount": desired, "runningCount": running, "pendingCount": pending}
    return {"serviceName": name, "status": "ACTIVE", **counts}


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
