"""`python3 -m tools.local_aws <verb>`, from the checkout; needs the standard library only."""

from __future__ import annotations

import argparse
import json
import os
import sys

from tools.local_aws import instance
from tools.local_aws.console import LocalAwsError

EPILOG = """\
environment: LOCAL_AWS_PORT (4566), LOCAL_AWS_STATE_DIR (.local-aws), LOCAL_AWS_CACHE_DIR (<state folder>-cache),
LOCAL_AWS_CREATION_SECONDS (such as rds=360,elasticache=480,elbv2=120: as slow as AWS; none),
LOCAL_AWS_IMAGES_FROM (cache folder whose images a new cache begins with; none).
Instances with a port and folders of their own run side by side."""


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="python3 -m tools.local_aws", description="The embedded AWS.", epilog=EPILOG)
    verbs = result.add_subparsers(dest="verb", required=True)
    verbs.add_parser("start", help="start it; returns when it is ready")
    verbs.add_parser("status", help="say whether it runs; exit code 1 if not")
    stop = verbs.add_parser("stop", help="stop it and remove its containers, volumes and network")
    stop.add_argument("--purge", action="store_true", help="also remove the cached images")
    interrupt = verbs.add_parser("interrupt", help="take a Fargate Spot task away, as AWS does when it needs the room")
    interrupt.add_argument("task", help="its id or ARN")
    clock = verbs.add_parser("clock", help="show or move the clock that schedules follow")
    clock.add_argument("time", nargs="?", help="ISO 8601 with its zone, such as 2027-03-28T06:59:55Z, or `now`")
    return result


def main(argv: list[str]) -> int:
    arguments = parser().parse_args(argv)
    try:
        if not sys.platform.startswith("linux"):
            raise LocalAwsError("The embedded AWS needs Linux: it joins the containers' network.")
        settings = instance.from_environment(os.environ)
        if arguments.verb == "start":
            instance.start(settings)
        elif arguments.verb == "stop":
            instance.stop(settings, purge=arguments.purge)
        elif arguments.verb == "interrupt":
            print(json.dumps(instance.interrupt(settings, arguments.task)))
        elif arguments.verb == "clock":
            print(json.dumps(instance.clock(settings, arguments.time)))
        elif not instance.status(settings):
            return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    except LocalAwsError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
