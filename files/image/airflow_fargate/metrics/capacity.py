"""How many workers the tasks of a pool need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """Tasks of one queue."""

    queued: int = 0
    running: int = 0
    oldest_queued: float = 0
    """Seconds that the task at the head of the queue has waited."""
    hosts: frozenset[str] = frozenset()
    """The workers on which tasks run."""

    @property
    def tasks(self) -> int:
        return self.queued + self.running


NO_LOAD = Load()


def of_queues(loads: Mapping[str, Load], queues: Iterable[str]) -> Load:
    """The load of a pool, which takes from all of its queues alike."""
    parts = [loads.get(queue, NO_LOAD) for queue in queues]
    return Load(
        queued=sum(part.queued for part in parts),
        running=sum(part.running for part in parts),
        oldest_queued=max((part.oldest_queued for part in parts), default=0),
        hosts=frozenset().union(*(part.hosts for part in parts)),
    )


def workers_needed(load: Load, concurrency: int) -> int:
    """Just enough workers for every queued and running task to have a slot."""
    return -(-load.tasks // concurrency)


def gap(needed: int, desired: int) -> int:
    """Workers to add; negative: workers too many."""
    return needed - desired


def surplus(needed: int, busy: int, desired: int) -> int:
    """Workers that can go without a task being in the way of it.

    Tasks spread: five workers with one task each are busy, although one of them could run all five tasks. ECS stops no
    protected worker, but renews no protection while more of them are protected than desired.
    """
    return max(0, desired - max(needed, busy))


def reservation(load: Load, concurrency: int, present: int) -> float:
    """Slots in use or wanted, in percent of those the present workers have: CapacityProviderReservation.

    As ECS defines it for cluster auto scaling: 100 when nothing is needed and nothing is there, 200 when something is
    needed and nothing is there, which makes target tracking leave zero.
    """
    if present == 0:
        return 200.0 if load.tasks else 100.0
    return 100 * load.tasks / (concurrency * present)
