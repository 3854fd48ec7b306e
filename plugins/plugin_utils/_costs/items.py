# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What an environment is charged for in a month, by settings and prices of AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Settings = Mapping[str, Any]

SERVICE_NAMES = (
    "service_name",
    "service_component",
    "service_cpu",
    "service_memory",
    "service_ephemeral_storage",
    "service_min_count",
    "service_spot_weight",
)
HOURS = 730
# What Fargate includes.
FREE_STORAGE = 20
# The four URLs beside the generated passwords and keys; roles/secrets.
SECRETS = 11
# Of the publisher, by what each belongs to; files/image/airflow_fargate/metrics/cloudwatch.py.
METRICS_OF_QUEUE, METRICS_OF_POOL, METRICS_OF_SERVICE, METRICS_OF_ENVIRONMENT = 3, 8, 1, 7
# Those of services are of what is neither a pool nor the publisher; airflow_watched_services in components.yml.
NOT_WATCHED = ("worker", "metrics")
# Of the role monitoring: each queue and pool has one; the rest is one of each kind. A pool's looks at two metrics, and
# that of the api-server at one more for each of its services.
ALARMS = 7
# Of a pool's scaling policies: one to add workers and one to remove them.
FAST_ALARMS_OF_POOL = 2
SECONDS_OF_PERIOD = 10


@dataclass(frozen=True)
class Modes:
    """The three ways in which an environment is run."""

    always: float
    business: float
    hibernated: float

    def __add__(self, other: Modes) -> Modes:
        return Modes(self.always + other.always, self.business + other.business, self.hibernated + other.hibernated)

    def __mul__(self, factor: float) -> Modes:
        return Modes(self.always * factor, self.business * factor, self.hibernated * factor)


NOTHING = Modes(0, 0, 0)
# Hours in which something is there that nobody switches off.
ALL_MONTH = Modes(HOURS, HOURS, HOURS)
# A stopped database and stopped services are not charged for, while the storage, the broker and the load balancer are.
UNTIL_HIBERNATED = Modes(HOURS, HOURS, 0)
FIXED = Modes(1, 1, 1)


@dataclass(frozen=True)
class Item:
    what: str
    costs: Modes | None
    """USD; None when there is no price for it."""


@dataclass(frozen=True)
class Service:
    """The tasks of an ECS service."""

    settings: Settings
    hours: Modes
    """Task hours."""

    @classmethod
    def of(cls, settings: Settings, assumptions: Settings) -> Service:
        count = int(settings["service_min_count"])
        idle = count == 0 and settings["service_component"] == "worker"
        hours = UNTIL_HIBERNATED if settings["service_component"] == "metrics" else in_business_hours(assumptions)
        if idle:
            worked = float(assumptions["worker_hours"])
            return cls(settings, Modes(worked, min(worked, hours.business), 0))
        return cls(settings, hours * count)

    @property
    def name(self) -> str:
        return str(self.settings["service_name"])

    @property
    def description(self) -> str:
        cpu, memory = int(self.settings["service_cpu"]) / 1024, int(self.settings["service_memory"]) / 1024
        size = f"{cpu:g} vCPU, {memory:g} GiB"
        count = int(self.settings["service_min_count"])
        return f"{self.name}: {size}, {self.hours.always:g} h" if count == 0 else f"{self.name}: {count} x {size}"

    def costs(self, prices: Settings, architecture: str) -> Modes:
        fargate = prices["fargate"]
        storage = max(int(self.settings["service_ephemeral_storage"]) - FREE_STORAGE, 0)
        hourly = (
            int(self.settings["service_cpu"]) / 1024 * fargate[architecture]["vcpu"]
            + int(self.settings["service_memory"]) / 1024 * fargate[architecture]["gib"]
        )
        share = int(self.settings["service_spot_weight"]) / 100
        hourly *= 1 - share * (1 - fargate["spot_factor"])
        return self.hours * (hourly + storage * fargate["storage_gib"])


def in_business_hours(assumptions: Settings) -> Modes:
    return Modes(HOURS, float(assumptions["business_hours"]), 0)


def database(settings: Settings, prices: Settings) -> Iterator[Item]:
    kind, factor = settings["airflow_database_instance_class"], 2 if settings["airflow_database_multi_az"] else 1
    zones = ", in two zones" if factor == 2 else ""
    price = prices["database"].get(kind)
    # Business hours are those of the services: the database stays.
    yield Item(f"Database: {kind}{zones}", price and UNTIL_HIBERNATED * (price * factor))
    size = int(settings["airflow_database_storage"])
    yield Item(f"Database: {size} GiB{zones}", FIXED * (size * factor * prices["database_storage_gib_month"]))


def broker(settings: Settings, prices: Settings) -> Item:
    kind, nodes = settings["airflow_broker_node_type"], int(settings["airflow_broker_nodes"])
    factor = prices["valkey_factor"] if settings["airflow_broker_engine"] == "valkey" else 1
    price = prices["broker"].get(kind)
    return Item(f"Broker: {nodes} x {kind}", price and ALL_MONTH * (price * nodes * factor))


def network(settings: Settings, services: Sequence[Service], prices: Settings, units: float) -> Iterator[Item]:
    balancer = ALL_MONTH * prices["load_balancer"] + UNTIL_HIBERNATED * (units * prices["load_balancer_unit"])
    yield Item("Load balancer", balancer)
    public = settings["airflow_load_balancer_scheme"] == "internet-facing"
    addresses = ALL_MONTH * (len(settings["airflow_availability_zones"]) if public else 0)
    if settings["airflow_nat_gateway"]:
        yield Item("NAT gateway", ALL_MONTH * prices["nat_gateway"])
        addresses += ALL_MONTH
    else:
        for service in services:
            addresses += service.hours
    yield Item("Public addresses", addresses * prices["public_address"])


def observation(
    pools: Mapping[str, Settings], components: Sequence[str], prices: Settings, assumptions: Settings
) -> Iterator[Item]:
    """components: that of each service."""
    queues = sum(len(pool["queues"]) for pool in pools.values())
    services = sum(component not in NOT_WATCHED for component in components)
    metrics = METRICS_OF_QUEUE * queues + METRICS_OF_POOL * len(pools) + METRICS_OF_SERVICE * services
    metrics += METRICS_OF_ENVIRONMENT
    millions = HOURS * 3600 / SECONDS_OF_PERIOD / 1e6
    published = metrics * prices["metric_month"] + millions * prices["metric_requests_million"]
    yield Item(f"Metrics: {metrics}, every ten seconds", Modes(published, published, 0))
    slow = ALARMS + components.count("api-server") + queues + 2 * len(pools)
    fast = FAST_ALARMS_OF_POOL * len(pools)
    watched = slow * prices["alarm_month"] + fast * prices["fast_alarm_month"] + prices["dashboard_month"]
    yield Item("Alarms and dashboard", FIXED * watched)
    logs = assumptions["logs_gib"] * prices["logs_gib"]
    share = assumptions["business_hours"] / HOURS
    yield Item(f"Logs: {assumptions['logs_gib']} GiB", Modes(logs, logs * share, 0))


def items(settings: Settings, services: Sequence[Settings], pools: Mapping[str, Settings]) -> list[Item]:
    """Everything, in the order of the table."""
    prices, assumptions = settings["airflow_prices"], settings["airflow_cost_assumptions"]
    tasks = [Service.of(service, assumptions) for service in services]
    architecture = settings["airflow_cpu_architecture"]
    kept = SECRETS * prices["secret_month"] + prices["dns_zone_month"]
    return [
        *(Item(service.description, service.costs(prices, architecture)) for service in tasks),
        *database(settings, prices),
        broker(settings, prices),
        *network(settings, tasks, prices, float(assumptions["load_balancer_units"])),
        *observation(pools, [service["service_component"] for service in services], prices, assumptions),
        Item(f"{SECRETS} secrets, DNS zone", FIXED * kept),
    ]
