# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The build context: which files belong to it, its hash, and a copy that holds nothing else.

The hash names the image, so exactly what is hashed must be what is built. The engines disagree about ignore files
(Docker does not read .containerignore) and copy the modes that the umask of the checkout left, so the build gets a
copy: ignored files left out, modes and times normalised.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import typing as t
from pathlib import Path

from ansible_collections.airflow.fargate.plugins.module_utils._ecr.common import ECRError

IGNORE_FILES = (".containerignore", ".dockerignore")
# Where a build downloads from does not change what it builds.
PROXY_ARGUMENTS = {"http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"}
TAG_LENGTH = 16

_TOKENS = {"**/": "(?:[^/]+/)*", "/**": "/.+", "**": ".*", "*": "[^/]*", "?": "[^/]"}


class IgnoreRule(t.NamedTuple):
    """A line of the ignore file; the last one that matches decides."""

    pattern: re.Pattern[str]
    ignored: bool


def parse_ignore(text: str) -> list[IgnoreRule]:
    rules = []
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        ignored = not line.startswith("!")
        rules.append(IgnoreRule(_compile(line.removeprefix("!").strip("/")), ignored))
    return rules


def _compile(pattern: str) -> re.Pattern[str]:
    """A pattern matches a path and, when that is a folder, all that is in it."""
    parts = re.split(r"(\*\*/|/\*\*$|\*\*|\*|\?|\[[^]]+\])", pattern)
    expression = "".join(_TOKENS.get(part, part if part.startswith("[") else re.escape(part)) for part in parts)
    return re.compile(f"(?:{expression})(?:/.*)?")


def is_ignored(path: str, rules: t.Sequence[IgnoreRule]) -> bool:
    verdicts = [rule.ignored for rule in rules if rule.pattern.fullmatch(path)]
    return bool(verdicts) and verdicts[-1]


def list_files(context: Path) -> list[str]:
    """The files of the context as sorted relative paths."""
    if not context.is_dir():
        raise ECRError(message=f"The build context {context} is not a folder")
    rules = parse_ignore(next(((context / name).read_text() for name in IGNORE_FILES if (context / name).exists()), ""))
    files = []
    for folder, _folders, names in os.walk(context, followlinks=True):
        for name in names:
            path = (Path(folder) / name).relative_to(context).as_posix()
            if not is_ignored(path, rules):
                files.append(path)
    return sorted(files)


def content_hash(
    context: Path, files: t.Sequence[str], containerfile: str, build_args: t.Mapping[str, str], platform: str | None
) -> str:
    """One hash of everything that decides what the image holds."""
    settings = {
        "containerfile": containerfile,
        "platform": platform,
        "build_args": {name: value for name, value in build_args.items() if name.lower() not in PROXY_ARGUMENTS},
    }
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for path in files:
        source = context / path
        try:
            content = hashlib.sha256(source.read_bytes()).hexdigest()
        except OSError as error:
            raise ECRError(message=f"Cannot read {source} of the build context: {error.strerror}") from error
        # Of the mode only "executable" counts, as in Git: the rest is the umask's.
        digest.update(json.dumps([path, _executable(source), content]).encode())
    return digest.hexdigest()


def _executable(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o100)


def copy_context(context: Path, files: t.Sequence[str], target: Path) -> None:
    """Copy the files with normalised modes and times, so that the layers are the same wherever they are built."""
    for path in files:
        copy = target / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(context / path, copy)
        copy.chmod(0o755 if _executable(context / path) else 0o644)
        os.utime(copy, (0, 0))
    for folder, _folders, _names in os.walk(target, topdown=False):
        os.chmod(folder, 0o755)
        os.utime(folder, (0, 0))
