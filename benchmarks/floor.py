"""`python -m benchmarks.floor <file>`: one boto3 process that makes the calls of a file, for comparison.

The file holds lines of the request log; `--threads` are as many calls at a time. The environment says where AWS is.
Prints how many calls were made: all whose parameters the log has.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

from benchmarks.parameters import arguments, client_name, complete

Request = dict[str, Any]


class Replay:
    """Clients, one per service, shared by all threads."""

    def __init__(self, services: set[str]) -> None:
        session = boto3.session.Session()
        self._clients = {service: session.client(client_name(service)) for service in services}

    def call(self, request: Request) -> bool:
        """Make a call again, which must end as it did; False if the log does not have all of it."""
        client = self._clients[request["service"]]
        model = client.meta.service_model
        shape = model.operation_model(request["operation"]).input_shape
        given = arguments(model.metadata["protocol"], shape, request["parameters"])
        if not complete(shape, given):
            return False
        error = None
        try:
            getattr(client, xform_name(request["operation"]))(**given)
        except ClientError as refused:
            error = refused.response["Error"]["Code"]
        if bool(error) != bool(request.get("error")):
            raise RuntimeError(f"{request['service']}:{request['operation']}: {error}, not {request.get('error')}")
        return True


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.floor")
    parser.add_argument("file", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(argv)
    requests = [json.loads(line) for line in options.file.read_text().splitlines()]
    replay = Replay({request["service"] for request in requests})
    with ThreadPoolExecutor(options.threads) as pool:
        made = list(pool.map(replay.call, requests))
    print(sum(made))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
