"""A connection and a variable that are in Secrets Manager only."""

from __future__ import annotations

import logging

from airflow.sdk import BaseHook, Variable, dag, task


@dag(schedule=None, catchup=False)
def from_secrets_manager() -> None:
    @task
    def read() -> dict[str, str | None]:
        warehouse = BaseHook.get_connection("warehouse")
        # A password that is right and does not show.
        logging.getLogger(__name__).info("password: %s", warehouse.password)
        return {"host": warehouse.host, "login": warehouse.login, "greeting": Variable.get("greeting")}

    read()


from_secrets_manager()
