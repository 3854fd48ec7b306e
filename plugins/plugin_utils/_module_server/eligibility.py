# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which runs of modules the server may take. Whatever is not known to be the same there goes the normal way."""

from __future__ import annotations

import re
import select
import sys
from collections.abc import Iterable

# ansible-core releases whose modules were compared in both ways by the tests.
CORE_VERSIONS = ("2.19", "2.21")
COLLECTIONS = ("airflow.fargate", "amazon.aws", "community.aws")

# The interpreter or the C library reads these when a process begins, which the server's runs have behind them.
READ_AT_START = re.compile(r"(PYTHON|LD_|LC_|MALLOC_|GLIBC_).*|LANG|LANGUAGE")


def supported(core_version: str) -> bool:
    """Whether the server is known to work here: this ansible-core, and a Linux that can watch processes.

    :param core_version: The version of ansible-core, such as C(2.19.4).
    """
    known_core = ".".join(core_version.split(".")[:2]) in CORE_VERSIONS
    return known_core and sys.platform == "linux" and hasattr(select, "poll")


def python_name(path: str) -> str | None:
    """The full name of the module in this file as Python imports it; None if it is of another collection."""
    found = re.search(r"/ansible_collections/(\w+)/(\w+)/plugins/modules/([\w/]+)\.py$", path)
    if not found or f"{found[1]}.{found[2]}" not in COLLECTIONS:
        return None
    return f"ansible_collections.{found[1]}.{found[2]}.plugins.modules.{found[3].replace('/', '.')}"


def applicable(environment: Iterable[str]) -> bool:
    """Whether a process that runs already can be given these environment variables."""
    return not any(READ_AT_START.fullmatch(name) for name in environment)
