"""`python -m benchmarks [group ...]`: measures, prints, and writes results, charts and docs/performance.md."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any

from benchmarks import groups, machine, report
from benchmarks.session import OURS, STOCK, TOOLS, Session
from tests.e2e.embedded_aws import ROOT

RESULTS = ROOT / "benchmarks/results/latest.json"
PAGE = ROOT / "docs/performance.md"
CHARTS = ROOT / "docs/performance"
GROUPS = ("image", "runs", "latency", "critical-path", "growth")


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    result.add_argument("groups", nargs="*", metavar="group", help=f"all, if none is named: {', '.join(GROUPS)}")
    result.add_argument(
        "--repeat", type=int, default=2, help="runs that change nothing, of which the median counts (2)"
    )
    result.add_argument("--stock-all", action="store_true", help="stock execution of every verb, 3 minutes more")
    result.add_argument("--render", action="store_true", help="measure nothing; write charts and page anew")
    return result


def measure(chosen: set[str], options: groups.Options, results: dict[str, Any]) -> None:
    """Measure groups; each is in the results when it is complete."""
    folder = ROOT / ".cache/bench"
    folder.mkdir(parents=True, exist_ok=True)
    session = Session(folder)
    if chosen & {"image", "runs", "latency"}:
        with session.account({}):
            results["machine"] = machine.describe(session.engine_version)
            with_quick_aws(session, chosen, options, results)
    if chosen & {"critical-path", "growth"}:
        with session.account(groups.scaled_creation_seconds()):
            results["machine"] = machine.describe(session.engine_version)
            first = groups.critical_path(session)
            if "critical-path" in chosen:
                results["critical_path"] = first
            if "growth" in chosen:
                results["growth"] = groups.growth(session)


def with_quick_aws(session: Session, chosen: set[str], options: groups.Options, results: dict[str, Any]) -> None:
    """What is measured with an AWS that makes things at once."""
    image = groups.image(session) if "image" in chosen else {}
    if not image:
        groups.layers(session)
    first = {OURS: groups.deploy(session)}
    verbs = groups.verbs(session, options) if "runs" in chosen else {}
    if "latency" in chosen:
        results["latency"] = groups.latency(session)
    if image:
        results["image"] = {**image, "start_to_healthy": groups.start_to_healthy(session)}
    if verbs:
        last = {OURS: groups.destroy(session)}
        if options.stock_all:
            first[STOCK] = groups.deploy(session, STOCK)
            last[STOCK] = groups.destroy(session, STOCK)
        results["runs"] = {**verbs, "first_deploy": first, "destroy": last}


def merged(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Groups that were not measured now stay, if they are of the same machine."""
    if "machine" not in now:
        return before
    return {**before, **now} if before.get("machine") == now["machine"] else now


def render(results: dict[str, Any]) -> None:
    PAGE.write_text(report.page(results))
    subprocess.run([TOOLS / "python", "-m", "benchmarks.charts", RESULTS, CHARTS], cwd=ROOT, check=True)


def main(argv: list[str]) -> int:
    options = parser().parse_args(argv)
    unknown = set(options.groups) - set(GROUPS)
    if unknown:
        parser().error(f"there is no group {', '.join(sorted(unknown))}")
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if options.render:
        render(before)
        return 0
    start = time.monotonic()
    now: dict[str, Any] = {"date": datetime.now(UTC).date().isoformat()}
    try:
        measure(set(options.groups or GROUPS), groups.Options(options.repeat, options.stock_all), now)
        if set(now) >= {name.replace("-", "_") for name in GROUPS}:
            now["took"] = round(time.monotonic() - start)
    finally:
        # A group that fails does not take the others' results with it.
        results = merged(before, now)
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    render(results)
    print(report.summary(results))
    print(f"\nWritten: {', '.join(str(path.relative_to(ROOT)) for path in (RESULTS, PAGE, CHARTS))}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
