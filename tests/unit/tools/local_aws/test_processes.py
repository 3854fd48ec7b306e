from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.local_aws import processes
from tools.local_aws.console import LocalAwsError
from tools.local_aws.processes import Daemon, mounts_below, remove_tree

SLEEP = [sys.executable, "-c", "import time; print('hello', flush=True); time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)",
]


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    result = Daemon(tmp_path / "it.pid", tmp_path / "it.log")
    yield result
    result.stop(0.2)


def test_starts_and_stops(daemon: Daemon, tmp_path: Path) -> None:
    daemon.start(SLEEP, env=os.environ, cwd=tmp_path)

    pid = daemon.pid
    assert pid is not None
    assert processes.wait_for(lambda: daemon.log_tail() == "hello", 60)
    daemon.stop()
    assert processes.start_time(pid) is None
    assert not daemon.pid_file.exists()


def test_deaf_process_is_killed(daemon: Daemon, tmp_path: Path) -> None:
    daemon.start(STUBBORN, env=os.environ, cwd=tmp_path)
    assert processes.wait_for(lambda: daemon.log_tail() == "deaf", 60)
    pid = daemon.pid
    assert pid is not None

    daemon.stop(0.2)
    # Killed, it is still there until the machine gets round to it.
    assert processes.wait_for(lambda: processes.start_time(pid) is None, 60)


def test_reused_process_id_is_not_ours(daemon: Daemon) -> None:
    daemon.pid_file.write_text(f"{os.getpid()} 1", encoding="utf-8")

    assert daemon.pid is None
    daemon.stop()
    assert not daemon.pid_file.exists()


@pytest.mark.parametrize("content", ["", "12", "no number", "999999999 5"])
def test_broken_or_stale_pid_file(daemon: Daemon, content: str) -> None:
    daemon.pid_file.write_text(content, encoding="utf-8")

    assert daemon.pid is None


def test_stop_without_start(daemon: Daemon) -> None:
    daemon.stop()
    assert daemon.log_tail() == ""


def test_name_with_brackets_in_proc_stat() -> None:
    fields = ["S", *(str(number) for number in range(1, 40))]

    assert processes.parse_stat(f"42 (a) b (c)) {' '.join(fields)}") == ("S", "19")


def test_failed_command_shows_the_end_of_its_output() -> None:
    script = "import sys; print('\\n'.join(f'line {n}' for n in range(50))); sys.exit(3)"
    with pytest.raises(LocalAwsError, match=r"counting failed \(exit code 3\)") as error:
        processes.run([sys.executable, "-c", script], "counting")

    assert "line 49" in str(error.value)
    assert "line 29" not in str(error.value)


def test_wait_for_gives_up() -> None:
    assert not processes.wait_for(lambda: False, 0.01, interval=0.001)


def test_mounts_below_a_folder_are_found_innermost_first(tmp_path: Path) -> None:
    inside, deeper = tmp_path / "a b", tmp_path / "a b/dev/pts"
    escaped = [str(path).replace(" ", "\\040") for path in (inside, deeper)]
    mounts = "".join(f"none {point} tmpfs rw 0 0\n" for point in ("/", *escaped, f"{tmp_path}-other", str(tmp_path)))
    assert mounts_below(tmp_path, mounts) == [str(deeper), str(inside)]


def test_a_tree_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    (folder / "deep").mkdir(parents=True)
    remove_tree(folder)
    assert not folder.exists()
