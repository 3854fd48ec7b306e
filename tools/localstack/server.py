"""The server process: LocalStack, on loopback and nowhere else. Runs inside `.venv-localstack`."""

from __future__ import annotations

import functools


def main() -> None:
    from localstack.runtime import main as localstack
    from twisted.internet import endpoints

    # LocalStack takes the port from GATEWAY_LISTEN, but listens on every address of the machine.
    endpoints.TCP4ServerEndpoint = functools.partial(endpoints.TCP4ServerEndpoint, interface="127.0.0.1")
    localstack.main()


if __name__ == "__main__":
    main()
