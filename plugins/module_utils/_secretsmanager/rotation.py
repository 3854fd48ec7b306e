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
# Separates keys. The first one encrypts or signs; what any of them has encrypted or signed is taken.
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


@dataclass(frozen=True)
class Keys:
    """How the keys of a kind of secret follow each other."""

    lasting: int
    """How many keys there are when no rotation is under way."""

    def rotated(self, current: str, new: str) -> str:
        """The next key is the first one, and the present one is still taken.

        Whoever signs needs everybody to know its key already: such a kind has its next key in place before its turn.
        """
        first, *others = current.split(SEPARATOR)
        following, older = others[: self.lasting - 1], others[self.lasting - 1 :]
        return SEPARATOR.join([*following, new, first, *older])

    def narrowed(self, value: str) -> str:
        return SEPARATOR.join(value.split(SEPARATOR)[: self.lasting])

    def has_old(self, value: str) -> bool:
        return value.count(SEPARATOR) >= self.lasting


KEYS = {"fernet": Keys(lasting=1), "jwt": Keys(lasting=2)}
