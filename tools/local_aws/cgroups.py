"""What containers get of a busy machine's processors where no systemd divides them.

podman then has all containers, of all instances, in one control group. It would weigh as much as one process beside it:
a few busy processes of a deployment or a test, and every Airflow there is would share a fraction of one processor.
https://docs.kernel.org/admin-guide/cgroup-v1/index.html, https://docs.kernel.org/admin-guide/cgroup-v2.html
"""

from __future__ import annotations

from pathlib import Path

from tools.local_aws.console import LocalAwsError, say
from tools.local_aws.processes import as_root, run

MOUNT = Path("/sys/fs/cgroup")
PARENT = "libpod_parent"
PROCESSES = 10
"""The containers weigh as much as so many processes."""
# Of one process: cpu.shares of version 1, cpu.weight of version 2.
SHARES, WEIGHT = 1024, 100


def weigh_containers(mount: Path = MOUNT) -> None:
    """Before the first container: podman takes the group that is there."""
    if (mount / "cpu").is_dir():
        file, value = mount / "cpu" / PARENT / "cpu.shares", PROCESSES * SHARES
    else:
        file, value = mount / PARENT / "cpu.weight", PROCESSES * WEIGHT
    script = f"mkdir -p {file.parent} && echo {value} >{file}"
    try:
        run(as_root(["sh", "-c", script]), "giving containers their share of the processors")
    except LocalAwsError as error:
        say("engine", f"containers may be slow beside busy processes: {str(error).splitlines()[-1]}")
