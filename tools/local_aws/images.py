"""The images that must be there before anything runs: the Airflow image's base, PostgreSQL and Valkey.

They are pulled. Where no registry can be reached they are made from Debian packages under the very same names, so
nothing that uses them has to know.
"""

from __future__ import annotations

import dataclasses
import hashlib
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.local_aws.console import LocalAwsError, say
from tools.local_aws.engines import Engine, apt_install
from tools.local_aws.processes import as_root, can_be_root, find_executable, run

REGISTRY = "https://registry-1.docker.io/v2/"
BASE = "docker.io/library/debian:trixie-slim"
CONTENT_LABEL = "airflow.fargate.content"
"""On images made here: a digest of what they were made from, so that a change makes them anew."""
CONTEXTS = Path(__file__).with_name("images")


@dataclasses.dataclass(frozen=True)
class Image:
    name: str
    context: str
    """Folder below images/ that makes it from BASE."""

    def content(self) -> str:
        digest = hashlib.sha256()
        for file in sorted((CONTEXTS / self.context).iterdir()):
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
        return digest.hexdigest()[:16]


# The names ministack gives to the engines `postgres` 17 and `valkey` 8.1.
SERVERS = (
    Image("docker.io/library/postgres:17-alpine", "postgres"),
    Image("docker.io/valkey/valkey:8.1-alpine", "valkey"),
)


def is_current(image: Image, present: Mapping[str, Mapping[str, str]]) -> bool:
    """A pulled image carries no label of ours and is as good as a current one."""
    return image.name in present and present[image.name].get(CONTENT_LABEL, image.content()) == image.content()


def missing(present: Mapping[str, Mapping[str, str]]) -> tuple[bool, list[Image]]:
    """Is the base missing, and which of the servers' images."""
    return BASE not in present, [image for image in SERVERS if not is_current(image, present)]


def registry_answers(url: str = REGISTRY, seconds: float = 5) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=seconds):
            return True
    except urllib.error.HTTPError as error:
        # "Unauthorized" is how a registry greets; a proxy that forbids says something else.
        return error.code == 401
    except OSError:
        return False


def ensure(engine: Engine) -> None:
    base_missing, servers = missing(engine.api.images())
    if not base_missing and not servers:
        return
    names = ([BASE] if base_missing else []) + [image.name for image in servers]
    if pull(engine, names):
        return
    say("images", "no registry gives them: made from Debian packages instead (once)")
    base_missing, servers = missing(engine.api.images())
    if base_missing:
        make_base(engine)
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda image: build(engine, image), servers))


def pull(engine: Engine, names: Iterable[str]) -> bool:
    """Whether all of them could be pulled."""
    if not registry_answers():
        return False
    for name in names:
        say("images", f"pulling {name}")
        try:
            run(engine.command("pull", "--quiet", name), f"pulling {name}")
        except LocalAwsError as error:
            say("images", str(error).splitlines()[-1])
            return False
    return True


def make_base(engine: Engine) -> None:
    """Debian's own minimal system, without documentation, as the official slim image is."""
    say("images", f"making {BASE}")
    if find_executable("mmdebstrap") is None:
        if find_executable("apt-get") is None or not can_be_root():
            raise LocalAwsError(
                f"{REGISTRY} cannot be reached, and without it the images have to be made from Debian packages,\n"
                "which needs mmdebstrap (apt-get install mmdebstrap) and root or passwordless sudo."
            )
        apt_install(("mmdebstrap", "debian-archive-keyring"), "images")
    with tempfile.TemporaryDirectory(dir=engine.settings.state_dir) as folder:
        archive = f"{folder}/base.tar"
        left_out = ("doc/*", "man/*", "info/*", "locale/*", "groff/*", "lintian/*", "linda/*")
        options = [f"--dpkgopt=path-exclude=/usr/share/{path}" for path in left_out]
        options += ["--dpkgopt=path-include=/usr/share/doc/*/copyright"]
        debootstrap = ["mmdebstrap", "--quiet", "--variant=minbase", *options, "trixie", archive]
        run(as_root(["env", f"TMPDIR={folder}", *debootstrap]), "mmdebstrap")
        run(engine.command("import", "--change", 'CMD ["bash"]', archive, BASE), f"importing {BASE}")


def build(engine: Engine, image: Image) -> None:
    say("images", f"building {image.name}")
    label = f"{CONTENT_LABEL}={image.content()}"
    options = ["--network", "host", "--label", label, "--tag", image.name]
    run(engine.command("build", *options, str(CONTEXTS / image.context)), f"building {image.name}")
