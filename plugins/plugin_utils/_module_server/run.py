# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One run of a module in a process forked for it, as the wrapper that Ansible sends along would run it."""

from __future__ import annotations

import atexit
import gc
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import NoReturn

from ansible.module_utils._internal._ansiballz import _loader

from .protocol import Request


def run_and_exit(name: str, stream: socket.socket, stdout: int, stderr: int) -> NoReturn:
    """Reads the request, becomes the module, and ends with its exit code.

    :param name: The module's full name as Python imports it.
    """
    # A group of its own: whoever stops the module stops what it has started.
    os.setpgid(0, 0)
    null = os.open(os.devnull, os.O_RDWR)
    for source, target in ((null, 0), (stdout, 1), (stderr, 2)):
        os.dup2(source, target)
        os.close(source)
    body = _read(stream)
    stream.close()
    if not body:
        os._exit(1)  # the task went away before it had said what to do
    _exit(_exit_code(lambda: _run(name, Request.decode(body))))


def _read(stream: socket.socket) -> bytes:
    chunks = iter(lambda: stream.recv(1 << 16), b"")
    return b"".join(chunks)


def _run(name: str, request: Request) -> None:
    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(request.environment)
    # What libraries may have looked up in another environment.
    time.tzset()
    tempfile.tempdir = None
    gc.enable()
    _loader.run_module(
        json_params=request.parameters.encode(),
        profile=request.profile,
        module_fqn=name,
        modlib_path="",
        extensions={},
    )


def _exit_code(run: Callable[[], None]) -> int:
    """Runs what ends with C(SystemExit), as modules do, and tells the exit code that the interpreter would give it."""
    try:
        run()
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
            return 1
        return end.code or 0
    return 0


def _exit(code: int) -> NoReturn:
    """The interpreter's way out, without taking apart everything that was inherited."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code & 0xFF)
