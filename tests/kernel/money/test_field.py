"""The column of yuan, on a real PostgreSQL."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from django.db.migrations.writer import MigrationWriter
from django.db.models import F, Max, Sum, Value
from django.db.models.functions import Cast
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import ZERO, Yuan, YuanField
from kernel.workdays.commands import load
from kernel.workdays.models import Year
from tests.kernel.workdays.samples import BY_HAND, NOW


@isolate_apps("kernel.workdays")
def bill() -> Any:
    """A model that holds yuan; it has no table."""

    class Bill(models.Model):
        total = YuanField("总额")
        cap = YuanField(null=True, blank=True)

        class Meta:
            app_label = "workdays"

        def __str__(self) -> str:
            return str(self.total)

    return Bill


@pytest.mark.parametrize("assigned", [Yuan("5"), Decimal("5.00"), Decimal(5), 5, "5.00"])
def test_an_attribute_is_yuan_whatever_exact_amount_was_assigned(assigned: Any) -> None:
    row = bill()(total=assigned)
    assert row.total == Yuan(5)
    assert row.cap is None
    row.cap = assigned
    assert row.cap == Yuan(5)


@pytest.mark.parametrize("assigned", [5.0, Decimal("0.001"), Decimal("NaN"), "５", True])
def test_an_attribute_refuses_what_is_not_exact(assigned: Any) -> None:
    with pytest.raises(ValueError):
        bill()(total=assigned)


def test_an_attribute_takes_an_expression_for_the_next_save() -> None:
    expression = F("total") + F("cap")
    assert bill()(total=expression).total is expression


def test_full_clean_and_forms_speak_of_validation() -> None:
    row = bill()(total=Yuan("5.01"))
    row.full_clean()
    field = row._meta.get_field("total")
    assert field.clean("7.10", row) == Yuan("7.1")
    for wrong in ("abc", 1.5, Decimal("0.001")):
        with pytest.raises(ValidationError):
            field.clean(wrong, row)
    assert field.formfield().clean("7.10") == Decimal("7.10")
    assert field.value_to_string(row) == "5.01"


def test_the_field_and_its_default_are_written_into_migrations() -> None:
    field = YuanField(default=ZERO, null=True)
    _, path, args, options = field.deconstruct()
    assert (path, args, options) == ("kernel.money.YuanField", [], {"default": ZERO, "null": True})
    written, imports = MigrationWriter.serialize(field)
    assert written == "kernel.money.YuanField(default=kernel.money.Yuan('0.00'), null=True)"
    assert imports == {"import kernel.money"}
    assert (field.max_digits, field.decimal_places) == (18, 2)


def one_row() -> models.QuerySet[Year]:
    load(**BY_HAND, by="测试", now=NOW)
    return Year.objects.filter(year=BY_HAND["year"])


def column(amount: Yuan | None) -> Cast:
    return Cast(Value(amount, output_field=YuanField(null=True)), output_field=YuanField(null=True))


@pytest.mark.django_db
@given(cents=st.integers(min_value=-(10**17) + 1, max_value=10**17 - 1))
def test_any_amount_survives_the_database(cents: int) -> None:
    amount = Yuan(Decimal(cents).scaleb(-2))
    assert one_row().annotate(sum=column(amount)).values_list("sum", flat=True).get() == amount


@pytest.mark.django_db
def test_aggregates_give_yuan() -> None:
    rows = one_row().annotate(money=column(Yuan("1.23")), nothing=column(None))
    assert rows.aggregate(total=Sum("money"), most=Max("money")) == {
        "total": Yuan("1.23"),
        "most": Yuan("1.23"),
    }
    assert rows.aggregate(total=Sum("nothing"))["total"] is None
    assert rows.aggregate(total=Sum("nothing", default=ZERO))["total"] == ZERO


@pytest.mark.django_db
def test_lookups_take_yuan_and_exact_decimals() -> None:
    rows = one_row().annotate(money=column(Yuan("1.23")))
    assert rows.filter(
        money=Yuan("1.23"), money__gte=Decimal("1.23"), money__in=[ZERO, Yuan("1.23")]
    ).exists()
    assert rows.filter(money__gt=Yuan("1.23")).count() == 0
    with pytest.raises(ValueError):
        rows.filter(money=1.23).exists()


@pytest.mark.django_db
def test_arithmetic_in_the_database_takes_wrapped_amounts() -> None:
    rows = one_row().annotate(money=column(Yuan("1.23")))
    sums = rows.annotate(
        more=models.ExpressionWrapper(F("money") + column(Yuan("0.77")), output_field=YuanField())
    )
    assert sums.get().more == Yuan(2)
