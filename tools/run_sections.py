"""Runs make targets, all of them whatever fails, and ends with a table and one line of totals.

`--lanes N` runs N side by side: a lane that is free takes the next target, and every line says whose it is. Each lane
has an embedded AWS of its own, whose images are those that the target of `--first` has made: nothing begins before that
one has ended but the targets of `--meanwhile`. A target whose output holds pytest's closing line counts with its tests;
any other counts as one.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tools.free_port import free_port

ROOT = Path(__file__).resolve().parents[1]
WIDTH = 100
LAST_LINES = 40
PYTEST_CLOSING = re.compile(r"^=*\s*((?:\d+ \w+(?:, )?)+) in [\d.]+s(?: \([\d:]+\))?\s*=*$")
COLOUR = re.compile(r"\x1b\[[\d;]*m")


@dataclass
class Section:
    target: str
    passed: bool
    seconds: float
    counts: Counter[str] = field(default_factory=Counter)
    last_lines: list[str] = field(default_factory=list)

    def outcome(self) -> Counter[str]:
        """What the section adds to the totals. A failure never disappears behind passed tests."""
        if not self.counts:
            return Counter({"passed" if self.passed else "failed": 1})
        if not self.passed and not self.counts["failed"] + self.counts["errors"] + self.counts["error"]:
            return self.counts + Counter({"failed": 1})
        return self.counts


def describe(counts: Counter[str]) -> str:
    order = ["failed", "errors", "error", "passed"]
    names = sorted(counts, key=lambda name: (order.index(name) if name in order else len(order), name))
    return ", ".join(f"{counts[name]} {name}" for name in names)


def verdict(passed: bool) -> str:
    return "passed" if passed else "FAILED"


def pytest_counts(lines: Iterable[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for line in lines:
        if closing := PYTEST_CLOSING.match(COLOUR.sub("", line).strip()):
            for entry in closing[1].split(", "):
                number, name = entry.split()
                counts[name] += int(number)
    return counts


def echoed(stream: Iterable[str], prefix: str, last_lines: deque[str]) -> Iterator[str]:
    for line in stream:
        print(f"{prefix}{line}", end="", flush=True)
        last_lines.append(line)
        yield line


def own_aws(lane: int) -> dict[str, str]:
    """Settings of the embedded AWS for one of several lanes: neither another lane's nor the one that the user has."""
    folder = ROOT / ".cache" / f"lane-{lane}"
    return {
        "LOCAL_AWS_PORT": str(free_port()),
        "LOCAL_AWS_STATE_DIR": str(folder / "aws"),
        "LOCAL_AWS_CACHE_DIR": str(folder / "aws-cache"),
        "LOCAL_AWS_IMAGES_FROM": str(ROOT / ".cache/images/aws-cache"),
    }


def run(target: str, prefix: str = "", settings: Mapping[str, str] | None = None) -> Section:
    print(f"\n{f' {target} ':=^{WIDTH}}", flush=True)
    started = time.monotonic()
    last_lines: deque[str] = deque(maxlen=LAST_LINES)
    command = ["make", "--no-print-directory", target]
    with subprocess.Popen(
        command,
        env={**os.environ, "NO_COLOR": "1", **(settings or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        counts = pytest_counts(echoed(process.stdout or (), prefix, last_lines))
    seconds = time.monotonic() - started
    passed = process.returncode == 0
    print(f"{f' {target} {verdict(passed)} in {seconds:.0f} s ':-^{WIDTH}}", flush=True)
    return Section(target, passed, seconds, counts, list(last_lines))


class Targets:
    """What is still to be done: some of it not before all is ready for it."""

    def __init__(self, targets: Iterable[str], anytime: Iterable[str]) -> None:
        self._targets, self._anytime = deque(targets), deque(anytime)
        self._ready, self._changed = False, threading.Condition()

    def make_ready(self) -> None:
        with self._changed:
            self._ready = True
            self._changed.notify_all()

    def __iter__(self) -> Iterator[str]:
        """For one lane: each when it has ended the one before."""
        while target := self._take():
            yield target

    def _take(self) -> str | None:
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._anytime)
            if self._ready and self._targets:
                return self._targets.popleft()
            return self._anytime.popleft() if self._anytime else None


def run_all(targets: list[str], lanes: int, first: str | None = None, meanwhile: Iterable[str] = ()) -> list[Section]:
    """The sections in the order of the targets, the first one before and those of meanwhile behind."""
    order = [*([first] if first else []), *targets, *meanwhile]
    if lanes == 1:
        return [run(target) for target in order]
    waiting = Targets(targets, meanwhile)

    def run_lane(lane: int) -> list[Section]:
        settings = own_aws(lane)

        def section(target: str) -> Section:
            return run(target, f"{target:<14} | ", settings)

        sections = []
        if lane == 0:
            try:
                sections += [section(first)] if first else []
            finally:
                # Also without what the first one should have made: then each lane makes it.
                waiting.make_ready()
        return sections + [section(target) for target in waiting]

    with ThreadPoolExecutor(lanes) as pool:
        done = [section for lane in pool.map(run_lane, range(lanes)) for section in lane]
    return sorted(done, key=lambda section: order.index(section.target))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lanes", type=int, default=1)
    parser.add_argument("--first", metavar="TARGET")
    parser.add_argument("--meanwhile", metavar="TARGET", nargs="+", default=[])
    parser.add_argument("targets", nargs="+")
    arguments = parser.parse_args()
    started = time.monotonic()
    sections = run_all(arguments.targets, arguments.lanes, arguments.first, arguments.meanwhile)
    for section in sections:
        if not section.passed:
            # Again, where whoever looks for the reason looks first.
            print(f"\n{f' end of {section.target} ':=^{WIDTH}}")
            print("".join(section.last_lines), end="")
    print(f"\n{' summary ':=^{WIDTH}}")
    for section in sections:
        print(
            f"{section.target:<16} {verdict(section.passed):<8} {section.seconds:>7.1f} s  {describe(section.counts)}"
        )
    totals = sum((section.outcome() for section in sections), Counter[str]())
    seconds = time.monotonic() - started
    print(f"{f' {describe(totals)} in {seconds:.2f}s ':=^{WIDTH}}", flush=True)
    return 0 if all(section.passed for section in sections) else 1


if __name__ == "__main__":
    sys.exit(main())
