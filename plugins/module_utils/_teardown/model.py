# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What an environment consists of, seen by someone who removes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ENVIRONMENT_TAG = "airflow:environment"


@dataclass(frozen=True)
class Resource:
    """One thing to remove: its kind and name for people, its id for the API."""

    kind: str
    name: str
    id: str
    deleting: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Scope:
    """Whose things are meant, and how they are to go."""

    environment: str
    name: str
    client: Callable[[str], Any]
    final_snapshot_id: str | None
    recovery_window_in_days: int

    def owns(self, tags: Mapping[str, str]) -> bool:
        """Whether these tags name the environment."""
        return tags.get(ENVIRONMENT_TAG) == self.environment


@dataclass(frozen=True)
class Kind:
    """A kind of resource: how to find the environment's, and how to ask AWS to remove one."""

    find: Callable[[Scope], Iterable[Resource]]
    delete: Callable[[Scope, Resource], None]


def tag_dict(tags: Iterable[Mapping[str, str]], key: str = "Key", value: str = "Value") -> dict[str, str]:
    """AWS's list of tags as a dictionary; ECS spells the keys in lower case."""
    return {tag[key]: tag[value] for tag in tags}
