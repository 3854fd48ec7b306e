"""`python3 -m tools.dev <verb>`, from the checkout."""

from __future__ import annotations

import argparse
import os
import sys

from tools.dev import stack
from tools.dev.settings import from_environment
from tools.local_aws.console import LocalAwsError

EPILOG = """\
environment: DEV_PORT (8080), DEV_STATE_DIR (.dev), DEV_CACHE_DIR (<state folder>-cache)."""


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="python3 -m tools.dev", description="Airflow for development.", epilog=EPILOG)
    verbs = result.add_subparsers(dest="verb", required=True)
    up = verbs.add_parser("up", help="start it; returns when every component is healthy")
    up.add_argument("--metrics", action="store_true", help="with a statsd exporter and Prometheus")
    up.add_argument("--restart", action="store_true", help="only start the components of a running one anew")
    down = verbs.add_parser("down", help="stop it; the database stays")
    down.add_argument("--purge", action="store_true", help="remove database, secrets and cached images too")
    cli = verbs.add_parser("cli", help="run Airflow's command line in it")
    cli.add_argument("arguments", nargs=argparse.REMAINDER)
    return result


def main(argv: list[str]) -> int:
    arguments = parser().parse_args(argv)
    try:
        settings = from_environment(os.environ, getattr(arguments, "metrics", False))
        if arguments.verb == "cli":
            return stack.cli(settings, arguments.arguments)
        if arguments.verb == "down":
            stack.down(settings, arguments.purge)
        elif arguments.restart:
            stack.restart(settings)
        else:
            stack.up(settings)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    except LocalAwsError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
