"""The results in words: docs/performance.md and what `make bench` prints. Every number comes from the results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Results = Mapping[str, Any]

RUNS = {
    "no_change": "Nothing to change",
    "check": "`--check --diff`",
    "one_service": "One service changed",
    "first_deploy": "First deployment",
    "destroy": "Destroy",
}
FLOOR = {"floor": "One boto3 process, one call at a time", "floor_8": "One boto3 process, eight calls at a time"}

# What these numbers must keep to: (what, limit, how to tell).
AT_LEAST, AT_MOST = "at least", "at most"


def ratio(larger: float, smaller: float) -> float:
    return round(larger / smaller, 1)


def seconds(value: float) -> str:
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{value:.1f} s"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Numbers, all but the first column, to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


# --- What is promised -----------------------------------------------------------------------------------------------


def promises(results: Results) -> list[tuple[str, float, str, float]]:
    """(what, value, "at least" or "at most", limit) of everything that was measured."""
    found: list[tuple[str, float, str, float]] = []
    if runs := results.get("runs"):
        quiet = runs["no_change"]
        found += [
            ("no change: times faster than stock", ratio(quiet["stock"]["wall"], quiet["ours"]["wall"]), AT_LEAST, 4),
            ("no change: seconds", quiet["ours"]["wall"], AT_MOST, 15),
            ("no change: repeated reads of our own modules", sum(quiet["ours"]["repeated_reads"].values()), AT_MOST, 0),
        ]
    if slow := results.get("latency"):
        quiet = slow["no_change"]
        what = f"no change, {slow['milliseconds']} ms a call: times faster than stock"
        found.append((what, ratio(quiet["stock"]["wall"], quiet["ours"]["wall"]), AT_LEAST, 3))
    if growth := results.get("growth"):
        fewest, *_between, most = growth["pools"].items()
        what = f"no change: {most[0]} pools in times of {fewest[0]}"
        found.append((what, ratio(most[1]["wall"], fewest[1]["wall"]), AT_MOST, 3))
    if path := results.get("critical_path"):
        found.append(("first deployment: seconds beyond the slowest", path["beyond_slowest"], AT_MOST, 120))
    if took := results.get("took"):
        found.append(("all of this: seconds", took, AT_MOST, 900))
    return found


def kept(value: float, bound: str, limit: float) -> bool:
    return value >= limit if bound == AT_LEAST else value <= limit


def summary(results: Results) -> str:
    """What `make bench` ends with."""
    lines = [
        f"{'ok  ' if kept(value, bound, limit) else 'MISS'}  {what:<58} {value:>7g}  ({bound} {limit:g})"
        for what, value, bound, limit in promises(results)
    ]
    return "\n".join(["", *lines])


# --- The page -------------------------------------------------------------------------------------------------------


def page(results: Results) -> str:
    parts = [introduction(results)]
    for name, section in SECTIONS.items():
        if name in results:
            parts.append(section(results))
    return "\n\n".join(parts) + "\n"


def introduction(results: Results) -> str:
    machine = results["machine"]
    return f"""\
<!-- Written by `make bench` from benchmarks/results/latest.json. -->
# How long runs take

Measured on {results["date"]} against the embedded AWS, with `make bench`, on {machine["cores"]} cores
({machine["cpu"]}) and {machine["memory_gib"]} GiB of memory, with Python {machine["python"]},
ansible-core {machine["ansible-core"]}, boto3 {machine["boto3"]} and {machine["engine"]}. The embedded AWS and its
containers share the machine. CPU is that of the run and all processes it starts, without theirs."""


def chart(name: str, says: str) -> str:
    return f"![{says}](performance/{name}.svg)"


def cost_row(name: str, ours: Results, stock: Results | None) -> list[str]:
    compared = [seconds(stock["wall"]), f"{ratio(stock['wall'], ours['wall'])}"] if stock else ["", ""]
    cpu = [f"{ours['cpu']:.1f} s", f"{stock['cpu']:.1f} s" if stock else ""]
    return [name, seconds(ours["wall"]), *compared, *cpu, str(ours["calls"])]


COST_HEADER = ["run", "module server", "stock", "ratio", "CPU", "CPU, stock", "AWS API calls"]


def runs(results: Results) -> str:
    measured = results["runs"]
    rows = [cost_row(title, measured[name]["ours"], measured[name].get("stock")) for name, title in RUNS.items()]
    quiet = measured["no_change"]
    mitogen = quiet["mitogen"]
    repeated = quiet["ours"]["repeated_reads"]
    again = ", ".join(f"{what} ({number})" for what, number in repeated.items())
    return f"""\
## The same content, both ways

The module server runs AWS modules in forks of one warm Python; stock is Ansible's own way, with
`AIRFLOW_FARGATE_MODULE_SERVER=false`. Images are cached, and AWS makes everything at once.

{table(COST_HEADER, rows)}

{chart("runs", "Wall time of each run, both ways")}

### mitogen

[mitogen](https://mitogen.networkgenomics.com/ansible_detailed.html) spares Ansible most interpreters too. With its
strategy `mitogen_linear`, the run that changes nothing takes {seconds(mitogen["wall"])} and {mitogen["cpu"]:.1f} s of
CPU: {ratio(mitogen["wall"], quiet["ours"]["wall"])} times the wall time of the module server. It puts a strategy,
connections and an execution of modules of its own in the place of Ansible's. The module server replaces the start of
a module, and lets Ansible's forks find its plugins and compiled templates there already; all else is Ansible's own.

### The floor

A process that only makes the calls of the run that changes nothing ({quiet["floor"]["calls"]} of
{quiet["ours"]["calls"]}: the request log does not have all parameters of the others), interpreter and clients included:

{table(["", "time", "CPU"], floor_rows(quiet))}

The run takes {ratio(quiet["ours"]["wall"], quiet["floor"]["wall"])} times as long as the floor of one call at a time.

### Calls of the run that changes nothing

{table(["service", "calls"], call_rows(quiet["ours"]["by_service"]))}

{table(["module", "calls"], call_rows(quiet["ours"]["by_module"]))}

Reads that modules of this collection make more than once: {again or "none"}."""


def floor_rows(measured: Results) -> list[list[str]]:
    names = {"ours": "The run", **FLOOR}
    return [[title, seconds(measured[name]["wall"]), f"{measured[name]['cpu']:.1f} s"] for name, title in names.items()]


def call_rows(counts: Mapping[str, int]) -> list[list[str]]:
    return [[name, str(number)] for name, number in counts.items()]


def latency(results: Results) -> str:
    measured = results["latency"]
    quiet = measured["no_change"]
    rows = [cost_row(RUNS["no_change"], quiet["ours"], quiet["stock"])]
    return f"""\
## As far away as a region

{measured["milliseconds"]} ms are added to every call (by the proxy microburst).

{table(COST_HEADER, rows)}

{table(["", "time", "CPU"], floor_rows(quiet))}

{chart("latency", "The run that changes nothing, near and far")}"""


def growth(results: Results) -> str:
    pools = results["growth"]["pools"]
    rows = [[number, seconds(run["wall"]), f"{run['cpu']:.1f} s", str(run["calls"])] for number, run in pools.items()]
    fewest, *_between, most = pools
    return f"""\
## Worker pools

The run that changes nothing, with more and more worker pools (empty ones: what runs in them costs a deployment
nothing). {most} pools take {ratio(pools[most]["wall"], pools[fewest]["wall"])} times as long as {fewest}.

{table(["pools", "time", "CPU", "AWS API calls"], rows)}

{chart("growth", "The run that changes nothing over the number of worker pools")}"""


def image(results: Results) -> str:
    measured = results["image"]
    rows = [
        ["Build, no layer cached", seconds(measured["cold"]["wall"])],
        ["Build, a DAG file more", seconds(measured["warm"]["wall"])],
        ["Start of a container until its health check passes (triggerer)", seconds(measured["start_to_healthy"])],
        ["Size", f"{measured['size_mib']} MiB"],
    ]
    return f"""\
## Image

{table(["", ""], rows)}

{chart("image", "Building the image")}"""


def critical_path(results: Results) -> str:
    measured = results["critical_path"]
    real, scale = measured["creation_seconds"], measured["scale"]
    image, beyond = measured["image_seconds"], measured["beyond_slowest"]
    slowest = max(image, *real.values())
    return f"""\
## The critical path of a first deployment

AWS takes minutes to make a database ({seconds(real["rds"])} here), a broker ({seconds(real["elasticache"])}) and a load
balancer ({seconds(real["elbv2"])}). The embedded AWS was told to take them too, {scale} times as fast, while everything
else took what it takes. The deployment starts the three without waiting, and has the image built and pushed meanwhile
({seconds(image)}). It took {seconds(measured["run"]["wall"])}, which is {seconds(beyond)} more than the slowest of the
four. With the real times, of which the slowest is {seconds(slowest)}, that makes {seconds(slowest + beyond)}.

{chart("critical-path", "Tasks of the first deployment, and what AWS makes meanwhile")}

The run's own summary says: "Took: {measured["took"]}"."""


SECTIONS = {
    "runs": runs,
    "latency": latency,
    "growth": growth,
    "image": image,
    "critical_path": critical_path,
}
