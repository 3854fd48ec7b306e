from __future__ import annotations

import socket

import pytest

from tools import free_port


def test_a_port_that_is_taken_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = free_port.free_port()
    free = free_port.free_port()
    choices = [taken, taken, free]
    monkeypatch.setattr("random.choice", lambda ports: choices.pop(0))
    with socket.create_server(("127.0.0.1", taken)):
        assert free_port.free_port() == free
    assert choices == []


def test_clients_are_not_given_it() -> None:
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        lowest, _highest = map(int, file.read().split())
    assert free_port.PORTS.stop <= lowest
