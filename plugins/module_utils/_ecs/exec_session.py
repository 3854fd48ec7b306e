# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The session of ECS Exec, seen through the Session Manager plugin: what is sent, and what comes back.

A session is a terminal: it tells no exit code, mixes both outputs and ends its lines with CR LF. So the command is run
by a shell that says where the output begins, where it ends, and with which code.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
"""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import AnsibleECSError, Resource

# Since the release after this one the plugin reads the session from its environment; a command line can be read by
# every user of the machine, and a session holds a token.
LAST_WITHOUT_ENVIRONMENT = (1, 2, 497, 0)
SESSION_VARIABLE = "AWS_SSM_START_SESSION_RESPONSE"
# Seconds that an interrupted command has to end.
LAST_WORDS = 10
INSTALLATION = "https://docs.aws.amazon.com/systems-manager/latest/userguide/install-plugin-debian-and-ubuntu.html"


@dataclass(frozen=True)
class Outcome:
    """What a command printed, and its exit code; None when the session ended before the command."""

    output: str
    code: int | None


def wrapped(arguments: Sequence[str], marker: str) -> str:
    """The command line for ExecuteCommand. Its agent splits it as a shell would, but is none."""
    # The marker is put together there, so that no echo of this text can be taken for it. Behind the pipe there is no
    # terminal for the command, which would make it write colours.
    script = (
        f"printf '%s%s\\n' {marker} -begin; {{ {shlex.join(arguments)} </dev/null 2>&1; "
        f"printf '\\n%s%s %s\\n' {marker} -end \"$?\"; }} | cat"
    )
    return shlex.join(["/bin/sh", "-c", script])


def parsed(output: str, marker: str) -> Outcome:
    """What the command printed, without what the plugin and the terminal have added."""
    text = output.replace("\r\n", "\n")
    begin = re.search(rf"^.*{marker}-begin\n", text, re.MULTILINE)
    text = text[begin.end() :] if begin else text
    end = re.search(rf"\n{marker}-end (\d+)$", text, re.MULTILINE)
    if end is None:
        return Outcome(text.strip("\n"), None)
    return Outcome(text[: end.start()].rstrip("\n"), int(end[1]))


def find_plugin(executable: str) -> str:
    """The plugin's path, if it is there and new enough."""
    path = shutil.which(executable)
    if path is None:
        raise AnsibleECSError(
            message=f"ECS Exec needs the Session Manager plugin on this machine; there is no {executable}. "
            f"Install it: {INSTALLATION}"
        )
    answer = subprocess.run(
        [path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False
    )
    if version(answer.stdout) <= LAST_WITHOUT_ENVIRONMENT:
        raise AnsibleECSError(
            message=f"{path} is version {answer.stdout.strip() or 'unknown'}; a newer one than "
            f"{'.'.join(map(str, LAST_WITHOUT_ENVIRONMENT))} is needed, which does not take the session's token on its "
            f"command line. Install it: {INSTALLATION}"
        )
    return path


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))


def run_plugin(plugin: str, session: Resource, target: str, region: str, endpoint: str, timeout: float) -> str:
    """Take part in the session until it ends, as the AWS CLI does; everything the terminal showed."""
    command = [plugin, SESSION_VARIABLE, region, "StartSession", "", json.dumps({"Target": target}), endpoint]
    # A terminal of its own: without one the plugin takes the end of its input for the end of the session.
    controller, terminal = os.openpty()
    try:
        process = subprocess.Popen(
            command,
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, SESSION_VARIABLE: json.dumps(session)},
            start_new_session=True,
        )
        try:
            output, _errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as error:
            output, ended = _interrupt(process, controller)
            fate = "was interrupted" if ended else "may still be running in the container"
            raise AnsibleECSError(
                message=f"The command did not end within {timeout:.0f} s and {fate}.",
                stdout=output.decode(errors="replace"),
            ) from error
    except OSError as error:
        raise AnsibleECSError(message=f"{plugin} cannot be run: {os.strerror(error.errno or errno.EIO)}") from error
    finally:
        os.close(controller)
        os.close(terminal)
    return output.decode(errors="replace")


def _interrupt(process: subprocess.Popen[bytes], controller: int) -> tuple[bytes, bool]:
    """Press Ctrl-C in the session: what was printed, and whether that ended it."""
    # The plugin passes the signal on as this character; one that has made its terminal raw reads the character itself.
    os.write(controller, b"\x03")
    process.send_signal(signal.SIGINT)
    try:
        return process.communicate(timeout=LAST_WORDS)[0], True
    except subprocess.TimeoutExpired:
        # With what it may have started: that would hold its output open.
        os.killpg(process.pid, signal.SIGKILL)
        return process.communicate()[0], False
