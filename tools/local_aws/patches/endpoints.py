"""DNS names of databases and caches: shaped like AWS's, resolvable on the container network only."""

from __future__ import annotations

import hashlib

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


def customer_hash(account: str, region: str) -> str:
    """The twelve characters that AWS puts into every endpoint of an account and region."""
    number = int.from_bytes(hashlib.sha256(f"{account}/{region}".encode()).digest(), "big")
    characters = []
    for dummy in range(11):
        number, digit = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[digit])
    return "c" + "".join(characters)


def short_region(region: str) -> str:
    """`use1` for us-east-1, as in ElastiCache's names."""
    area, *direction, number = region.split("-")
    letters = {"central": "c", "northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw"}
    return area + "".join(letters.get(word, word[0]) for word in direction) + number


def database(identifier: str, account: str, region: str) -> str:
    return f"{identifier}.{customer_hash(account, region)}.{region}.rds.localhost"


def cache(role: str, group: str, account: str, region: str) -> str:
    """`role` is master (primary endpoint) or replica (reader endpoint)."""
    return f"{role}.{group}.{customer_hash(account, region)[:6]}.{short_region(region)}.cache.localhost"
