"""The private configuration of our podman: its own store, its own sockets, our registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from tools.local_aws.limits import ulimits
from tools.local_aws.settings import Settings

MOUNTS = Path("/proc/self/mountinfo")


def containers_conf(settings: Settings, runtime: str, cgroup_manager: str, limits: Mapping[str, int]) -> str:
    ulimits = ", ".join(f'"{name}={limit}:{limit}"' for name, limit in limits.items())
    return f"""\
[containers]
default_ulimits = [{ulimits}]
# Nothing of this machine's /etc/hosts belongs into a task.
base_hosts_file = "none"
# Nor do this machine's proxies: they would stand between a task and the embedded AWS.
http_proxy = false
log_driver = "k8s-file"
# SELinux would keep containers from the mounted authorities, which are files of a checkout.
label = false

[engine]
runtime = "{runtime}"
cgroup_manager = "{cgroup_manager}"
events_logger = "file"
# Locks in shared memory would be shared with the user's podman.
lock_type = "file"
tmp_dir = "{settings.run_dir}/libpod"
# Seconds. Two processes stay that long after each exec, and every health check is one; podman's own value is 5 minutes.
exit_command_delay = 5

[network]
network_backend = "netavark"
network_config_dir = "{settings.run_dir}/networks"
"""


def storage_conf(settings: Settings, filesystem: str, fuse: bool) -> str:
    """An overlay cannot lie on another overlay, which is what a checkout inside a container often is on."""
    driver = "overlay" if filesystem != "overlay" or fuse else "vfs"
    text = f"""\
[storage]
driver = "{driver}"
graphroot = "{settings.cache_dir}/storage"
runroot = "{settings.run_dir}/storage"
"""
    if driver == "overlay" and filesystem == "overlay":
        text += '\n[storage.options.overlay]\nmount_program = "/usr/bin/fuse-overlayfs"\n'
    return text


def registries_conf(settings: Settings) -> str:
    """Every `<account>.dkr.ecr.<region>.amazonaws.com` is our own registry, which speaks plain HTTP."""
    return f"""\
unqualified-search-registries = ["docker.io"]

[[registry]]
prefix = "*.amazonaws.com"
location = "{settings.registry}"
insecure = true

[[registry]]
location = "{settings.registry}"
insecure = true
"""


def variables(settings: Settings) -> dict[str, str]:
    """Environment variables that make podman use these files and nothing of the user's."""
    folder = config_dir(settings)
    return {
        "CONTAINERS_CONF": f"{folder}/containers.conf",
        "CONTAINERS_STORAGE_CONF": f"{folder}/storage.conf",
        "CONTAINERS_REGISTRIES_CONF": f"{folder}/registries.conf",
        "REGISTRY_AUTH_FILE": f"{folder}/auth.json",
    }


def config_dir(settings: Settings) -> Path:
    return settings.state_dir / "podman"


def filesystem_of(path: Path, mountinfo: str) -> str:
    """Type of the filesystem that holds `path`, given /proc/self/mountinfo; the longest mount point wins, and of
    equals the last one mounted."""
    best = ("", "")
    for line in mountinfo.splitlines():
        fields = line.split()
        mount_point = fields[4]
        if path.is_relative_to(mount_point) and len(mount_point) >= len(best[0]):
            best = (mount_point, fields[fields.index("-") + 1])
    return best[1]


def mounts_below(folders: Iterable[Path]) -> list[Path]:
    """What podman left mounted there; the innermost first."""
    mount_points = [Path(line.split()[4]) for line in MOUNTS.read_text(encoding="utf-8").splitlines()]
    roots = [folder.resolve() for folder in folders]
    return [point for point in reversed(mount_points) if any(point.is_relative_to(root) for root in roots)]


def cgroup_manager() -> str:
    return "systemd" if Path("/run/systemd/system").is_dir() else "cgroupfs"


def write(settings: Settings) -> None:
    folder = config_dir(settings)
    folder.mkdir(parents=True, exist_ok=True)
    pure_cgroup_v2 = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    files = {
        "containers.conf": containers_conf(
            settings,
            # crun refuses the hybrid hierarchy of cgroups, and older distributions have no crun.
            runtime="crun" if pure_cgroup_v2 and Path("/usr/bin/crun").exists() else "runc",
            cgroup_manager=cgroup_manager(),
            limits=ulimits(),
        ),
        "storage.conf": storage_conf(
            settings,
            filesystem_of(settings.cache_dir.resolve(), MOUNTS.read_text(encoding="utf-8")),
            fuse=Path("/dev/fuse").exists() and Path("/usr/bin/fuse-overlayfs").exists(),
        ),
        "registries.conf": registries_conf(settings),
        # Podman insists on the file once its place is given.
        "auth.json": "{}\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
