"""Commands and background processes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tools.local_aws.console import LocalAwsError

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""iptables, runc and mmdebstrap's tools live in sbin folders, which users often lack."""


def find_executable(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}")


def is_root() -> bool:
    return os.geteuid() == 0


def can_be_root() -> bool:
    if is_root():
        return True
    sudo = shutil.which("sudo")
    return sudo is not None and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0


def as_root(command: Sequence[str]) -> list[str]:
    return list(command) if is_root() else ["sudo", "-n", *command]


def run(command: Sequence[str], what: str, env: Mapping[str, str] | None = None) -> str:
    """Run a command to its end and return its output; a failure shows the end of what it wrote."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, check=False
    )
    output = done.stdout.decode(errors="replace")
    if done.returncode != 0:
        raise LocalAwsError(f"{what} failed (exit code {done.returncode}): {' '.join(command)}\n{tail(output)}")
    return output


def tail(text: str, lines: int = 20) -> str:
    return "\n".join(text.strip().splitlines()[-lines:])


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One process at a time; waits for the other."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def wait_for(condition: Callable[[], bool], seconds: float, interval: float = 0.05) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(interval)
    return True


def parse_stat(text: str) -> tuple[str, str]:
    """State and start time out of /proc/<pid>/stat; the name before them may contain spaces and brackets."""
    fields = text.rpartition(")")[2].split()
    return fields[0], fields[19]


def start_time(pid: int) -> str | None:
    """When a live process started (None: no such process, or a zombie): a process id alone may have been reused."""
    try:
        state, started = parse_stat(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8"))
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else started


class Daemon:
    """A background process that is known by its pid file."""

    def __init__(self, pid_file: Path, log_file: Path) -> None:
        self.pid_file = pid_file
        self.log_file = log_file

    @property
    def pid(self) -> int | None:
        """The process id, if that very process still runs."""
        if not self.pid_file.exists():
            return None
        pid, _space, started = self.pid_file.read_text(encoding="utf-8").partition(" ")
        return int(pid) if pid.isdecimal() and started and start_time(int(pid)) == started else None

    def start(self, command: Sequence[str], env: Mapping[str, str], cwd: Path) -> None:
        with self.log_file.open("wb") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                start_new_session=True,
            )
        self.pid_file.write_text(f"{process.pid} {start_time(process.pid)}", encoding="utf-8")

    def stop(self, seconds: float = 10) -> None:
        pid = self.pid
        if pid is not None:
            send_signal(pid, signal.SIGTERM)
            if not wait_for(lambda: self.pid is None, seconds):
                send_signal(pid, signal.SIGKILL)
                wait_for(lambda: self.pid is None, seconds)
        self.pid_file.unlink(missing_ok=True)

    def log_tail(self) -> str:
        return tail(self.log_file.read_text(encoding="utf-8", errors="replace")) if self.log_file.exists() else ""


def send_signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
    except PermissionError:
        subprocess.run(as_root(["kill", f"-{number.value}", str(pid)]), capture_output=True, check=False)


def mounts_below(folder: Path, mounts: str) -> list[str]:
    """Mount points inside a folder, the innermost first; `mounts` is what /proc/self/mounts says."""
    # Spaces and the like are written as \040.
    points = [
        re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), line.split()[1]) for line in mounts.splitlines()
    ]
    return sorted((point for point in points if point.startswith(f"{folder.resolve()}/")), key=len, reverse=True)


def remove_tree(folder: Path) -> None:
    """Remove a folder and nothing that is mounted in it: a build that was killed leaves this machine's /dev there."""
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():  # not Linux: no build mounts anything
        shutil.rmtree(folder)
        return
    for point in mounts_below(folder, mounts.read_text()):
        run(as_root(["umount", "--lazy", point]), f"unmounting {point}")
    command = ["rm", "-rf", "--one-file-system", "--", str(folder)]
    run(as_root(command) if can_be_root() else command, f"removing {folder}")
