"""Which heartbeats are due: a component that is at zero on purpose sends none, and one that starts needs a while."""

from __future__ import annotations

from collections.abc import Mapping

from airflow_fargate.metrics.workers import Workers


class Wanted:
    """Remembers when each component was last seen at zero."""

    def __init__(self, services: Mapping[str, str]) -> None:
        self.services = services
        """The component of each service; none at all: every component is wanted."""
        self.rested: dict[str, float] = {}

    def heartbeat_ages(self, ages: Mapping[str, float], found: Mapping[str, Workers], now: float) -> dict[str, float]:
        """The ages, by component, of the heartbeats that are due, counted from when they became due.

        found: what ECS says of the services. What it does not say is taken for wanted: an alarm too many is better
        than none.
        """
        due = {}
        for component, age in ages.items():
            if self.is_wanted(component, found):
                due[component] = min(age, now - self.rested.get(component, float("-inf")))
            else:
                self.rested[component] = now
        return due

    def is_wanted(self, component: str, found: Mapping[str, Workers]) -> bool:
        own = [service for service, of in self.services.items() if of == component]
        return not self.services or any(service not in found or found[service].desired > 0 for service in own)
