# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The side of Ansible: the playbook's process starts the server; the forks it makes for tasks send it their modules."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

from .protocol import READY, Request

# Kept here, where tasks find it: they are forks of the process that has started the server.
_requests: socket.socket | None = None
_process: subprocess.Popen[bytes] | None = None


def start(collection_roots: list[str]) -> None:
    """Starts the server for this process and all its forks.

    :param collection_roots: The folders that hold C(ansible_collections), in the order of the search.
    """
    global _requests, _process
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    settings = {"collection_roots": collection_roots, "package": __package__, "requests": theirs.fileno()}
    # A session of its own: an interrupt at the terminal is for Ansible, which then gives up its tasks.
    _process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("start.py")), json.dumps(settings)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        # Ansible keeps its own from processes that do not ask for it.
        stderr=sys.stderr,
        pass_fds=[theirs.fileno()],
        start_new_session=True,
    )
    theirs.close()
    _requests = ours


def stop() -> None:
    """Ends the server of this process; without one, nothing happens."""
    global _requests, _process
    if _requests is not None:
        _requests.close()
        _requests = None
    if _process is not None:
        _process.wait()
        _process = None


def running() -> bool:
    """Whether this process, or the one it was forked from, has started a server."""
    return _requests is not None


class Call:
    """A run of a module that the server has accepted, and that waits for its request."""

    def __init__(self, stream: socket.socket, stdout: int, stderr: int) -> None:
        self._stream = stream
        self._output = {stdout: bytearray(), stderr: bytearray()}
        self._stdout, self._stderr = stdout, stderr

    def run(self, request: Request) -> tuple[int, bytes, bytes]:
        """Runs the module to its end.

        :returns: The exit code, the standard output and the standard error. Of a signal, what the shell tells that
            Ansible runs modules in: its number above 128, and its name in the standard error.
        """
        try:
            self._stream.sendall(request.encode())
            self._stream.shutdown(socket.SHUT_WR)
            self._collect()
            code = self._stream.recv(16).decode()
        finally:
            self.close()
        if not code:
            self._output[self._stderr] += b"The module server ended while the module ran.\n"
        status = int(code or 1)
        if status < 0:
            self._output[self._stderr] += f"{signal.strsignal(-status)}\n".encode()
            status = 128 - status
        return status, bytes(self._output[self._stdout]), bytes(self._output[self._stderr])

    def _collect(self) -> None:
        poll = select.poll()
        waiting = set(self._output)
        for descriptor in waiting:
            poll.register(descriptor, select.POLLIN)
        while waiting:
            for descriptor, _events in poll.poll():
                chunk = os.read(descriptor, 1 << 16)
                self._output[descriptor] += chunk
                if not chunk:
                    poll.unregister(descriptor)
                    waiting.remove(descriptor)

    def close(self) -> None:
        """Gives the run up, or ends with it."""
        self._stream.close()
        for descriptor in self._output:
            os.close(descriptor)


def call(name: str) -> Call | None:
    """Asks the server to make ready for a run.

    :param name: The module's full name as Python imports it.
    :returns: None if the server cannot run this module, or is gone.
    """
    if _requests is None:
        return None
    stream, their_stream = socket.socketpair()
    (stdout, their_stdout), (stderr, their_stderr) = os.pipe(), os.pipe()
    accepted = Call(stream, stdout, stderr)
    try:
        socket.send_fds(_requests, [name.encode()], [their_stream.fileno(), their_stdout, their_stderr])
    except OSError:
        # The server is gone; closing our copy of its side ends the wait for its answer.
        pass
    finally:
        their_stream.close()
        os.close(their_stdout)
        os.close(their_stderr)
    if stream.recv(1) != READY:
        accepted.close()
        return None
    return accepted
