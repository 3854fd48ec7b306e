"""Stands in for the Session Manager plugin: runs the command of an ECS Exec session through the container engine.

It takes the plugin's own arguments, so that whatever starts the plugin can start this, `aws ecs execute-command`
included: the session as JSON or the name of the variable that holds it, and what only AWS needs. Like the plugin it is
a terminal, and its own exit code says nothing about the command's.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.local_aws.instance import fetch
from tools.local_aws.settings import Settings

VERSION = "1.2.707.0"
"""Of the plugin that behaves like this."""
VARIABLE = "AWS_SSM_START_SESSION_RESPONSE"


def session_of(argument: str, variables: Mapping[str, str]) -> dict[str, str]:
    """The session's fields, whose names ECS and Systems Manager spell differently."""
    text = variables[argument] if argument.startswith(VARIABLE) else argument
    return {name.lower(): value for name, value in json.loads(text).items()}


def exec_command(settings: Settings, work: Mapping[str, Any]) -> list[str]:
    """ECS Exec runs commands as root."""
    options = ["--interactive", "--tty", "--user", "0"]
    return [str(settings.engine_wrapper), "exec", *options, work["container"], *work["command"]]


def main(arguments: list[str]) -> int:
    settings_file, *arguments = arguments
    if arguments == ["--version"]:
        print(VERSION)
        return 0
    settings = Settings.load(Path(settings_file))
    session = session_of(arguments[0], os.environ)
    print(f"\nStarting session with SessionId: {session['sessionid']}", flush=True)
    try:
        work = json.loads(fetch(session["streamurl"], json.dumps({"token": session["tokenvalue"]}).encode()))
    except OSError as error:
        print(f"Cannot perform start session: {error}", flush=True)
        return 1
    # Ctrl-C is for the command, and reaches it as a character.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    subprocess.run(exec_command(settings, work), check=False)
    print(f"\n\nExiting session with sessionId: {session['sessionid']}.\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
