# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The stages of a rotation, which Secrets Manager keeps with the versions of the secret itself.

AWSPENDING marks a rotation that is not over: on a version that is not current yet it is staged, and on the current one
promoted. An interrupted rotation is thus found by the next run, with the value that it began with.
https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"
# A label of the collection's own: whatever checks the secret knows this version.
ACCEPTED = "accepted"
# Separates Fernet keys; the first one encrypts, all decrypt.
SEPARATOR = ","

IDLE, STAGED, PROMOTED = "idle", "staged", "promoted"


@dataclass(frozen=True)
class Stages:
    """Which version has which label."""

    current: str | None
    pending: str | None
    previous: str | None
    accepted: str | None

    @classmethod
    def of(cls, described: t.Mapping[str, t.Any]) -> Stages:
        versions = {
            label: version
            for version, labels in (described.get("VersionIdsToStages") or {}).items()
            for label in labels
        }
        return cls(*(versions.get(label) for label in (CURRENT, PENDING, PREVIOUS, ACCEPTED)))

    @property
    def state(self) -> str:
        if self.pending is None:
            return IDLE
        return PROMOTED if self.pending == self.current else STAGED

    @property
    def is_accepted(self) -> bool:
        return self.accepted is not None and self.accepted == self.pending


def with_new_key(new: str, current: str) -> str:
    """Both decrypt, the new one encrypts."""
    return f"{new}{SEPARATOR}{current}"


def newest_key(value: str) -> str:
    return value.partition(SEPARATOR)[0]


def has_several_keys(value: str) -> bool:
    return SEPARATOR in value
