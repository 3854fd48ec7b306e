"""When the callback starts a server; what the server does is in tests/playbooks."""

from __future__ import annotations

import atexit
from unittest.mock import Mock

import pytest
from ansible_collections.airflow.fargate.plugins.callback import module_server
from ansible_collections.airflow.fargate.plugins.plugin_utils._module_server import client, forks


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Whatever the callback does to this process, in the order in which it does it."""
    done = Mock()
    done.start.side_effect = lambda _roots: monkeypatch.setattr(client, "_requests", Mock())
    monkeypatch.setattr(client, "start", done.start)
    monkeypatch.setattr(forks, "spare", done.spare)
    monkeypatch.setattr(atexit, "register", done.register)
    return done


def play(monkeypatch: pytest.MonkeyPatch, enabled: bool = True, core: str = "2.19.4", playbooks: int = 1) -> None:
    callback = module_server.CallbackModule()
    monkeypatch.setattr(callback, "get_option", {"enabled": enabled}.__getitem__)
    monkeypatch.setattr(module_server, "__version__", core)
    for _playbook in range(playbooks):
        callback.v2_playbook_on_start(None)


def test_the_playbooks_of_one_command_share_a_server(done: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    play(monkeypatch, playbooks=2)
    assert [call[0] for call in done.method_calls] == ["start", "spare", "register"]


@pytest.mark.parametrize(("enabled", "core"), [(False, "2.19.4"), (True, "2.18.1")])
def test_nothing_is_touched_where_it_is_off_or_not_tested(
    done: Mock, monkeypatch: pytest.MonkeyPatch, enabled: bool, core: str
) -> None:
    play(monkeypatch, enabled, core)
    assert done.method_calls == []
