# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What checks a secret: a database or a broker that has to be told the new value."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._elasticache import api as elasticache
from ansible_collections.airflow.fargate.plugins.module_utils._elasticache import waiters as group_waiters
from ansible_collections.airflow.fargate.plugins.module_utils._polling import poll
from ansible_collections.airflow.fargate.plugins.module_utils._rds import api as rds
from ansible_collections.airflow.fargate.plugins.module_utils._rds import waiters as instance_waiters


class Store(t.Protocol):
    def accept(self, value: str) -> None:
        """Take the new value; the old one too, if that is possible."""

    def refuse_others(self, value: str) -> None:
        """Take nothing but this value."""


class Database:
    """A DB instance has one master password. Connections that are open stay open when it changes."""

    def __init__(self, client: t.Any, name: str, timeout: float) -> None:
        self.client, self.name, self.timeout = client, name, timeout

    def accept(self, value: str) -> None:
        rds.modify_instance(self.client, self.name, MasterUserPassword=value, ApplyImmediately=True)
        poll(
            lambda: rds.describe_instance(self.client, self.name),
            instance_waiters.changes_applied,
            self.timeout,
            f"the new password of DB instance {self.name}",
            lambda: rds.recent_events(self.client, self.name),
        )

    def refuse_others(self, value: str) -> None:
        """It never took two."""


class Broker:
    """A replication group takes two tokens between ROTATE and SET."""

    def __init__(self, client: t.Any, name: str, timeout: float) -> None:
        self.client, self.name, self.timeout = client, name, timeout

    def accept(self, value: str) -> None:
        self._update(value, "ROTATE")

    def refuse_others(self, value: str) -> None:
        self._update(value, "SET")

    def _update(self, token: str, strategy: str) -> None:
        elasticache.modify_group(
            self.client, self.name, AuthToken=token, AuthTokenUpdateStrategy=strategy, ApplyImmediately=True
        )
        poll(
            lambda: elasticache.describe_group(self.client, self.name),
            group_waiters.changes_applied,
            self.timeout,
            f"the new authentication token of replication group {self.name}",
            lambda: elasticache.recent_events(self.client, self.name),
        )
