# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""ECS Exec by name: find a running task of a service, wait for its exec agent, run a command in it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call
from ansible_collections.airflow.fargate.plugins.module_utils._ecs import exec_session
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import (
    AnsibleECSError,
    Client,
    ECSErrorHandler,
    Resource,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.tasks import describe_tasks
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.transformations import last_part
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.waiters import poll

AGENT = "ExecuteCommandAgent"
# What helps when the agent of running tasks is missing or dead: new tasks have it.
RESTART = (
    "Start the tasks of the service anew: ansible-playbook -i <inventory> site.yml --tags services "
    "--limit {service} -e '{{\"airflow_force_new_deployment\": true}}'"
)

RunPlugin = Callable[[Resource, str], str]


def agent_of(task: Resource, container: str) -> Resource | None:
    """The exec agent of a container; None where ECS Exec is off."""
    for item in task.get("containers", []):
        if item["name"] == container:
            return next((agent for agent in item.get("managedAgents", []) if agent["name"] == AGENT), None)
    return None


def ready(tasks: list[Resource], container: str) -> Resource | None:
    """The newest task whose agent answers."""
    usable = [task for task in tasks if (agent_of(task, container) or {}).get("lastStatus") == "RUNNING"]
    return max(usable, key=lambda task: str(task.get("startedAt", "")), default=None)


def hopeless(tasks: list[Resource], container: str, service: str) -> str:
    """Why none of these tasks will ever have a running agent; empty while one may."""
    if any(container not in [item["name"] for item in task.get("containers", [])] for task in tasks):
        names = sorted({item["name"] for task in tasks for item in task.get("containers", [])})
        return f"Service {service} has no container {container}; it has {', '.join(names)}."
    if tasks and not any(task.get("enableExecuteCommand") for task in tasks):
        return (
            f"ECS Exec is off in the running tasks of {service}: they were started before it was switched on. "
            + RESTART.format(service=service)
        )
    agents = [agent_of(task, container) for task in tasks if task["lastStatus"] == "RUNNING"]
    if agents and all(agent is not None and agent.get("lastStatus") == "STOPPED" for agent in agents):
        reasons = sorted({agent.get("reason") or "no reason given" for agent in agents if agent})
        return f"The exec agent in the tasks of {service} has stopped ({'; '.join(reasons)}). " + RESTART.format(
            service=service
        )
    return ""


def find_task(client: Client, params: Mapping[str, Any]) -> Resource:
    """A running task whose agent answers, waited for if need be."""
    cluster, service, container = params["cluster"], params["service"], params["container"]
    tasks: list[Resource] = []
    for tasks in poll(lambda: _running_tasks(client, cluster, service), params["agent_timeout"]):
        if task := ready(tasks, container):
            return task
        if reason := hopeless(tasks, container, service):
            raise AnsibleECSError(message=reason)
    if not tasks:
        raise AnsibleECSError(
            message=f"Service {service} in cluster {cluster} has no running task. Scale it up, or use "
            "playbooks/run_task.yml, which starts one."
        )
    seen = sorted({(agent_of(task, container) or {}).get("lastStatus", "not reported") for task in tasks})
    raise AnsibleECSError(
        message=f"After {params['agent_timeout']} s the exec agent is {' and '.join(seen)} in the {len(tasks)} tasks "
        f"of {service}. {RESTART.format(service=service)}. Without a NAT gateway or a public address a task also "
        "needs a VPC endpoint for ssmmessages."
    )


def _running_tasks(client: Client, cluster: str, service: str) -> list[Resource]:
    arns = aws_call(
        ECSErrorHandler,
        f"list the tasks of service {service}",
        client.list_tasks,
        cluster=cluster,
        serviceName=service,
        desiredStatus="RUNNING",
    )["taskArns"]
    return describe_tasks(client, cluster, arns)


def target(task: Resource, container: str) -> str:
    """How Session Manager names a container."""
    runtime_id = next(item["runtimeId"] for item in task["containers"] if item["name"] == container)
    return f"ecs:{last_part(task['clusterArn'])}_{last_part(task['taskArn'])}_{runtime_id}"


def execute(client: Client, run_plugin: RunPlugin, params: Mapping[str, Any], check_mode: bool) -> Resource:
    """Run the command; a code other than 0 is an error that carries it."""
    task = find_task(client, params)
    container, arguments = params["container"], params["command"]
    result: Resource = {"changed": True, "task_arn": task["taskArn"], "command": arguments}
    if check_mode:
        return result
    marker = f"airflow-fargate-{uuid.uuid4().hex}"
    answer = aws_call(
        ECSErrorHandler,
        f"execute a command in task {last_part(task['taskArn'])}",
        client.execute_command,
        cluster=params["cluster"],
        task=task["taskArn"],
        container=container,
        interactive=True,
        command=exec_session.wrapped(arguments, marker),
    )
    outcome = exec_session.parsed(run_plugin(answer["session"], target(task, container)), marker)
    result.update(rc=outcome.code, stdout=outcome.output, stdout_lines=outcome.output.splitlines())
    if outcome.code is None:
        raise AnsibleECSError(message="The session ended before the command did.", **result)
    if outcome.code != 0:
        raise AnsibleECSError(message=f"The command ended with exit code {outcome.code}.", **result)
    return result
