"""Which container engine serves, and how it is started and stopped.

A Docker daemon of the user's is used as it is. Without one, podman is installed where that is possible and runs with
a configuration, a store and a socket of its own, so that it touches nothing of a podman the user may have.
"""

from __future__ import annotations

import abc
import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tools.local_aws import cgroups, podman_config
from tools.local_aws.console import LocalAwsError, say
from tools.local_aws.engine_api import EngineApi, mounted_volumes
from tools.local_aws.processes import (
    SYSTEM_PATH,
    Daemon,
    as_root,
    can_be_root,
    find_executable,
    is_root,
    locked,
    run,
    wait_for,
)
from tools.local_aws.settings import Settings

PODMAN_PACKAGES = (
    *("podman", "runc", "netavark", "aardvark-dns", "conmon", "catatonit"),
    *("iptables", "nftables", "uidmap", "fuse-overlayfs"),
)
HELPER_DIRS = ("/usr/libexec/podman", "/usr/lib/podman", "/usr/local/libexec/podman", "/usr/local/lib/podman")
OLDEST_PODMAN = (4, 3)
STORAGE_DRIVERS = ("overlay", "vfs")
SWEEP_SECONDS, SWEEP_PAUSE = 30.0, 0.5
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
NO_ENGINE = """\
{reason}
ECS tasks, databases and brokers of the embedded AWS are real containers. Any one of these gives you an engine:
  - Docker Engine on this Linux machine, started, and usable by you without sudo (`docker info` works):
    https://docs.docker.com/engine/install/
  - Debian 12, Ubuntu 24.04 or later, as root or with passwordless sudo: podman is installed for you
  - podman 4.3 or later with netavark and aardvark-dns, as root or with passwordless sudo"""


def no_engine(reason: str) -> LocalAwsError:
    return LocalAwsError(NO_ENGINE.format(reason=reason))


class Engine(abc.ABC):
    """One way to run containers for one instance."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.api = EngineApi(settings.docker_host)

    @abc.abstractmethod
    def command(self, *arguments: str) -> list[str]:
        """The engine's command line."""

    @abc.abstractmethod
    def up(self) -> None:
        """Have the engine answer."""

    @abc.abstractmethod
    def down(self) -> None:
        """Take away what `up` put there; images stay."""

    @abc.abstractmethod
    def clean(self) -> None:
        """Remove every container, volume and network of this instance."""

    def write_wrapper(self) -> None:
        path = self.settings.engine_wrapper
        text = f'#!/bin/sh\n# The container engine of the embedded AWS.\nexec {shlex.join(self.command())} "$@"\n'
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)


class Docker(Engine):
    """The user's daemon: only what carries this instance's label is ours."""

    def command(self, *arguments: str) -> list[str]:
        return [find_executable("docker") or "docker", "--host", self.settings.docker_host, *arguments]

    def up(self) -> None:
        if not self.api.answers():
            raise LocalAwsError(f"Docker does not answer at {self.settings.docker_host}. Start it, then try again.")

    def down(self) -> None:
        """The daemon keeps running."""

    def clean(self) -> None:
        containers = self.api.clear_containers(self.settings.instance)
        self.api.remove_volumes(self.api.volumes(self.settings.instance) | mounted_volumes(containers))
        self.api.remove_network(self.settings.network)


class Podman(Engine):
    """A podman service of our own: everything in its store is ours."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.service = Daemon(settings.engine_pid, settings.engine_log)
        self.socket = Path(settings.docker_host.removeprefix("unix://"))

    def command(self, *arguments: str) -> list[str]:
        variables = [f"{key}={value}" for key, value in podman_config.variables(self.settings).items()]
        sudo = [] if is_root() else ["sudo", "-n", f"--preserve-env={','.join(PROXIES)}"]
        return [*sudo, "env", *variables, "podman", *arguments]

    def up(self) -> None:
        if self.service.pid is not None and self.api.answers():
            return
        self.service.stop()
        install = ["install", "-d", "-m", "700", "-o", str(os.getuid()), str(self.settings.run_dir)]
        run(as_root(install), "making a folder for podman's sockets")
        self._prepare_store()
        podman_config.write(self.settings)
        if podman_config.cgroup_manager() == "cgroupfs":
            cgroups.weigh_containers()
        self.service.start(
            self.command("system", "service", "--time=0", self.settings.docker_host),
            env={**os.environ, "PATH": f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}"},
            cwd=self.settings.state_dir,
        )
        if not is_root() and wait_for(self.socket.exists, 30):
            run(as_root(["chown", str(os.getuid()), str(self.socket)]), "taking over podman's socket")
        wait_for(lambda: self.service.pid is None or self.api.answers(), 30)
        if not self.api.answers():
            raise LocalAwsError(f"podman does not start:\n{self.service.log_tail()}")

    def _prepare_store(self) -> None:
        """A store records where it lies and what it belongs to, and podman silently goes by the record."""
        cache = self.settings.cache_dir
        cache.mkdir(parents=True, exist_ok=True)
        owner = cache / "owner"
        record = owner.read_text(encoding="utf-8") if owner.exists() else ""
        location, _newline, state_dir = record.partition("\n")
        if location != str(cache) and (cache / "storage").exists():
            say("images", f"{cache} was moved: starting with an empty one")
            run(as_root(["rm", "-rf", str(cache / "storage")]), "removing the moved images")
        elif state_dir not in ("", str(self.settings.state_dir)) and self._is_used(Path(state_dir)):
            raise LocalAwsError(
                f"{cache} is used by the instance in {state_dir}.\n"
                "Stop that one, or give this one a cache of its own: LOCAL_AWS_CACHE_DIR"
            )
        self._copy_images(cache / "storage")
        owner.write_text(f"{cache}\n{self.settings.state_dir}", encoding="utf-8")

    def _copy_images(self, store: Path) -> None:
        """A new store begins with the images of another one, but for one that is in use and changes meanwhile."""
        source = self.settings.images_from
        if source is None or store.exists() or not (source / "storage").exists():
            return
        _location, _newline, state_dir = (source / "owner").read_text(encoding="utf-8").partition("\n")
        if self._is_used(Path(state_dir)):
            say("images", f"{source} is in use: starting with an empty {store.parent}")
            return
        say("images", f"as in {source}")
        copy = store.with_name("storage.copy")
        run(as_root(["rm", "-rf", str(copy)]), "removing a copy of images that was interrupted")
        run(as_root(["install", "-d", "-m", "700", str(copy)]), "making a folder for images")
        present = run(as_root(["ls", f"{source}/storage"]), "looking for images").split()
        for driver in set(STORAGE_DRIVERS).intersection(present):
            # The files of a layer never change. Those that list the images and layers do.
            run(as_root(["cp", "-a", "--link", f"{source}/storage/{driver}", str(copy)]), "copying images")
            for kind in ("images", "layers"):
                run(as_root(["cp", "-a", f"{source}/storage/{driver}-{kind}", str(copy)]), "copying images")
        run(as_root(["mv", str(copy), str(store)]), "copying images")

    @staticmethod
    def _is_used(state_dir: Path) -> bool:
        return Daemon(state_dir / "engine.pid", state_dir / "engine.log").pid is not None

    def clean(self) -> None:
        self.api.clear_containers()
        self.api.remove_volumes(self.api.volumes())
        self.api.remove_network(self.settings.network)

    def down(self) -> None:
        self.service.stop()
        # podman clears up seconds after an exec has ended, in processes of its own, which mount and write here still.
        if not wait_for(self._is_swept, SWEEP_SECONDS, SWEEP_PAUSE):
            self._sweep()
        run_dir = self.settings.run_dir
        run(as_root(["rmdir", "--ignore-fail-on-non-empty", str(run_dir.parent)]), "removing podman's sockets")

    def _is_swept(self) -> bool:
        try:
            self._sweep()
        except LocalAwsError:
            return False
        return True

    def _sweep(self) -> None:
        """Take away what is mounted, and the folder of podman's sockets."""
        for mount_point in podman_config.mounts_below((self.settings.run_dir, self.settings.cache_dir)):
            run(as_root(["umount", "--lazy", str(mount_point)]), "unmounting")
        run(as_root(["rm", "-rf", str(self.settings.run_dir)]), "removing podman's sockets")


def of(settings: Settings) -> Engine:
    return Docker(settings) if settings.engine == "docker" else Podman(settings)


# -- choosing


def docker_problem(info: dict[str, Any], url: str) -> str | None:
    """Why this daemon cannot serve, or None. Tasks must reach this machine, and this machine the tasks, by the
    addresses of a bridge that is on this machine."""
    if not info.get("ServerVersion"):
        return "`docker` has no daemon behind it."
    if not url.startswith("unix://"):
        return f"Docker at {url} runs on another machine."
    if info.get("OperatingSystem") == "Docker Desktop":
        return "Docker Desktop keeps its containers in a virtual machine whose network this machine cannot reach."
    if any("rootless" in option for option in info.get("SecurityOptions") or []):
        return "Rootless Docker keeps its containers in a network this machine cannot reach."
    return None


def find_docker() -> tuple[str, str | None]:
    """URL of the user's Docker daemon, and why it cannot serve."""
    docker = find_executable("docker")
    if docker is None:
        return "", "There is no `docker`."

    def ask(*arguments: str) -> str:
        done = subprocess.run([docker, *arguments], capture_output=True, text=True, timeout=15, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    try:
        info = ask("info", "--format", "{{json .}}")
        url = os.environ.get("DOCKER_HOST") or ask("context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
    except subprocess.TimeoutExpired:
        return "", "`docker info` does not answer."
    return url, docker_problem(json.loads(info) if info.startswith("{") else {}, url)


def missing_podman_parts() -> list[str]:
    missing = [name for name in ("podman", "conmon", "iptables") if find_executable(name) is None]
    if find_executable("runc") is None and find_executable("crun") is None:
        missing.append("runc")
    for helper in ("netavark", "aardvark-dns"):
        if shutil.which(helper, path=":".join(HELPER_DIRS)) is None:
            missing.append(helper)
    return missing


def parse_version(text: str) -> tuple[int, int]:
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def apt_install(packages: tuple[str, ...], what: str) -> None:
    say(what, "installing " + " ".join(packages))
    apt_get = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
    # apt-get waits for dpkg's lock only, not for that of its lists.
    with locked(Path(__file__).parent):
        run(as_root([*apt_get, "update"]), "apt-get update")
        run(as_root([*apt_get, "install", "-y", "--no-install-recommends", *packages]), "apt-get install")


def prepare_podman(docker_reason: str) -> None:
    """Have podman on this machine, and the right to run it."""
    if not can_be_root():
        raise no_engine(f"No container engine: {docker_reason} And podman needs root or passwordless sudo.")
    missing = missing_podman_parts()
    if missing:
        if find_executable("apt-get") is None:
            raise no_engine(f"No container engine: {docker_reason} And podman lacks: {', '.join(missing)}.")
        apt_install(PODMAN_PACKAGES, "engine")
    version = parse_version(run([find_executable("podman") or "podman", "--version"], "podman --version"))
    if version < OLDEST_PODMAN:
        raise no_engine(f"No container engine: {docker_reason} And podman {version[0]}.{version[1]} is too old.")


def choose() -> tuple[str, str]:
    """The engine and the URL of its API; podman has none yet."""
    url, problem = find_docker()
    if problem is None:
        return "docker", url
    prepare_podman(problem)
    return "podman", ""
