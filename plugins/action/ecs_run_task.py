# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""M(airflow.fargate.ecs_run_task) with C(stream): shows what the task writes while it runs, and stops it on Ctrl-C.

A module cannot print. So modules start the task, wait for its news and stop it, and this shows what they return.
Without C(stream) the module runs as any other.
"""

from __future__ import annotations

import signal
import time
from collections import deque
from types import FrameType
from typing import Any, NoReturn

from ansible.errors import AnsibleActionFail
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.airflow.fargate.plugins.plugin_utils import _terminal

display = Display()

Result = dict[str, Any]
SIGNALS = (signal.SIGINT, signal.SIGTERM)
# Seconds that one look waits for news. A module that waits cannot notice the end of the time any earlier.
LOOK = 10
# The options that say how to reach AWS: every module of the run gets them.
CONNECTION = frozenset(
    {
        "access_key",
        "aws_access_key_id",
        "aws_access_key",
        "secret_key",
        "aws_secret_access_key",
        "aws_secret_key",
        "session_token",
        "aws_session_token",
        "security_token",
        "access_token",
        "aws_security_token",
        "profile",
        "aws_profile",
        "region",
        "aws_region",
        "ec2_region",
        "endpoint_url",
        "aws_endpoint_url",
        "ec2_url",
        "s3_url",
        "validate_certs",
        "aws_ca_bundle",
        "aws_config",
        "debug_botocore_endpoint_logs",
    }
)


class Interrupted(BaseException):
    """Somebody pressed Ctrl-C, or ended the playbook. Not an Exception: nobody else shall catch it."""


class Interruption:
    """Raises Interrupted at a signal. While the task is being started it waits: who has no ARN cannot stop it."""

    def __init__(self) -> None:
        self.held = True
        self._arrived = False

    def release(self) -> None:
        self.held = False
        if self._arrived:
            raise Interrupted

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self._arrived = True
        if not self.held:
            # Ansible sends a second one soon.
            self.held = True
            raise Interrupted


class ActionModule(ActionBase):
    """Runs the module, and follows its task where that is wanted."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> Result:
        arguments = self._task.args
        streams = boolean(arguments.get("stream", False), strict=False)
        self._normal = self._shared_loader_obj.action_loader.get(
            "ansible.legacy.normal",
            task=self._task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        if not streams or self._task.check_mode or arguments.get("wait", "stopped") != "stopped":
            result: Result = self._normal.run(task_vars=task_vars)
            return result
        if self._task.async_val:
            raise AnsibleActionFail("stream shows what happens now; with async there is nobody to show it to")
        super().run(tmp, task_vars)
        self._task_vars = task_vars or {}
        interruption = Interruption()
        previous = {number: signal.signal(number, interruption) for number in SIGNALS}
        try:
            return self._run(interruption)
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _module(self, name: str, **arguments: Any) -> Result:
        connection = {key: value for key, value in self._task.args.items() if key in CONNECTION}
        result: Result = self._normal._execute_module(
            module_name=f"airflow.fargate.{name}", module_args={**connection, **arguments}, task_vars=self._task_vars
        )
        return result

    def _run(self, interruption: Interruption) -> Result:
        arguments = self._task.args
        started = self._module("ecs_run_task", **{**arguments, "wait": "none"})
        if started.get("failed"):
            return started
        if len(started["tasks"]) != 1:
            raise AnsibleActionFail(f"stream follows one task, but there are {len(started['tasks'])}")
        arn = started["tasks"][0]["task_arn"]
        try:
            interruption.release()
            return self._follow(arn, started)
        except Interrupted:
            self._stop_now(arn)

    def _follow(self, arn: str, started: Result) -> Result:
        arguments = self._task.args
        timeout = int(arguments.get("wait_timeout", 900))
        deadline = time.monotonic() + timeout
        written: dict[str, deque[str]] = {}
        news: Result = {"positions": {}, "task": {"last_status": None}, "ended": False}
        display.display(f"Task {arn.rsplit('/', 1)[-1]} of {arguments['cluster']}; Ctrl-C stops it.")
        announced = False
        while not news["ended"]:
            left = deadline - time.monotonic()
            if left <= 0:
                return self._too_late(arn, timeout, started)
            known = news["task"]["last_status"]
            news = self._module(
                "ecs_task_follow",
                cluster=arguments["cluster"],
                task=arn,
                positions=news["positions"],
                last_status=known,
                wait_timeout=max(1, min(LOOK, int(left))),
            )
            if news.get("failed"):
                return {**news, "changed": started["changed"], "msg": f"{news['msg']}\nTask {arn} was left running."}
            if news["unreadable"] and not announced:
                announced = True
                names = ", ".join(news["unreadable"])
                display.display(f"What {names} writes does not go to CloudWatch Logs and is not shown here.")
            if news["task"]["last_status"] != known:
                display.display(f"  {news['task']['last_status']}")
            several = len({line["container"] for line in news["lines"]} | written.keys()) > 1
            for line in news["lines"]:
                kept = written.setdefault(line["container"], deque(maxlen=int(arguments.get("log_lines", 20))))
                kept.append(line["message"])
                display.display(f"  | {line['container'] + ': ' if several else ''}{line['message']}")
        return self._judged(news, written, started)

    def _judged(self, news: Result, written: dict[str, deque[str]], started: Result) -> Result:
        result = {
            "changed": started["changed"],
            "tasks": [news["task"]],
            "exit_codes": news["exit_codes"],
            "logs": {name: list(lines) for name, lines in written.items()},
            "request": started["request"],
        }
        never_ran = news["task"].get("stop_code") == "TaskFailedToStart"
        if never_ran or (
            not news["succeeded"] and boolean(self._task.args.get("fail_on_exit_code", True), strict=False)
        ):
            headline = "The task could not be started" if never_ran else "The task failed"
            return {**result, "failed": True, "msg": f"{headline}.\n{news['report']}"}
        return result

    def _too_late(self, arn: str, timeout: int, started: Result) -> Result:
        result = {"failed": True, "changed": started["changed"], "request": started["request"]}
        headline = f"The task did not end within {timeout} s"
        if not boolean(self._task.args.get("stop_on_timeout", True), strict=False):
            return {**result, "msg": f"{headline} and was left running.", "tasks": started["tasks"], "exit_codes": {}}
        stopped = self._stop(arn, f"Not stopped within {timeout} s")
        if stopped.get("failed"):
            return {**result, "msg": f"{headline}, and could not be stopped: {stopped['msg']}"}
        return {
            **result,
            "msg": f"{headline} and was stopped.\n{stopped['report']}",
            "tasks": [stopped["task"]],
            "exit_codes": stopped["exit_codes"],
        }

    def _stop(self, arn: str, reason: str) -> Result:
        return self._module("ecs_stop_task", cluster=self._task.args["cluster"], task=arn, reason=reason)

    def _stop_now(self, arn: str) -> NoReturn:
        """The playbook ends: nobody waits for a result, but its process waits for this one."""
        _terminal.write(f"Interrupted: stopping task {arn} ...")
        stopped = self._stop(arn, "The playbook that waited for this task was interrupted")
        _terminal.write(stopped.get("report") or f"The task could not be stopped: {stopped.get('msg')}")
        raise AnsibleActionFail("The run was interrupted and its task was stopped.")
