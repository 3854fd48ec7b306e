"""Schedule expressions, time zones and times, as Application Auto Scaling takes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import schedules
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.schedules import FIELDS, Field
from hypothesis import assume, given
from hypothesis import strategies as st

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def values(field: Field) -> st.SearchStrategy[str]:
    """A number, or a name."""
    numbers = st.integers(field.lowest, field.highest).map(str)
    return numbers | st.sampled_from([*field.names, *map(str.lower, field.names)]) if field.names else numbers


@st.composite
def ranges(draw: st.DrawFn, field: Field) -> str:
    first, last = sorted(draw(st.tuples(*[st.integers(field.lowest, field.highest)] * 2)))
    return f"{first}-{last}"


def parts(field: Field) -> st.SearchStrategy[str]:
    spans = st.just("*") | values(field) | ranges(field)
    return spans | st.tuples(spans, st.integers(1, 59)).map(lambda both: f"{both[0]}/{both[1]}")


def fields(field: Field) -> st.SearchStrategy[str]:
    return st.lists(parts(field), min_size=1, max_size=2).map(",".join)


@st.composite
def expressions(draw: st.DrawFn) -> list[str]:
    drawn = [draw(fields(field)) for field in FIELDS]
    drawn[draw(st.sampled_from([schedules.DAY_OF_MONTH, schedules.DAY_OF_WEEK]))] = "?"
    return drawn


def cron(drawn: list[str]) -> str:
    return f"cron({' '.join(drawn)})"


@given(expressions())
def test_what_follows_the_grammar_is_taken(drawn: list[str]) -> None:
    assert schedules.problem(cron(drawn)) is None


@given(expressions(), st.data())
def test_a_number_out_of_its_field_is_refused(drawn: list[str], data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(FIELDS) - 1))
    assume(drawn[number] != "?")
    field = FIELDS[number]
    too_high, too_low = st.integers(field.highest + 1, 9999), st.integers(0, max(field.lowest - 1, 0))
    outside = data.draw(too_high | too_low if field.lowest else too_high)
    drawn[number] = f"{drawn[number]},{outside}"

    reason = schedules.problem(cron(drawn))

    assert reason is not None
    assert field.name in reason
    assert str(outside) in reason


@given(st.lists(st.sampled_from(["*", "?", "1"]), max_size=9).filter(lambda drawn: len(drawn) != len(FIELDS)))
def test_another_number_of_fields_is_refused(drawn: list[str]) -> None:
    assert "six fields" in str(schedules.problem(cron(drawn)))


@given(st.text(max_size=30))
def test_any_text_has_an_answer(text: str) -> None:
    for schedule in (text, f"cron({text})", f"rate({text})", f"at({text})"):
        assert schedules.problem(schedule) is None or schedules.problem(schedule)


@pytest.mark.parametrize(
    "schedule",
    [
        "cron(0 8 ? * MON-FRI *)",
        "cron(*/15 8-18 * * ? *)",
        "cron(0 0 L * ? *)",
        "cron(0 0 LW * ? *)",
        "cron(0 0 15W * ? *)",
        "cron(0 9 ? * 2#1 2026-2030)",
        "cron(0 9 ? * 6L *)",
        "cron(0 6 1,15 JAN,jul ? *)",
        "rate(1 hour)",
        "rate(5 minutes)",
        "at(2026-12-24T18:00:00)",
    ],
)
def test_accepted(schedule: str) -> None:
    assert schedules.problem(schedule) is None


@pytest.mark.parametrize(
    ("schedule", "reason"),
    [
        ("", schedules.FORMS),
        ("0 8 ? * MON-FRI *", schedules.FORMS),
        ("cron(0 8 * * 1)", "this one has 5"),
        ("cron(0 8 * * MON *)", "either the day of month or the day of week must be ?"),
        ("cron(0 8 ? * ? *)", "and not both"),
        ("cron(60 8 ? * MON *)", "'60' is nothing that the field minutes knows: it goes from 0 to 59"),
        ("cron(0 24 ? * MON *)", "hours"),
        ("cron(0 8 32 * ? *)", "day of month"),
        ("cron(0 8 32W * ? *)", "day of month"),
        ("cron(0 8 ? * 8 *)", "day of week"),
        ("cron(0 8 ? * 0 *)", "day of week"),
        ("cron(0 8 ? * FUNDAY *)", "day of week"),
        ("cron(0 8 ? * 2#6 *)", "day of week"),
        ("cron(0 8 ? * MON,? *)", "day of week"),
        ("cron(0 8 ? MAI MON *)", "month"),
        ("cron(0 8 ? * FRI-MON *)", "ends before it begins in the field day of week"),
        ("cron(0 8 ? * MON 1969)", "year"),
        ("cron(*/0 * * * ? *)", "'0' is no number of steps in the field minutes"),
        ("cron(*/ * * * ? *)", "no number of steps"),
        ("cron(L * * * ? *)", "minutes"),
        ("cron(1,,2 * * * ? *)", "minutes"),
        ("rate(0 minutes)", "a rate is a positive number"),
        ("rate(1 minutes)", "1 goes with minute"),
        ("rate(5 minute)", "5 goes with minutes"),
        ("rate(1 week)", "a rate is"),
        ("at(2026-12-24 18:00)", "yyyy-mm-ddThh:mm:ss"),
        ("at(2026-02-30T18:00:00)", "the time must exist"),
    ],
)
def test_refused(schedule: str, reason: str) -> None:
    assert reason in str(schedules.problem(schedule))


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "Etc/GMT+9"])
def test_time_zones(name: str) -> None:
    assert schedules.known_timezone(name)


@pytest.mark.parametrize("name", ["Europe/Atlantis", "Europe", "", "../UTC", "CEST?"])
def test_what_is_no_time_zone(name: str) -> None:
    assert not schedules.known_timezone(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-06-01T12:00:00", NOON),
        ("2026-06-01T12:00:00Z", NOON),
        ("2026-06-01T14:00:00.5+02:00", NOON),
        ("2026-06-01", datetime(2026, 6, 1, tzinfo=UTC)),
        ("tomorrow", None),
    ],
)
def test_moments(text: str, expected: datetime | None) -> None:
    assert schedules.moment(text) == expected


@pytest.mark.parametrize(
    ("schedule", "zone", "end", "over"),
    [
        ("at(2026-06-01T12:00:00)", "UTC", None, True),
        ("at(2026-06-01T12:00:01)", "UTC", None, False),
        ("at(2026-06-01T13:30:00)", "Europe/Berlin", None, True),
        ("at(2026-06-01T14:30:00)", "Europe/Berlin", None, False),
        ("rate(1 hour)", "UTC", None, False),
        ("rate(1 hour)", "UTC", NOON, True),
    ],
)
def test_what_will_never_run_again(schedule: str, zone: str, end: datetime | None, over: bool) -> None:
    assert schedules.is_over(schedule, zone, end, NOON) is over
