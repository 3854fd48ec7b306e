"""A port for a server of our own, below those that the kernel gives to clients: nobody takes it by chance meanwhile."""

from __future__ import annotations

import random
import socket

PORTS = range(20_000, 32_000)


def free_port(host: str = "127.0.0.1") -> int:
    while True:
        port = random.choice(PORTS)
        with socket.socket() as sock:
            try:
                sock.bind((host, port))
            except OSError:
                continue
        return port


if __name__ == "__main__":
    print(free_port())
