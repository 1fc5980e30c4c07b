"""A kind of quota is one row: what asks for it, shows it, reads it and prices it is made of the table."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from rest_framework import serializers

from apps.api.contract import TermsBody
from apps.api.listings import ListingRow
from apps.api.quota import BatchRow
from apps.insight import open_data
from apps.kinds.fields import EachKind, WithKinds, amount_input, amount_output
from apps.kinds.prices import PriceUnit, priced_among, unit_of
from apps.kinds.quantities import Quantities, Quantity
from apps.kinds.sheets import amount_columns, amounts_in
from apps.kinds.table import Measure, QuotaClass, QuotaKind, count_of_kinds, kinds_of
from apps.land import imports as land_imports
from apps.land.forms import ProjectForm
from apps.process.record_words import FACTS, FIGURES
from apps.quota import imports as quota_imports
from apps.quota.forms import BatchForm, UseForm
from apps.rehearsal import scenario
from apps.stages.application.forms import LotForm

CODES = [str(kind) for kind in kinds_of()]
FORMS: list[type[serializers.Serializer[Any]]] = [BatchForm, UseForm, ProjectForm, LotForm]
ROWS: list[type[serializers.BaseSerializer[Any]]] = [BatchRow, ListingRow, TermsBody]


def _fields(shape: type[serializers.BaseSerializer[Any]]) -> dict[str, Any]:
    found: dict[str, Any] = getattr(shape(), "fields")  # noqa: B009 - only those that have fields are asked
    return found


@pytest.mark.parametrize("shape", [*FORMS, *ROWS])
def test_forms_and_rows_have_a_field_a_kind_in_the_order_of_the_table(
    shape: type[serializers.BaseSerializer[Any]],
) -> None:
    names = list(_fields(shape))
    first = names.index(CODES[0])
    assert names[first : first + len(CODES)] == CODES
    assert not any(isinstance(each, EachKind) for each in _fields(shape).values())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", kinds_of())
def test_inputs_are_called_as_the_kind(form: type[serializers.Serializer[Any]], kind: QuotaKind) -> None:
    assert str(form().fields[str(kind)].label).endswith(kind.heading)


class _Fourth:
    """What a row of the table says, of a kind that is none yet."""

    label, short, unit, places, measure = "水浇地规模", "水浇地", "亩", 4, Measure.MU
    quota_class = QuotaClass.SUPPLEMENTARY
    heading, short_heading = "水浇地规模（亩）", "水浇地（亩）"

    def __str__(self) -> str:
        return "irrigated_area"


class _Other:
    """A class of quota that is none yet."""

    label = "建设用地"


@pytest.fixture
def longer_table(monkeypatch: pytest.MonkeyPatch) -> str:
    """The table with one row more, as forms, rows and workbooks see it; gives the new kind's code."""
    monkeypatch.setattr("apps.kinds.table.QuotaKind", [*QuotaKind, _Fourth()])
    return "irrigated_area"


@pytest.fixture
def other_class(monkeypatch: pytest.MonkeyPatch, longer_table: str) -> Any:
    """The same row, of a class that is none yet; gives the class."""
    monkeypatch.setattr(_Fourth, "quota_class", _Other)
    return _Other


@pytest.mark.parametrize("shape", [each for each in FORMS if each not in (LotForm, UseForm)])
def test_a_kind_of_another_class_is_nothing_that_these_forms_and_rows_ask_for_or_show(
    shape: type[serializers.BaseSerializer[Any]], other_class: Any
) -> None:
    assert [each for each in _fields(shape) if each in [*CODES, "irrigated_area"]] == CODES
    assert len(amount_columns(16)) == len(CODES)
    assert list(Quantities().by_code()) == CODES
    assert count_of_kinds() == "一二三四五六七八九"[len(CODES) - 1]


def test_a_form_of_another_class_asks_for_its_own_kinds(other_class: Any) -> None:
    class Asked(WithKinds, serializers.Serializer[Any]):
        title = serializers.CharField()
        quantities = EachKind(lambda kind: serializers.CharField(help_text=kind.unit), other_class)

    assert list(_fields(Asked)) == ["title", "irrigated_area"]
    assert [each.heading for each in amount_columns(16, other_class)] == ["水浇地规模（亩）"]


def test_amounts_of_two_classes_do_not_mix(other_class: Any) -> None:
    other = Quantities(quota_class=other_class)
    assert other != Quantities()
    for mix in (Quantities().__add__, Quantities().covers):
        with pytest.raises(TypeError, match="不能与"):
            mix(other)
    with pytest.raises(TypeError, match="farmland_area"):
        Quantities(quota_class=other_class, farmland_area=1)


@pytest.mark.parametrize("shape", [LotForm, UseForm, TermsBody, BatchRow, ListingRow])
def test_what_is_of_any_class_has_every_kind(
    shape: type[serializers.BaseSerializer[Any]], other_class: Any
) -> None:
    assert [each for each in _fields(shape) if each in [*QuotaKind, "irrigated_area"]] == [
        *map(str, QuotaKind),
        "irrigated_area",
    ]


@pytest.mark.parametrize("shape", [*FORMS, TermsBody, BatchRow, ListingRow])
def test_a_row_more_in_the_table_is_a_field_more_behind_those_of_the_kinds(
    shape: type[serializers.BaseSerializer[Any]], longer_table: str
) -> None:
    names = list(_fields(shape))
    of_all_classes = len(QuotaKind) - len(CODES)
    behind = names[names.index(CODES[-1]) + 1 :]
    assert longer_table in behind[: of_all_classes + 1]


def test_a_row_more_in_the_table_is_a_column_more(longer_table: str) -> None:
    columns = amount_columns(16)
    assert [each.heading for each in columns] == [
        *(QuotaKind(code).heading for code in CODES),
        "水浇地规模（亩）",
    ]
    assert columns[-1].form == columns[0].form


def test_a_form_takes_each_amount_with_the_decimals_of_its_kind() -> None:
    class Asked(WithKinds, serializers.Serializer[Any]):
        quantities = EachKind(amount_input)

    class Shown(WithKinds, serializers.Serializer[Any]):
        quantities = EachKind(amount_output)

    given = {str(kind): "7" for kind in kinds_of()}
    form = Asked(data=given)
    assert form.is_valid()
    taken = Quantities.taken(form.validated_data)
    assert taken == Quantities.each(lambda _: 7)
    assert Shown({"quantities": taken}).data == taken.as_strings()
    finer = [str(kind) for kind in kinds_of() if kind.places]
    refused = Asked(data={str(kind): "7.5" for kind in kinds_of()})
    assert not refused.is_valid()
    assert set(refused.errors) == set(CODES) - set(finer)


def test_import_headings_are_made_of_the_names() -> None:
    for kind in kinds_of():
        assert quota_imports.BATCH_COLUMNS[kind.label] == str(kind)
        assert quota_imports.UNITS[kind.label] == kind.measure.spellings
        assert land_imports.REPORT_COLUMNS[f"验收{kind.label}"] == str(kind)
        assert land_imports.UNITS[f"验收{kind.label}"] == kind.measure.spellings
        assert land_imports.KINDS[kind.label] == str(kind)
        assert kind.label in quota_imports.BATCH_EXAMPLE


def test_the_first_headings_are_those_that_files_have_today() -> None:
    assert [kind.heading for kind in kinds_of()][:3] == [
        "耕地数量（亩）",
        "水田规模（亩）",
        "粮食产能（公斤）",
    ]
    assert [kind.short_heading for kind in kinds_of()][:3] == ["耕地（亩）", "水田（亩）", "产能（公斤）"]
    assert {kind.quota_class for kind in kinds_of()} == {QuotaClass.SUPPLEMENTARY}
    assert QuotaClass.SUPPLEMENTARY.label == "补充耕地"


@pytest.mark.parametrize("kind", kinds_of())
@pytest.mark.parametrize("words", [FACTS, FIGURES])
def test_the_record_and_refusals_have_a_word_for_each_kind(kind: QuotaKind, words: dict[str, str]) -> None:
    assert words[str(kind)] == kind.heading


def test_no_table_has_a_column_of_a_kind() -> None:
    assert not [
        f"{model._meta.db_table}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if field.name in CODES
    ]


def test_no_migration_names_a_kind() -> None:
    migrations = (ROOT / "apps").glob("**/migrations/*.py")
    assert not [str(each.relative_to(ROOT)) for each in migrations if _names_a_kind(each)]


def test_lines_of_one_kind_are_added_and_kinds_are_not() -> None:
    lines = [("farmland_area", Decimal("1.5")), ("grain_capacity", Decimal(7)), ("farmland_area", Decimal(2))]
    assert Quantities.sum_of(lines) == Quantities("3.5", 0, 7)
    assert Quantities.sum_of([]).is_zero


@pytest.mark.parametrize("shape", [scenario.Project, scenario.Batch, scenario.Lot, scenario.Use])
def test_scenarios_have_an_amount_a_kind(shape: type[scenario.Strict]) -> None:
    assert [name for name in shape.model_fields if name in CODES] == CODES


def test_open_data_has_a_field_a_kind_with_its_unit() -> None:
    lots = {each.name: each for each in open_data.LISTINGS.fields}
    assert [(lots[str(kind)].label, lots[str(kind)].unit) for kind in kinds_of()] == [
        (kind.label, kind.unit) for kind in kinds_of()
    ]


def test_cells_stand_below_their_columns() -> None:
    amounts = Quantities.each(lambda kind: list(QuotaKind).index(kind) + 1)
    assert len(amounts_in(amounts)) == len(amount_columns(16))
    assert [int(each) for each in amounts_in(amounts)] == list(range(1, len(kinds_of()) + 1))


@pytest.mark.parametrize("kind", kinds_of())
def test_each_kind_has_one_unit_of_price_and_is_priced_in_it_alone(kind: QuotaKind) -> None:
    alone = Quantities.only(Quantity(kind, 8))
    assert unit_of(kind).fits(kind)
    for unit in PriceUnit:
        assert unit.fits(kind) == (unit is unit_of(kind)) == (kind in unit.kinds())
        assert priced_among(alone, unit) == (Quantity(kind, 8) if unit is unit_of(kind) else None)


@pytest.mark.parametrize(
    ("sold", "unit", "priced"),
    [
        (Quantities(20, 5, 18000), PriceUnit.YUAN_PER_MU, Quantity(QuotaKind.FARMLAND_AREA, 20)),
        (Quantities(0, 5, 18000), PriceUnit.YUAN_PER_MU, Quantity(QuotaKind.PADDY_AREA, 5)),
        (Quantities(20, 5, 18000), PriceUnit.YUAN_PER_KG, Quantity(QuotaKind.GRAIN_CAPACITY, 18000)),
        (Quantities(20, 5, 0), PriceUnit.YUAN_PER_KG, None),
        (Quantities(0, 0, 18000), PriceUnit.YUAN_PER_MU, None),
    ],
)
def test_of_several_kinds_the_first_that_the_unit_fits_is_priced(
    sold: Quantities, unit: PriceUnit, priced: Quantity | None
) -> None:
    assert priced_among(sold, unit) == priced


def test_a_kind_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError, match="irrigated_area"):
        Quantities(irrigated_area=1)
    with pytest.raises(TypeError, match="farmland_area"):
        Quantities(1, farmland_area=1)
    with pytest.raises(TypeError, match="amounts"):
        Quantities(*range(len(kinds_of()) + 1))
    with pytest.raises(ValueError, match="irrigated_area"):
        QuotaKind("irrigated_area")


def test_amounts_are_not_changed_afterwards() -> None:
    lot = Quantities(20)
    with pytest.raises(TypeError):
        lot.amounts[QuotaKind.FARMLAND_AREA] = lot.amounts[QuotaKind.PADDY_AREA]  # type: ignore[index]
    assert lot == Quantities(20)
    assert hash(lot) == hash(Quantities(20))


ROOT = Path(__file__).parents[2]
ABOUT_A_KIND = {
    "apps/land/imports.py": "what 30 亩 of new farmland make, as templates show it",
    "apps/land/rules.py": "what parcels make, by the formulas",
    "apps/land/sql/land.sql": "the same in the database",
    "apps/listings/sql/listings.sql": "what a commitment promises, in the database",
    "apps/stages/commitment/sql/commitment.sql": "the same",
    "apps/rulebook/price_tables.py": "prices that provinces have published, each for its kind",
    "apps/portal/prices.py": "the kind whose prices are shown first",
    "apps/surplus/formulas.py": "what reclaimed farmland carries, by the formula",
    "apps/rehearsal/scenario.py": "the kind of a retest that names none",
}
"""Where a kind is named because it is about just that kind; so are the lots that the demonstration makes up."""


def _names_a_kind(path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    return any(word in text for kind in kinds_of() for word in (str(kind), kind.name))


def test_nothing_else_names_a_kind() -> None:
    places = [each for ending in ("py", "sql", "typ") for each in (ROOT / "apps").rglob(f"*.{ending}")]
    places += (ROOT / "templates").rglob("*.html")
    named = {str(each.relative_to(ROOT)) for each in places if _names_a_kind(each)}
    elsewhere = {
        each
        for each in named
        if not each.startswith(("apps/kinds/", "apps/demo/")) and "/migrations/" not in each
    }
    assert elsewhere == set(ABOUT_A_KIND)
