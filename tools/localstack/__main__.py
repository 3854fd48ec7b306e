"""`python3 -m tools.localstack <verb>`, from the checkout; needs the standard library only."""

from __future__ import annotations

import argparse
import sys

from tools.local_aws.console import LocalAwsError
from tools.localstack import instance


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="python3 -m tools.localstack", description="LocalStack, for molecule.")
    verbs = result.add_subparsers(dest="verb", required=True)
    verbs.add_parser("start", help="start a new one; returns when it is ready, with its port in .cache/localstack/port")
    verbs.add_parser("stop", help="stop it; nothing of it is kept but its log")
    verbs.add_parser("check", help="say whether this machine can run it; exit code 1 if not")
    return result


def main(argv: list[str]) -> int:
    arguments = parser().parse_args(argv)
    try:
        match arguments.verb:
            case "start":
                instance.start()
            case "stop":
                instance.stop()
            case "check":
                instance.find_python()
    except LocalAwsError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
