# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the two sides say to each other.

One packet on the shared socket asks for a run: the module's full name, with three file descriptors beside it. The first
is a stream socket of this run alone; the module writes its output to the other two, as to the pipes of a process of its
own. On the stream, the server answers with C(READY) or C(DECLINED); the client then writes the request's body and shuts
its side; at the end comes the exit code.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

# Without metadata of their own, which modules do not have yet, Ansible serializes for all of them so.
PROFILE = "legacy"

READY = b"+"
DECLINED = b"-"

# Module names are short; the body goes over the stream, which has no limit.
MAX_PACKET = 4096
DESCRIPTORS = 3


@dataclass(frozen=True)
class Request:
    """One run of a module.

    :param parameters: The module's parameters, as Ansible serializes them.
    :param profile: The serialization profile of parameters and result.
    :param environment: The whole environment of the process.
    :param folder: The working directory.
    """

    parameters: str
    profile: str
    environment: dict[str, str]
    folder: str

    def encode(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, body: bytes) -> Request:
        return cls(**json.loads(body))
