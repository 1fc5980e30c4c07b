"""What is asked for by number is a bounded whole number, wherever it is asked: nothing holds the interpreter."""

import time
from decimal import Decimal
from typing import Any

import django_filters
import pytest
from django import forms
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from kernel.web.filters import MOST_ID, AmountFilter, StrictFilters, WholeNumberFilter, whole_number
from tests.api.market import Market

HOSTILE = (
    "-1e1000000", "1e1000000", "1e99999999", "1E+9", "0x10", "1_000", "１２", "٣", "-1", "-0", "+1", "1.0", " 1", "NaN",
    "Infinity", "9" * 20, "9" * 5000, str(MOST_ID + 1), "1\x00",
)  # fmt: skip
_AT_ONCE_S = 2.0


def _filtersets() -> dict[str, type[django_filters.FilterSet]]:
    """Every set of filters that an address of the site takes, by that address."""
    found: dict[str, Any] = {}

    def walk(patterns: list[URLPattern | URLResolver], at: str) -> None:
        for each in patterns:
            here = at + str(each.pattern)
            if isinstance(each, URLResolver):
                walk(each.url_patterns, here)
                continue
            view: Any = getattr(each.callback, "view_class", None)
            if hasattr(view, "schema_model"):
                rows = view.schema_model(view())._default_manager.none()
                chosen = StrictFilters().get_filterset_class(view(), rows)
                if chosen is not None:
                    found[here] = chosen

    walk(get_resolver().url_patterns, "/")
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_only_a_short_run_of_digits_is_a_number(text: str) -> None:
    began = time.monotonic()
    assert whole_number(text) is None
    assert time.monotonic() - began < _AT_ONCE_S


def test_numbers_that_a_row_can_have_are_read() -> None:
    assert [whole_number(text) for text in ("0", "7", "007", str(MOST_ID))] == [0, 7, 7, MOST_ID]


def test_no_filter_makes_a_whole_number_out_of_a_decimal() -> None:
    """Django's own number filter hands a Decimal to a whole column, which computes ten to the million."""
    loose = {
        f"{address}?{name}"
        for address, each in _filtersets().items()
        for name, one in each.base_filters.items()
        if issubclass(one.field_class, forms.DecimalField | forms.FloatField | forms.ModelChoiceField)
    }
    assert not loose
    sets = _filtersets().values()
    assert any(isinstance(f, WholeNumberFilter) for each in sets for f in each.base_filters.values())
    assert any(isinstance(f, AmountFilter) for each in sets for f in each.base_filters.values())


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_number_is_refused_at_once_by_every_filter(text: str, bidding: Market) -> None:
    client = bidding.asked_by("supervisor")
    for address, each in _filtersets().items():
        for name, one in each.base_filters.items():
            if not isinstance(one, WholeNumberFilter | AmountFilter):
                continue
            if text in ("1.0", "-0", " 1") and isinstance(one, AmountFilter):
                continue  # forms say what an amount is
            began = time.monotonic()
            answer = client.get(address, {name: text})
            assert time.monotonic() - began < _AT_ONCE_S, (address, name)
            assert answer.status_code in (400, 403), (address, name, answer.status_code)


@pytest.mark.parametrize("size", ["abc", "-1", "0", "1e9", "9" * 30, "１"])
def test_a_page_size_that_is_no_number_is_refused(size: str, bidding: Market) -> None:
    answer = bidding.asked_by("supervisor").get("/api/v1/listings/", {"page_size": size})
    assert answer.status_code == 400
    assert answer.data["detail"]["page_size"] == ["每页条数须为1至200的整数。"]


def test_amounts_are_exact(bidding: Market) -> None:
    client = bidding.asked_by("public")
    assert len(client.get("/api/v1/listings/", {"min_price": str(Decimal("50000"))}).data["results"]) == 1
