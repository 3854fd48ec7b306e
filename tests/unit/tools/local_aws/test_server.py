from __future__ import annotations

import socket

import pytest

from tools.local_aws import server


def test_listens_on_the_address_only() -> None:
    with server.listen("127.0.0.1", 0) as sock:
        sock.listen()
        port = sock.getsockname()[1]

        assert sock.getsockname()[0] == "127.0.0.1"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), timeout=5)


def test_gateway_address_need_not_exist_yet() -> None:
    # TEST-NET-3, which no machine has.
    with server.listen("203.0.113.1", 0) as sock:
        assert sock.getsockname()[0] == "203.0.113.1"
