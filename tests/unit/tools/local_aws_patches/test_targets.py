"""Targets come, drain and go while requests are under way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

GROUP, BALANCER = "arn:group/web/1", "arn:loadbalancer/app/web/1"
OLD, NEW = (GROUP, "10.0.0.2", 8080), (GROUP, "10.0.0.3", 8080)


class Store(dict):
    """A store of ministack; another account's records would be among all of them."""

    def all_items(self) -> list[tuple[tuple[str, str, str], Any]]:
        return [(("account", "region", key), value) for key, value in self.items()]


class Stopped(Exception):
    """The loop has had its rounds."""


@pytest.fixture
def alb() -> SimpleNamespace:
    group = {"TargetGroupArn": GROUP, "Port": 8080, "HealthCheckIntervalSeconds": 5, "LoadBalancerArns": [BALANCER]}
    return SimpleNamespace(
        _targets={},
        _tgs=Store({GROUP: group}),
        _tg_attrs={},
        _lbs={BALANCER: {"State": "active"}},
        _listeners={"listener": {"LoadBalancerArn": BALANCER}},
        _rules={"rule": {"ListenerArn": "listener", "Actions": [{"TargetGroupArn": GROUP}]}},
    )


@pytest.fixture
def module(patched: Callable[[str], Any], alb: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Any:
    module = patched("elbv2.targets")
    monkeypatch.setattr(module, "alb", alb)
    return module


@pytest.fixture
def api(patched: Callable[[str], Any], alb: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Any:
    module = patched("elbv2.api")
    monkeypatch.setattr(module, "alb", alb)
    monkeypatch.setattr(module, "StreamingResponse", type("StreamingResponse", (), {}))
    return module


def test_a_target_drains_until_its_requests_are_answered_and_takes_no_further_one(module: Any) -> None:
    targets = module.Targets()
    targets.register(*OLD)
    underway = targets.begin(OLD)
    draining = threading.Thread(target=targets.deregister, args=OLD)
    draining.start()
    while targets.state(*OLD) != "draining":
        draining.join(0.01)
    assert targets.begin(OLD) is None
    assert draining.is_alive()
    targets.end(underway)
    draining.join(10)
    assert not draining.is_alive()
    assert targets.begin(OLD) is None
    assert targets.state(*OLD) == "unused"


def test_a_request_goes_to_another_target_when_the_chosen_one_begins_to_drain(
    api: Any, module: Any, alb: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets = module.Targets()
    for key in (OLD, NEW):
        targets.register(*key)
        targets.get(*key).passed(1)
    asked = []

    def chosen(usable: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
        targets.deregister(*OLD)  # just after the states were read
        return sorted(usable, key=lambda target: str(target["Id"]))

    async def proxy(target: dict[str, Any], *rest: Any) -> tuple[int, dict[str, str], bytes]:
        asked.append(target["Id"])
        return 200, {}, b"answer"

    monkeypatch.setattr(api, "random", SimpleNamespace(sample=chosen))
    alb._proxy_http_target = proxy
    answer = asyncio.run(api.Api(targets).forward(GROUP, "GET", "/", {}, b"", {}))
    assert (answer[0], asked) == (200, [NEW[1]])
    assert targets.get(*NEW).requests == 0


def test_a_target_has_nothing_of_one_that_had_its_address_before(module: Any) -> None:
    targets = module.Targets()
    # A check that was under way when the old one left has brought it back.
    targets.get(*OLD).passed(1)
    assert targets.register(*OLD)
    assert targets.state(*OLD) == "initial"
    targets.get(*OLD).passed(1)
    assert not targets.register(*OLD)
    assert targets.state(*OLD) == "healthy"


def test_one_group_that_cannot_be_checked_does_not_end_the_checks(
    module: Any, alb: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked, rounds = [], [None, None]

    def pause(seconds: float) -> None:
        if not rounds:
            raise Stopped
        rounds.pop()

    def check(arn: str, group: Any) -> None:
        checked.append(arn)
        if arn == "gone":
            raise KeyError(arn)

    alb._tgs = Store({"gone": {}, GROUP: {}})
    targets = module.Targets()
    monkeypatch.setattr(targets, "_check_group", check)
    monkeypatch.setattr(module, "time", SimpleNamespace(sleep=pause))
    with pytest.raises(Stopped):
        targets._loop()
    assert checked == ["gone", GROUP] * 2


def test_a_group_is_never_seen_without_the_balancers_it_keeps(api: Any, alb: SimpleNamespace) -> None:
    group = alb._tgs[GROUP]
    seen = []

    class Listeners(dict):
        def __getitem__(self, arn: str) -> Any:
            seen.append(list(group["LoadBalancerArns"]))
            return super().__getitem__(arn)

    alb._listeners = Listeners(alb._listeners)
    alb._tgs["unused"] = {"LoadBalancerArns": [BALANCER]}
    api.associate()
    assert seen == [[BALANCER]]
    assert group["LoadBalancerArns"] == [BALANCER]
    assert alb._tgs["unused"]["LoadBalancerArns"] == []
