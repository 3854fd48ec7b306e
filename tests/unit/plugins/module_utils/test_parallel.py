"""Side by side, in order, and no error lost."""

from __future__ import annotations

import threading

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import WORKERS, side_by_side, with_details

pytestmark = pytest.mark.usefixtures("at_the_same_time")


def test_results_are_in_the_order_of_the_items() -> None:
    assert side_by_side(lambda number: number * 2, list(range(3 * WORKERS))) == [2 * n for n in range(3 * WORKERS)]


def test_items_are_worked_on_at_the_same_time() -> None:
    # One after the other, the first would wait for the second in vain.
    together = threading.Barrier(2, timeout=60)

    assert side_by_side(lambda _item: together.wait() >= 0, ["a", "b"]) == [True, True]


def test_an_error_is_raised_when_all_have_ended() -> None:
    ended = []

    def work(item: int) -> None:
        if item == 0:
            raise ValueError("zero")
        ended.append(item)

    with pytest.raises(ValueError, match="zero"):
        side_by_side(work, [0, 1, 2])
    assert sorted(ended) == [1, 2]


def test_one_item_needs_no_thread() -> None:
    assert side_by_side(lambda _item: threading.current_thread(), ["a"]) == [threading.main_thread()]


def test_details_are_read_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=60)

    def read(answer: str) -> str:
        together.wait()
        return answer

    found = with_details(lambda: read("thing"), lambda: read("one"), lambda: read("two"))
    assert found == ("thing", ("one", "two"))


def fail() -> None:
    raise ValueError("details")


def test_details_of_nothing_are_nothing_whatever_became_of_them() -> None:
    assert with_details(lambda: None, fail, lambda: "details") == (None, ())


def test_an_error_of_the_details_of_something_is_raised() -> None:
    with pytest.raises(ValueError, match="details"):
        with_details(lambda: "thing", fail)


def test_an_error_of_the_search_comes_first() -> None:
    def search() -> None:
        raise ValueError("search")

    with pytest.raises(ValueError, match="search"):
        with_details(search, fail)
