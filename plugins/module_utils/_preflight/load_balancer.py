# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The load balancer's listener."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem

_CERTIFICATE = re.compile(r"arn:aws:acm:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):certificate/[0-9a-f-]{36}")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})+")


def check_port(airflow_load_balancer_port: t.Any) -> t.Iterator[Problem]:
    """A TCP port; text is welcome because a port often comes from the environment."""
    text = str(airflow_load_balancer_port)
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        fix = "choose 1 to 65535; without it the port is 80, and 443 with airflow_certificate_arn"
        yield Problem("airflow_load_balancer_port", airflow_load_balancer_port, "it is no TCP port", fix)


def check_certificate(airflow_certificate_arn: str, airflow_region: str) -> t.Iterator[Problem]:
    """A certificate that a load balancer of this region can use."""
    if not airflow_certificate_arn:
        return
    setting = "airflow_certificate_arn"
    match = _CERTIFICATE.fullmatch(airflow_certificate_arn)
    if match is None:
        fix = f"copy it from AWS Certificate Manager: arn:aws:acm:{airflow_region}:<account>:certificate/<id>"
        yield Problem(setting, airflow_certificate_arn, "it is no ARN of an ACM certificate", fix)
    elif match["region"] != airflow_region:
        why = f"the certificate is in {match['region']}, the load balancer in {airflow_region}"
        yield Problem(setting, airflow_certificate_arn, why, f"request or import a certificate in {airflow_region}")


def check_domain(airflow_domain: str) -> t.Iterator[Problem]:
    """A host name, not a URL."""
    if airflow_domain and not _HOST_NAME.fullmatch(airflow_domain):
        fix = "write it without scheme, port and path, in lower case: airflow.example.com"
        yield Problem("airflow_domain", airflow_domain, "it is no host name", fix)


RULES = (check_port, check_certificate, check_domain)
