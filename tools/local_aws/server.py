"""The server process: ministack with our patches, on loopback and on the container network only.

Runs inside `.venv-local-aws`: `python -m tools.local_aws.server <settings.json>` from the checkout, with
`Settings.ministack_environment()` as its environment.
"""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
import sys
from pathlib import Path

from tools.local_aws.settings import LOOPBACK, Settings

IP_FREEBIND = 15
"""linux/in.h; lets a socket bind an address no interface has yet. The socket module does not name it."""


def listen(address: str, port: int) -> socket.socket:
    """A listening socket; the network's gateway address may not exist before the first container joins it."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if address != LOOPBACK:
        sock.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
    sock.bind((address, port))
    return sock


def raise_file_limit() -> None:
    """Connection bursts exceed the usual soft limit of 1024 open files."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def serve(settings: Settings) -> None:
    from hypercorn.asyncio import serve as hypercorn_serve
    from hypercorn.config import Config
    from ministack import app

    # The command line removes what belongs to this instance, after a crash too. ministack's own sweep would also
    # take unlabelled containers, and those may be somebody else's.
    app._stop_docker_containers = lambda include_unlabelled=False: None

    sockets = [listen(address, settings.port) for address in (LOOPBACK, settings.gateway)]
    config = Config()
    config.bind = [f"fd://{sock.detach()}" for sock in sockets]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.loglevel = app.LOG_LEVEL

    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)

    async def stopped() -> None:
        await stopping.wait()

    await hypercorn_serve(app.app, config, shutdown_trigger=stopped)


def main(argv: list[str]) -> None:
    settings = Settings.load(Path(argv[1]))
    raise_file_limit()

    from tools.local_aws import patches

    patches.install(settings)
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main(sys.argv)
