# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Docker or Podman, driven through its command line."""

from __future__ import annotations

import os
import re
import shutil
import typing as t
from pathlib import Path

from ansible_collections.airflow.fargate.plugins.module_utils._ecr.api import Login
from ansible_collections.airflow.fargate.plugins.module_utils._ecr.common import ECRError
from ansible_collections.airflow.fargate.plugins.module_utils._ecr.context import PROXY_ARGUMENTS

# Kept in the image: tells a finished build of this content from any other image of the same name.
CONTENT_LABEL = "airflow.fargate.content"
INSTALL = "Install Docker (https://docs.docker.com/engine/install/) or Podman 4 or later (https://podman.io/docs/installation)"
DETAIL_LINES = 30

# AnsibleModule.run_command: (arguments, data=..., environ_update=...) -> (exit code, output, errors).
Run = t.Callable[..., tuple[int, str, str]]


class Build(t.NamedTuple):
    """What to build."""

    name: str
    content: str
    context: Path
    containerfile: str
    build_args: t.Mapping[str, str]
    ca_bundle: str | None
    platform: str | None


class Engine:
    """One container engine. `podman` says which dialect its command line speaks."""

    def __init__(self, run: Run, command: str, podman: bool) -> None:
        self._run = run
        self.command = command
        self.podman = podman

    def has(self, name: str, content: str) -> bool:
        """Whether the image with this name was built from this content."""
        label = f'{{{{ index .Config.Labels "{CONTENT_LABEL}" }}}}'
        code, output, _errors = self._run([self.command, "image", "inspect", "--format", label, name])
        return code == 0 and output.strip() == content

    def build(self, build: Build) -> None:
        code, output, errors = self._run(build_command(self.command, self.podman, build))
        if code:
            raise ECRError(message=build_failure(f"{output}\n{errors}", build.containerfile))

    def push(self, name: str, login: Login, scratch: Path) -> str:
        """Push the image and return its digest. The login lives in the scratch folder only."""
        return self._push_podman(name, login, scratch) if self.podman else self._push_docker(name, login, scratch)

    def _push_podman(self, name: str, login: Login, scratch: Path) -> str:
        options = ["--authfile", str(scratch / "auth.json"), f"--tls-verify={str(not login.plain_http).lower()}"]
        digest = scratch / "digest"
        self._login([self.command, "login", *options], login)
        self._must([self.command, "push", "--quiet", *options, "--digestfile", str(digest), name], f"push {name}")
        return digest.read_text().strip()

    def _push_docker(self, name: str, login: Login, scratch: Path) -> str:
        # A configuration folder of its own hides the user's context, which may be what names the daemon.
        host = self._must(
            [self.command, "context", "inspect", "--format", "{{ .Endpoints.docker.Host }}"], "ask Docker"
        )
        docker = [self.command, "--config", str(scratch), "--host", host.strip()]
        self._login([*docker, "login"], login)
        output = self._must([*docker, "push", name], f"push {name}")
        found = re.search(r"digest: (sha256:[0-9a-f]{64})", output)
        if found is None:
            raise ECRError(message=f"Docker pushed {name} but did not say which digest it has:\n{output}")
        return found.group(1)

    def _login(self, command: list[str], login: Login) -> None:
        arguments = [*command, "--username", login.user, "--password-stdin", login.host]
        self._must(arguments, f"log in to {login.host}", data=login.password)

    def _must(self, command: list[str], purpose: str, data: str | None = None) -> str:
        code, output, errors = self._run(command, data=data)
        if code:
            raise ECRError(
                message=f"{'Podman' if self.podman else 'Docker'} could not {purpose}:\n{tail(errors or output)}"
            )
        return output


def find_engine(run: Run, wanted: str | None) -> Engine:
    """The wanted engine; otherwise Docker if its daemon answers, else Podman."""
    problems = []
    for command in [wanted] if wanted else ["docker", "podman"]:
        path = shutil.which(command)
        if path is None:
            problems.append(f"{command} is not installed")
            continue
        code, output, errors = run([path, "--version"])
        podman = "podman" in output.lower()
        if code == 0:
            code, output, errors = run([path, "info"] if podman else [path, "version"])
        if code == 0:
            return Engine(run, path, podman)
        problems.append(f"{command} does not work: {last_line(errors or output)}")
    raise ECRError(message=f"No container engine to build the image with: {'; '.join(problems)}. {INSTALL}.")


def build_command(command: str, podman: bool, build: Build) -> list[str]:
    arguments = [command, "build", "--file", str(build.context / build.containerfile), "--tag", build.name]
    arguments += ["--label", f"{CONTENT_LABEL}={build.content}"]
    # A proxy on this machine, and a resolver on its loopback address, are out of reach of a bridge network.
    arguments += ["--network", "host"]
    if not podman:
        # An attestation would turn the image into an index: two more images in ECR for the lifecycle policy to count.
        arguments += ["--provenance=false", "--progress=plain"]
    if build.platform:
        arguments += ["--platform", build.platform]
    if build.ca_bundle:
        arguments += ["--secret", f"id=ca_bundle,src={build.ca_bundle}"]
    # Without a value the engine takes it from the environment, out of sight of process lists: proxies have passwords.
    arguments += [f"--build-arg={name}" for name in sorted(os.environ) if name.lower() in PROXY_ARGUMENTS]
    arguments += [f"--build-arg={name}={value}" for name, value in sorted(build.build_args.items())]
    return [*arguments, str(build.context)]


def build_failure(output: str, containerfile: str) -> str:
    """Why the build failed: the common reasons in words, then the end of what the engine said."""
    hint = ""
    if re.search(r"(initializing source|failed to resolve source metadata|unable to copy from source)", output):
        hint = f" The base image that {containerfile} names cannot be pulled."
    elif re.search(r"buildx component is missing|unknown flag: --(provenance|secret|progress)", output):
        hint = " Docker needs its buildx plug-in (package docker-buildx-plugin)."
    elif re.search(r"(?i)certificate.verify.failed|invalid peer certificate|self.signed certificate", output):
        hint = " A proxy seems to re-sign TLS: set ca_bundle to the bundle that knows its certificate."
    return f"The image could not be built.{hint} The build ended with:\n{tail(output)}"


def tail(output: str) -> str:
    return "\n".join(output.strip().splitlines()[-DETAIL_LINES:])


def last_line(output: str) -> str:
    return tail(output).rpartition("\n")[2] or "it said nothing"
