# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The server: a Python that has everything imported, and forks for each run of a module.

It never was an Ansible controller, so a module finds itself in the very process it would have had, only sooner. It ends
when the last process that holds the other end of its socket has ended, however that came about.
"""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import select
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from ansible.module_utils.common.json import Direction, get_module_decoder, get_module_encoder
from ansible.module_utils.common.warnings import get_deprecation_messages, get_warning_messages

from . import service_models
from .protocol import DECLINED, DESCRIPTORS, MAX_PACKET, PROFILE, READY
from .run import run_and_exit

# What every AWS module imports; the rest comes with the first run of each module.
COMMON = ("ansible.module_utils.basic", "ansible_collections.amazon.aws.plugins.module_utils.modules")

OWN_MODULES = "ansible_collections.airflow.fargate.plugins.modules"
END = object()

IMPORT_ERRORS = (ImportError, SyntaxError, AttributeError, TypeError, ValueError, OSError)


def said() -> bool:
    """Whether something has warned while it was imported: in a run of its own, each module that imports it would tell.

    Here nobody could say which of the later ones do, so they are declined.
    """
    return bool(get_warning_messages() or get_deprecation_messages())


def answer(stream: socket.socket, words: bytes) -> None:
    """Says it to a task; one that has gone away at this very moment must not take the other tasks' server along."""
    with suppress(BrokenPipeError, ConnectionResetError):
        stream.sendall(words)


@dataclass
class Run:
    """A module that runs. C(process) is a file descriptor, readable when the process has ended."""

    pid: int
    process: int
    stream: socket.socket


@dataclass
class Server:
    requests: socket.socket
    poll: select.poll = field(default_factory=select.poll)
    runs: dict[int, Run] = field(default_factory=dict)
    known: dict[str, bool] = field(default_factory=dict)
    learned: tuple[int, int] = field(default_factory=os.pipe)
    pid: int = field(default_factory=os.getpid)

    def serve(self) -> None:
        os.set_blocking(self.learned[0], False)
        service_models.install(self.tell)
        self.poll.register(self.requests, select.POLLIN)
        self.poll.register(self.learned[0], select.POLLIN)
        preparation, prepared = self.preparation(), False
        while True:
            ready = dict(self.poll.poll(None if prepared else 0))
            if not ready:
                prepared = next(preparation, END) is END
            if self.requests.fileno() in ready:
                if not self.accept():
                    return
            elif self.learned[0] in ready:
                self.learn()
            for descriptor in ready:
                self.attend(descriptor)

    def preparation(self) -> Iterator[None]:
        """While nobody asks: what this collection's runs will need, in small steps."""
        yield from service_models.preparation()
        for module in pkgutil.iter_modules(importlib.import_module(OWN_MODULES).__path__):
            self.imported(f"{OWN_MODULES}.{module.name}")
            yield

    def tell(self, line: bytes) -> None:
        """In a run: the server is to know this. Writes of one line do not mix."""
        if os.getpid() != self.pid:
            os.write(self.learned[1], line + b"\n")

    def learn(self) -> None:
        for line in os.read(self.learned[0], 1 << 16).splitlines():
            service_models.learn(line)

    def accept(self) -> bool:
        """Starts the run that a packet asks for. False when nobody is left to ask."""
        packet, descriptors, _flags, _address = socket.recv_fds(self.requests, MAX_PACKET, DESCRIPTORS)
        if not packet:
            return False
        stream = socket.socket(fileno=descriptors[0])
        output = descriptors[1:]
        name = packet.decode()
        if self.imported(name):
            self.start(name, stream, *output)
        else:
            answer(stream, DECLINED)
            stream.close()
        for descriptor in output:
            os.close(descriptor)
        return True

    def imported(self, name: str) -> bool:
        """Whether the module can be imported here; what it imports stays, so the runs inherit it."""
        if name not in self.known:
            self.known[name] = not said() and self.import_module(name)
        return self.known[name]

    def import_module(self, name: str) -> bool:
        try:
            importlib.import_module(name)
        except IMPORT_ERRORS:
            # The normal way tells what is wrong with it.
            return False
        # The run executes it as __main__; it must not be there under its name as well.
        del sys.modules[name]
        return not said()

    def start(self, name: str, stream: socket.socket, stdout: int, stderr: int) -> None:
        # What is there now is shared with the run for good: no collector has to touch (and copy) it.
        gc.freeze()
        pid = os.fork()
        if pid == 0:
            self.forget()
            run_and_exit(name, stream, stdout, stderr)
        run = Run(pid, os.pidfd_open(pid), stream)
        self.runs[run.process] = self.runs[stream.fileno()] = run
        self.poll.register(run.process, select.POLLIN)
        # No events asked for: what always comes is the hang-up, when the task has gone away.
        self.poll.register(stream, 0)
        answer(stream, READY)

    def forget(self) -> None:
        """In a run: lets go of what belongs to the server and to other runs."""
        self.requests.close()
        os.close(self.learned[0])
        for run in {run.pid: run for run in self.runs.values()}.values():
            run.stream.close()
            os.close(run.process)

    def attend(self, descriptor: int) -> None:
        run = self.runs.get(descriptor)
        if run is None:
            return
        if descriptor == run.process:
            self.end(run)
        else:
            self.poll.unregister(run.stream)
            # As Ansible would stop the process of a task that is given up; its end is then reported to nobody.
            try:
                os.killpg(run.pid, signal.SIGTERM)
            except ProcessLookupError:
                os.kill(run.pid, signal.SIGTERM)

    def end(self, run: Run) -> None:
        _pid, status = os.waitpid(run.pid, 0)
        self.poll.unregister(run.process)
        os.close(run.process)
        del self.runs[run.process], self.runs[run.stream.fileno()]
        try:
            self.poll.unregister(run.stream)
        except KeyError:
            pass
        else:
            answer(run.stream, str(os.waitstatus_to_exitcode(status)).encode())
        run.stream.close()


def serve(requests: int) -> None:
    """Serves until the other end of the socket is closed.

    :param requests: The file descriptor of the socket that requests come in by.
    """
    for name in COMMON:
        importlib.import_module(name)
    # Ansible imports these when a module reads its parameters and writes its result.
    get_module_decoder(PROFILE, Direction.CONTROLLER_TO_MODULE)
    get_module_encoder(PROFILE, Direction.MODULE_TO_CONTROLLER)
    gc.disable()
    Server(socket.socket(fileno=requests)).serve()
