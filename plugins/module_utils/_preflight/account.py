# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Region, credentials and account."""

from __future__ import annotations

import re
import typing as t

try:
    import botocore.config
    import botocore.exceptions
    import botocore.session
except ImportError:
    pass  # Handled by AnsibleAWSModule

from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem, did_you_mean

# The ARNs and registry names in group_vars/all/names.yml are those of this partition.
_PARTITION = "aws"
_CREDENTIALS = "AWS credentials"
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired")
_INVALID = ("InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure")


def known_regions() -> list[str]:
    """Regions with ECS, as botocore lists them."""
    return sorted(botocore.session.get_session().get_available_regions("ecs", partition_name=_PARTITION))


def check_region(region: str, regions: t.Sequence[str]) -> t.Iterator[Problem]:
    """A region that exists."""
    if region not in regions:
        close = did_you_mean(region, regions)
        fix = close if close.startswith("did") else f"choose one of {', '.join(regions)}"
        yield Problem("airflow_region", region, "AWS has no such region, or this botocore is older than it", fix)


def check_account_id(airflow_account_id: t.Any, airflow_certificate_arn: str = "") -> t.Iterator[Problem]:
    """The form of the account's number; empty when any account is right."""
    expected = str(airflow_account_id)
    if expected and not re.fullmatch(r"[0-9]{12}", expected):
        fix = "write the twelve digits in quotes, without hyphens, or empty it"
        yield Problem("airflow_account_id", airflow_account_id, "it is no id of an account", fix)
    elif expected and airflow_certificate_arn.count(":") > 4 and airflow_certificate_arn.split(":")[4] != expected:
        why = f"the certificate is of another account than airflow_account_id {expected}"
        yield Problem("airflow_certificate_arn", airflow_certificate_arn, why, "use a certificate of this account")


def check_caller(expected: t.Any, identity: t.Mapping[str, t.Any]) -> t.Iterator[Problem]:
    """The credentials are those of the account that the inventory belongs to."""
    if expected and identity and str(expected) != identity["Account"]:
        why = f"the credentials are those of account {identity['Account']} ({identity['Arn']})"
        fix = f"use credentials of account {expected}, such as another AWS_PROFILE, or another inventory"
        yield Problem("airflow_account_id", str(expected), why, fix)


def client_config() -> botocore.config.Config:
    """Soon an answer: preflight runs before everything."""
    return botocore.config.Config(connect_timeout=5, read_timeout=15, retries={"total_max_attempts": 2})


def ask(get_identity: t.Callable[[], dict[str, t.Any]], source: str) -> tuple[dict[str, t.Any], list[Problem]]:
    """Who calls; or nothing, and the reason."""
    try:
        return get_identity(), []
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, ValueError) as error:
        return {}, [explain(error, source)]


def explain(error: Exception, source: str) -> Problem:
    """Why AWS could not be asked who calls; source says where credentials are looked for."""
    if isinstance(error, botocore.exceptions.ClientError):
        return _refused(error, source)
    if isinstance(error, (botocore.exceptions.NoCredentialsError, botocore.exceptions.PartialCredentialsError)):
        fix = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with `aws sso login`"
        return Problem(_CREDENTIALS, source, str(error), fix)
    if isinstance(error, botocore.exceptions.ProfileNotFound):
        fix = "name a profile of ~/.aws/config in AWS_PROFILE, or create it with `aws configure sso`"
        return Problem(_CREDENTIALS, source, str(error), fix)
    if isinstance(error, (botocore.exceptions.SSOError, botocore.exceptions.TokenRetrievalError)):
        return Problem(_CREDENTIALS, source, str(error), "log in again with `aws sso login`")
    if isinstance(error, (botocore.exceptions.ConnectionError, botocore.exceptions.HTTPClientError)):
        fix = "check network, proxy and AWS_ENDPOINT_URL; `make local-aws` starts the embedded AWS"
        return Problem("AWS endpoint", source, str(error), fix)
    return Problem(_CREDENTIALS, source, str(error), "check the credentials with `aws sts get-caller-identity`")


def _refused(error: botocore.exceptions.ClientError, source: str) -> Problem:
    code = error.response.get("Error", {}).get("Code", "")
    if code in _EXPIRED:
        return Problem(_CREDENTIALS, source, f"they have expired ({code})", "log in again, for example `aws sso login`")
    if code in _INVALID:
        fix = "check access key, secret key, session token and clock, and that the account has this region enabled"
        return Problem(_CREDENTIALS, source, f"AWS does not know them ({code})", fix)
    return Problem(_CREDENTIALS, source, str(error), "check the credentials with `aws sts get-caller-identity`")


RULES = (check_account_id,)
