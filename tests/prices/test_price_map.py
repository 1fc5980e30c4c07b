"""The map of prices: each province's own price, what holds elsewhere, shades by price."""

from datetime import date
from typing import Any

import pytest

from apps.insight.price_comparison import comparison
from apps.insight.price_map import SHADES, PriceMap, Tile, price_map
from apps.kinds.table import QuotaKind
from apps.parties.models import Region
from apps.rulebook import price_tables
from apps.rulebook.commands import install
from apps.rulebook.price_tables import PRICES
from apps.rulebook.prices import PriceParameters
from tests.factories.deal import at
from tests.factories.visitors import read
from tests.prices.test_judging import ROW

pytestmark = pytest.mark.django_db
NOW = at("03-05 09:00")
DAY = date(2026, 3, 5)


def mapped(parameters: PriceParameters, kind: QuotaKind, wanted: str = "") -> PriceMap | None:
    install(
        province="410000",
        name="价格规则",
        legal_basis=["演示"],
        now=NOW,
        subject=PRICES,
        parameters=parameters,
    )
    return price_map(comparison(kind=kind, day=DAY), wanted=wanted)


def tile(found: PriceMap | None, code: str) -> Tile:
    assert found is not None
    return next(each for each in found.tiles if each.code == code)


def test_every_province_has_one_tile_of_its_own() -> None:
    found = mapped(price_tables.parameters("baseline"), QuotaKind.CONSTRUCTION_AREA, "in_price")
    assert found is not None
    provinces = set(Region.objects.filter(parent=None).values_list("pk", flat=True))
    assert {each.code for each in found.tiles} == provinces
    assert len({(each.row, each.column) for each in found.tiles}) == len(found.tiles) == 34


def test_a_province_has_its_own_price_and_without_one_what_holds_elsewhere() -> None:
    found = mapped(price_tables.parameters("baseline"), QuotaKind.CONSTRUCTION_AREA, "in_price")
    shown = {
        code: (str(tile(found, code).amount), tile(found, code).own, tile(found, code).shade)
        for code in ("110000", "330000", "520000")
    }
    assert shown == {
        "110000": ("700000.00", True, SHADES), "330000": ("500000.00", True, 3), "520000": ("300000.00", False, 1),
    }  # fmt: skip
    for code in ("710000", "810000", "820000"):
        assert tile(found, code).amount is None
    assert not any(each.verified for each in found.tiles if each.amount)  # type: ignore[union-attr]


@pytest.mark.parametrize("wanted", ["", "gold", "highest", "out_price"])
def test_what_is_not_there_falls_back_on_what_is_said_of_most(wanted: str) -> None:
    found = mapped(price_tables.parameters("baseline"), QuotaKind.CONSTRUCTION_AREA, wanted)
    assert found is not None
    assert str(found.what) == (wanted if wanted in ("highest", "out_price") else "in_price")
    assert [str(each) for each, _ in found.choices] == [
        "highest", "addition_planning_scale", "in_price", "out_price",
    ]  # fmt: skip


def rows(*changes: dict[str, Any]) -> PriceParameters:
    return PriceParameters.model_validate({"rows": [ROW | each for each in changes]})


def test_a_part_of_a_province_is_not_the_province_and_one_of_a_land_class_comes_after_one_of_none() -> None:
    alone = rows({"region": "410222", "what": "lowest", "amount": "9"})
    assert mapped(alone, QuotaKind.FARMLAND_AREA) is None
    found = mapped(
        rows(
            {"region": "41", "what": "lowest", "amount": "3", "land_class": "dry"},
            {"region": "41", "what": "lowest", "amount": "5", "land_class": None},
        ),
        QuotaKind.FARMLAND_AREA,
    )
    assert str(tile(found, "410000").amount) == "5.00"
    assert tile(found, "430000").amount is None


def test_the_page_shows_the_map_with_its_choices() -> None:
    install(
        province="410000", name="价格规则", legal_basis=["演示"], now=NOW, subject=PRICES,
        parameters=price_tables.parameters("baseline"),
    )  # fmt: skip
    page = read("/prices/?kind=construction_area&day=2026-03-05&what=out_price", now=NOW)
    assert "各省价格示意" in page
    assert 'what=in_price"' in page
    tiles = page[page.index('class="price-map"') : page.index("</ol>", page.index('class="price-map"'))]
    assert tiles.count("未核实") == 31, "each tile with a price is of a row that nobody has checked"
    assert "不表示行政区域界线" in page
    assert "各省价格示意" not in read("/prices/?kind=construction_area&day=2017-03-05", now=NOW)
