# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Triggering a DAG and following its run: what to ask, what the answers mean, how to tell a failure."""

from __future__ import annotations

import typing as t
from urllib.parse import quote, urlencode

from ansible_collections.airflow.fargate.plugins.module_utils._airflow.client import (
    AirflowClient,
    AirflowError,
    AirflowNotFound,
    AirflowUnavailable,
)
from ansible_collections.airflow.fargate.plugins.module_utils._polling import DONE, NOT_YET, Verdict, failed, poll

Json = dict[str, t.Any]

FINISHED = ("success", "failed")
# States of a task instance that explain why its run failed; upstream_failed only follows from them.
FAILED_TASK_STATES = ("failed", "up_for_retry")
TASK_INSTANCE_FIELDS = ("task_id", "map_index", "state", "hostname", "try_number")


# -- pure: what the answers mean


def unhealthy_components(health: t.Mapping[str, t.Any]) -> dict[str, str]:
    """Components that do not report themselves healthy. An absent status means that none has ever started."""
    return {
        name: (component or {}).get("status") or "never started"
        for name, component in health.items()
        if (component or {}).get("status") != "healthy"
    }


def import_error_summary(errors: t.Iterable[t.Mapping[str, t.Any]]) -> str:
    """One line per file that could not be imported: its name and the exception."""
    lines = []
    for error in errors:
        trace = [line for line in (error.get("stack_trace") or "").splitlines() if line.strip()]
        lines.append(f"{error['filename']}: {trace[-1].strip() if trace else 'no stack trace'}")
    return "\n".join(lines)


def task_label(task: t.Mapping[str, t.Any]) -> str:
    mapped = f"[{task['map_index']}]" if task.get("map_index", -1) >= 0 else ""
    return f"{task['task_id']}{mapped}"


def log_line(entry: t.Any) -> str:
    """A log entry as people read it; structured entries carry the exception beside the text."""
    if not isinstance(entry, dict):
        return str(entry).rstrip()
    raised = [f"{detail.get('exc_type')}: {detail.get('exc_value')}" for detail in entry.get("error_detail") or []]
    return " ".join([str(entry.get("event", "")), *raised]).rstrip()


def last_lines(content: t.Iterable[t.Any], count: int) -> list[str]:
    lines = [line for entry in content for line in log_line(entry).splitlines()]
    return lines[-count:] if count else []


def brief(task: t.Mapping[str, t.Any]) -> Json:
    return {field: task.get(field) for field in TASK_INSTANCE_FIELDS}


def failure_report(dag_id: str, run: t.Mapping[str, t.Any], logs: t.Iterable[tuple[Json, list[str]]]) -> str:
    """Which tasks failed, on which try and where, each with the end of its log."""
    parts = [f"Run {run['dag_run_id']} of DAG {dag_id} ended {run['state']}"]
    for task, lines in logs:
        where = f" on {task['hostname']}" if task.get("hostname") else ""
        parts.append(f"Task {task_label(task)} is {task['state']} after try {task['try_number']}{where}. Its log ends:")
        parts += [f"  {line}" for line in lines] or ["  (no log)"]
    return "\n".join(parts)


# -- the API


def dag_path(dag_id: str) -> str:
    return f"/api/v2/dags/{quote(dag_id, safe='')}"


def run_path(dag_id: str, run_id: str) -> str:
    return f"{dag_path(dag_id)}/dagRuns/{quote(run_id, safe='')}"


def wait_until_healthy(api: AirflowClient, timeout: float) -> Json:
    """Wait until somebody answers at the URL and every component reports itself healthy."""

    def look() -> Json | AirflowUnavailable:
        try:
            return api.get("/api/v2/monitor/health")
        except AirflowUnavailable as error:
            return error

    last: list[Json | AirflowUnavailable] = []

    def judge(seen: Json | AirflowUnavailable) -> Verdict:
        last[:] = [seen]
        return NOT_YET if isinstance(seen, AirflowUnavailable) or unhealthy_components(seen) else DONE

    def explain() -> str:
        if isinstance(last[0], AirflowUnavailable):
            return str(last[0].message)
        return ", ".join(f"{name}: {status}" for name, status in unhealthy_components(last[0]).items())

    health = poll(look, judge, timeout, f"every component of Airflow at {api.url} to be healthy", explain)
    return t.cast(Json, health)


def import_errors(api: AirflowClient) -> str:
    return import_error_summary(api.get("/api/v2/importErrors?limit=100")["import_errors"])


def wait_for_dag(api: AirflowClient, dag_id: str, timeout: float) -> Json:
    """Wait until the DAG processor has put the DAG into the database (it does so once a minute or less often)."""

    def look() -> Json | None:
        try:
            return api.get(dag_path(dag_id))
        except (AirflowNotFound, AirflowUnavailable):
            return None

    def judge(dag: Json | None) -> Verdict:
        if dag is None or dag.get("is_stale"):
            return NOT_YET
        if dag.get("has_import_errors"):
            return failed(f"its file cannot be imported:\n{import_errors(api)}")
        return DONE

    def explain() -> str:
        errors = import_errors(api)
        return f"Files that cannot be imported:\n{errors}" if errors else "No file has an import error"

    return t.cast(Json, poll(look, judge, timeout, f"Airflow to know the DAG {dag_id}", explain))


def trigger(api: AirflowClient, dag: t.Mapping[str, t.Any], conf: t.Mapping[str, t.Any]) -> Json:
    """Unpause the DAG, because a paused one would queue the run for ever, and start a run."""
    path = dag_path(dag["dag_id"])
    if dag["is_paused"]:
        api.patch(f"{path}?update_mask=is_paused", {"is_paused": False})
    return api.post(f"{path}/dagRuns", {"logical_date": None, "conf": dict(conf)})


def task_instances(api: AirflowClient, dag_id: str, run_id: str) -> list[Json]:
    """Every task instance of the run, all pages."""
    found: list[Json] = []
    while True:
        page = api.get(f"{run_path(dag_id, run_id)}/taskInstances?limit=100&offset={len(found)}")["task_instances"]
        found += page
        if len(page) < 100:
            return found


def task_log(api: AirflowClient, task: t.Mapping[str, t.Any], count: int) -> list[str]:
    """The end of a task's log; a task that never started has none."""
    query = urlencode({"map_index": task["map_index"], "full_content": "true"})
    path = f"{run_path(task['dag_id'], task['dag_run_id'])}/taskInstances/{quote(task['task_id'], safe='')}"
    try:
        return last_lines(api.get(f"{path}/logs/{task['try_number']}?{query}")["content"], count)
    except AirflowError as error:
        return [f"(the log cannot be read: {error.message})"]


def wait_for_run(api: AirflowClient, dag_id: str, run_id: str, timeout: float) -> Json:
    """Wait until the run has ended, well or not."""

    def look() -> Json | None:
        try:
            return api.get(run_path(dag_id, run_id))
        except AirflowUnavailable:
            return None

    def judge(run: Json | None) -> Verdict:
        return DONE if run is not None and run["state"] in FINISHED else NOT_YET

    def explain() -> str:
        states = [f"{task_label(task)}: {task['state']}" for task in task_instances(api, dag_id, run_id)]
        return f"Its tasks: {', '.join(states)}"

    return t.cast(Json, poll(look, judge, timeout, f"run {run_id} of DAG {dag_id} to end", explain))


def describe_failure(api: AirflowClient, dag_id: str, run: Json, tasks: list[Json], log_lines: int) -> str:
    guilty = [task for task in tasks if task["state"] in FAILED_TASK_STATES]
    return failure_report(dag_id, run, [(task, task_log(api, task, log_lines)) for task in guilty])
