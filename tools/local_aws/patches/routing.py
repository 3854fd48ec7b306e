"""Recognising the AWS service that a request is signed for.

ministack: at the first request for a service it does not implement, it reads the models of all four hundred AWS
services to learn their names: tens of seconds in which nothing else is answered, and 400 MB that stay. Application
Auto Scaling is such a service to its router. The names of botocore's folders say the same at once.
"""

from __future__ import annotations


def install() -> None:
    import botocore.session
    from ministack.core import router

    names = botocore.session.get_session().get_available_services()
    # Requests are signed with names like `servicequotas` where the folder is `service-quotas`.
    router._KNOWN_AWS_SERVICE_NAMES = frozenset(names) | {name.replace("-", "") for name in names}
