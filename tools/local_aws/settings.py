"""What one instance of the embedded AWS is made of: its addresses, its folders and its names.

The command line decides the values once, `start` writes them to `<state>/settings.json`, and the server reads
them back from there, so both halves (and the patches) always agree.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""

DEFAULT_PORT = 4566
DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"
SECRET_KEY = "local"
LOOPBACK = "127.0.0.1"
INSTANCE_HOST = "local-aws"
INSTANCE_LABEL = "ministack.instance"
RDS_CA_TARGET = "/etc/ssl/certs/rds-global-bundle.pem"
"""Where the Airflow image has the certificate authorities of RDS."""
SYSTEM_CA_TARGET = "/etc/ssl/certs/ca-certificates.crt"
"""Where Debian has the certificate authorities the whole system trusts."""
CREATORS = ("rds", "elasticache", "elbv2")
"""Services that can be told to take their time."""


def creation_seconds(text: str) -> dict[str, float]:
    """Parses `rds=360,elasticache=480,elbv2=120`; ValueError if it is not like that."""
    result = {}
    for pair in filter(None, text.split(",")):
        service, dummy, seconds = pair.partition("=")
        if service not in CREATORS or not seconds.replace(".", "", 1).isdecimal():
            raise ValueError(f"{pair!r} is not <service>=<seconds> with a service of {', '.join(CREATORS)}")
        result[service] = float(seconds)
    return result


@dataclasses.dataclass(frozen=True)
class Settings:
    """One instance. Two instances share neither a port nor a state folder nor a cache folder."""

    port: int
    state_dir: Path
    cache_dir: Path
    engine: str = "podman"
    """`podman` (ours, with a private configuration) or `docker` (the user's daemon)."""
    docker_host: str = ""
    """URL of the Docker-compatible API."""
    network: str = ""
    """Container network that every container of this instance joins; it resolves container names and aliases."""
    subnet: str = ""
    gateway: str = ""
    """Address of this machine on that network: containers reach the embedded AWS at `gateway:port`."""
    account: str = DEFAULT_ACCOUNT
    region: str = DEFAULT_REGION
    creation_seconds: dict[str, float] = dataclasses.field(default_factory=dict)
    """How long the services of CREATORS take to make what they make; at once where nothing is said."""
    images_from: Path | None = None
    """Cache folder of another instance: a cache that is new begins with a copy of its images (podman only)."""

    # -- addresses
    @property
    def endpoint(self) -> str:
        """The AWS endpoint as this machine sees it."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def container_endpoint(self) -> str:
        """The AWS endpoint as containers see it."""
        return f"http://{self.gateway}:{self.port}"

    @property
    def registry(self) -> str:
        """Host and port image pushes go to; plain HTTP."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def instance(self) -> str:
        """Value of the label `ministack.instance` on every container and volume of this instance."""
        return f"{INSTANCE_HOST}:{self.port}"

    # -- files
    @property
    def run_dir(self) -> Path:
        """Sockets and mounts of a podman of our own: on tmpfs, because a reboot must empty it, and short, because
        podman takes no long path here and neither do sockets. A store of images belongs to one such folder."""
        return Path("/run/local-aws") / hashlib.sha256(str(self.cache_dir).encode()).hexdigest()[:12]

    @property
    def settings_file(self) -> Path:
        return self.state_dir / "settings.json"

    @property
    def server_pid(self) -> Path:
        return self.state_dir / "server.pid"

    @property
    def engine_pid(self) -> Path:
        return self.state_dir / "engine.pid"

    @property
    def engine_log(self) -> Path:
        return self.state_dir / "engine.log"

    @property
    def engine_wrapper(self) -> Path:
        """Executable that is the container engine's command line, private configuration included."""
        return self.state_dir / "engine"

    @property
    def session_plugin(self) -> Path:
        """Executable that stands in for the Session Manager plugin."""
        return self.state_dir / "session-manager-plugin"

    @property
    def server_log(self) -> Path:
        return self.state_dir / "server.log"

    @property
    def requests_log(self) -> Path:
        """One JSON object per API call, in CloudTrail's spirit."""
        return self.state_dir / "requests.jsonl"

    @property
    def data_dir(self) -> Path:
        """Scratch space of ministack; gone after `stop`."""
        return self.state_dir / "data"

    @property
    def ca_dir(self) -> Path:
        return self.state_dir / "ca"

    @property
    def rds_ca(self) -> Path:
        """Authority that signs the database servers; containers see it at RDS_CA_TARGET."""
        return self.ca_dir / "rds.pem"

    @property
    def elasticache_ca(self) -> Path:
        return self.ca_dir / "elasticache.pem"

    @property
    def system_ca(self) -> Path:
        """This machine's trusted authorities plus ElastiCache's; containers see it at SYSTEM_CA_TARGET."""
        return self.ca_dir / "ca-certificates.crt"

    @property
    def ca_mounts(self) -> dict[str, str]:
        """Host file -> place in every task's container. The files exist before `start` returns."""
        return {str(self.rds_ca): RDS_CA_TARGET, str(self.system_ca): SYSTEM_CA_TARGET}

    # -- the server's environment
    def ministack_environment(self) -> dict[str, str]:
        """Environment variables ministack reads when it is imported."""
        return {
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_HOSTNAME": INSTANCE_HOST,
            "MINISTACK_ACCOUNT_ID": self.account,
            "MINISTACK_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "DOCKER_HOST": self.docker_host,
            "DOCKER_NETWORK": self.network,
            # ministack's 10 s are too few to unpack a large image on a busy machine.
            "MINISTACK_DOCKER_TIMEOUT": "300",
            "STATE_DIR": str(self.data_dir),
            "S3_DATA_DIR": str(self.data_dir / "s3"),
            "TMPDIR": str(self.data_dir),
            # Both would listen on ports of their own, and nothing here uses them.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
        }

    # -- JSON
    def to_json(self) -> str:
        values = {key: str(value) if isinstance(value, Path) else value for key, value in vars(self).items()}
        return json.dumps(values, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Settings:
        values: dict[str, Any] = json.loads(text)
        values["state_dir"] = Path(values["state_dir"])
        values["cache_dir"] = Path(values["cache_dir"])
        values["images_from"] = Path(values["images_from"]) if values["images_from"] else None
        return cls(**values)

    @classmethod
    def load(cls, path: Path) -> Settings:
        return cls.from_json(path.read_text(encoding="utf-8"))
