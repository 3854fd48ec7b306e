"""`python -m benchmarks.charts <results> <folder>`: one chart for each group of results. Needs matplotlib."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib import pyplot, rcParams

Results = Mapping[str, Any]

OURS, STOCK, MITOGEN, FLOOR, FLOOR_8 = "#1f77b4", "#bbbbbb", "#9467bd", "#2ca02c", "#98df8a"
LONGEST_NAME = 44
NAMES = {
    "ours": ("module server", OURS),
    "stock": ("stock", STOCK),
    "mitogen": ("mitogen", MITOGEN),
    "floor": ("boto3, one call at a time", FLOOR),
    "floor_8": ("boto3, eight at a time", FLOOR_8),
}
TITLES = {
    "no_change": "nothing to change",
    "check": "--check",
    "one_service": "one service\nchanged",
    "first_deploy": "first\ndeployment",
    "destroy": "destroy",
}


def bars(groups: Mapping[str, Results], path: Path) -> None:
    """Grouped bars, one group for each kind of run, one bar for each way."""
    figure, axes = pyplot.subplots(figsize=(8, 4))
    most = max(len(group.keys() & NAMES.keys()) for group in groups.values())
    width = 0.8 / most
    for way, (label, colour) in NAMES.items():
        # The bars that a group has stand around its middle.
        present = [(place, [name for name in NAMES if name in group]) for place, group in enumerate(groups.values())]
        positions = [place + (ways.index(way) - (len(ways) - 1) / 2) * width for place, ways in present if way in ways]
        heights = [group[way]["wall"] for group in groups.values() if way in group]
        if heights:
            drawn = axes.bar(positions, heights, width, label=label, color=colour)
            axes.bar_label(drawn, fmt="%.0f", fontsize=8)
    axes.set_xticks(range(len(groups)), list(groups))
    axes.set_ylabel("seconds")
    axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=most, fontsize=8)
    save(figure, axes, path)


def growth(results: Results, path: Path) -> None:
    pools = results["pools"]
    figure, axes = pyplot.subplots(figsize=(8, 4))
    numbers = [int(number) for number in pools]
    axes.plot(numbers, [run["wall"] for run in pools.values()], marker="o", color=OURS, label="wall time")
    axes.plot(numbers, [run["cpu"] for run in pools.values()], marker="o", color=STOCK, label="CPU")
    axes.set_xticks(numbers)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("worker pools")
    axes.set_ylabel("seconds")
    axes.legend(frameon=False)
    save(figure, axes, path)


def image(results: Results, path: Path) -> None:
    figure, axes = pyplot.subplots(figsize=(8, 2.2))
    steps = {
        "build, nothing cached": results["cold"]["wall"],
        "build, a DAG more": results["warm"]["wall"],
        "start to healthy": results["start_to_healthy"],
    }
    drawn = axes.barh(list(steps), list(steps.values()), color=OURS)
    axes.bar_label(drawn, fmt="%.1f", fontsize=8, padding=2)
    axes.invert_yaxis()
    axes.set_xlabel("seconds")
    save(figure, axes, path)


def critical_path(results: Results, path: Path) -> None:
    """What AWS makes above, tasks of at least two seconds below."""
    made = {"rds": "RDS makes the database", "elasticache": "ElastiCache makes the broker"}
    made["elbv2"] = "ELB makes the load balancer"
    rows = [(made[name], begin, end - begin, STOCK) for name, (begin, end) in results["windows"].items()]
    long = [task for task in results["tasks"] if task[2] >= 2]
    rows += [(short(name), begin, seconds, OURS) for name, begin, seconds in long]
    figure, axes = pyplot.subplots(figsize=(8, 0.6 + 0.25 * len(rows)))
    for place, (_name, begin, seconds, colour) in enumerate(rows):
        axes.barh(place, seconds, left=begin, color=colour)
    axes.set_yticks(range(len(rows)), [name for name, _begin, _seconds, _colour in rows], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel(f"seconds; AWS is {results['scale']} times as fast as in reality")
    save(figure, axes, path)


def short(task: str) -> str:
    """A task's name with its role, without the collection's; the start of it, if it is long."""
    name = task.removeprefix("airflow.fargate.").replace(" : ", ": ", 1)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"


def save(figure: Any, axes: Any, path: Path) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    # Without the date, which would change the file each time.
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def main(argv: list[str]) -> int:
    results, folder = json.loads(Path(argv[0]).read_text()), Path(argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    pyplot.switch_backend("svg")
    # The same results give the same files.
    rcParams["svg.hashsalt"] = "airflow.fargate"
    if "runs" in results:
        bars({title: results["runs"][name] for name, title in TITLES.items()}, folder / "runs.svg")
    if "latency" in results and "runs" in results:
        near, far = results["runs"]["no_change"], results["latency"]["no_change"]
        bars({"near": near, f"{results['latency']['milliseconds']} ms away": far}, folder / "latency.svg")
    if "growth" in results:
        growth(results["growth"], folder / "growth.svg")
    if "image" in results:
        image(results["image"], folder / "image.svg")
    if "critical_path" in results:
        critical_path(results["critical_path"], folder / "critical-path.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
