"""Resource Groups Tagging API."""


def install() -> None:
    pass
