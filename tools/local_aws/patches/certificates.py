"""The certificate authorities that containers trust.

AWS: clients trust RDS through the global bundle, ElastiCache through the system's authorities.
ministack: signs both with authorities of its own, made at every start.

The files exist before the first container does; every task has them mounted where the image expects them.
"""

from __future__ import annotations

from pathlib import Path

from tools.local_aws.settings import SYSTEM_CA_TARGET, Settings


def system_authorities() -> bytes:
    """What this machine trusts; empty on a machine that keeps it elsewhere than Debian does."""
    path = Path(SYSTEM_CA_TARGET)
    return path.read_bytes() if path.exists() else b""


def install(settings: Settings) -> None:
    from ministack.services import elasticache, rds

    settings.ca_dir.mkdir(parents=True, exist_ok=True)
    rds_authority = rds.pg_ca_cert_pem().encode()
    cache_authority = elasticache._ensure_serverless_ca()[0].encode()
    contents = {
        settings.rds_ca: rds_authority,
        settings.elasticache_ca: cache_authority,
        settings.system_ca: system_authorities() + cache_authority,
    }
    for path, content in contents.items():
        # Written in place: a bind mount keeps the file's inode.
        path.write_bytes(content)
        path.chmod(0o644)
