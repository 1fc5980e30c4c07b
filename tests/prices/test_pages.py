"""Price tables for everybody, and on the desks guide prices and drafts of the tables."""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.insight.price_comparison import comparison, spread_of
from apps.kinds.table import QuotaKind
from apps.prices.models import Computation
from apps.rulebook import price_tables
from apps.rulebook.commands import install
from apps.rulebook.models import Rulebook
from apps.rulebook.price_tables import PRICES
from apps.rulebook.prices import PriceParameters
from kernel.web.opaque import shown
from tests.factories.deal import at
from tests.factories.desk_site import form_of, opened
from tests.factories.journey import confirmed
from tests.factories.visitors import fetched, read
from tests.prices.test_computing import FACTS, NORM
from tests.prices.test_judging import ROW

pytestmark = pytest.mark.django_db
NOW = at("03-05 09:00")


def _install(parameters: PriceParameters, *, province: str = "410000") -> None:
    install(
        province=province, name="价格规则", legal_basis=["国办发〔2018〕16号"], now=NOW, subject=PRICES,
        parameters=parameters,
    )  # fmt: skip


def _rows(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))


# --- for everybody ---


def test_the_public_reads_the_tables_with_what_is_unverified_marked() -> None:
    _install(price_tables.parameters("baseline"))
    page = read("/prices/?kind=construction_area&day=2026-03-05", now=NOW)
    for said in ("最高价", "调入价", "高标准农田", "700,000.00", "国办发〔2018〕16号", "仅展示"):
        assert said in page
    assert page.count("未核实") >= len(comparison(kind=QuotaKind.CONSTRUCTION_AREA, day=date(2026, 3, 5)))


@pytest.mark.parametrize(
    "query", ["", "?kind=gold", "?day=2100-12-31", "?day=2019-01-01&kind=paddy_area", "?day=", "?page=x"]
)
def test_whatever_the_address_asks_for_the_page_answers(query: str) -> None:
    assert "<h1" in read(f"/prices/{query}", now=NOW)
    assert fetched(f"/prices.csv{query}", now=NOW).status_code == 200


@pytest.mark.parametrize("day", ["never", "2026-02-30", "9999-12-31", "%3Cb%3E"])
def test_what_is_no_day_is_said_and_nothing_is_shown_for_another(day: str) -> None:
    _install(price_tables.parameters("baseline"))
    for address in (f"/prices/?day={day}", f"/prices.csv?day={day}"):
        page = read(address, now=NOW, status=400)
        assert "日期须" in page or "没有2026年02月30日这一天" in page
        assert "330000" not in page
        assert "<b>" not in page


def test_long_tables_are_read_page_by_page_with_a_fixed_number_of_queries() -> None:
    rows = [ROW | {"region": f"41{number:04}", "effect": "show"} for number in range(1, 460)]
    _install(PriceParameters.model_validate({"rows": rows}))
    counts = []
    for page, shown_rows in ((1, 200), (2, 200), (3, 59)):
        with CaptureQueriesContext(connection) as queries:
            said = read(f"/prices/?day=2026-03-05&page={page}", now=NOW)
        counts.append(len(queries))
        assert said.count('data-head="作用"') == shown_rows
        assert (f"page={page + 1}" in said) is (page < 3)
    assert max(counts) == min(counts) <= 12
    assert len(_rows(fetched("/prices.csv?day=2026-03-05", now=NOW))) == 459


def test_the_norms_stand_below_the_tables() -> None:
    _install(PriceParameters.model_validate({"cost_norms": [NORM | {"soil": None, "land_class": "paddy"}]}))
    page = read("/prices/?day=2026-03-05", now=NOW)
    for said in ("成本标准", "18,000.00", "12,000.00", "3,000.00", "水田", "未核实"):
        assert said in page


def test_a_norm_shows_its_yearly_aftercare_too() -> None:
    _install(PriceParameters.model_validate({"cost_norms": [NORM | {"aftercare": "612.50"}]}))
    page = read("/prices/?day=2026-03-05", now=NOW)
    assert "每年后期管护" in page
    assert "612.50" in page


def test_without_any_table_the_page_says_so() -> None:
    assert "没有该种类在该日有效的价格" in read("/prices/", now=NOW)


def test_the_comparison_as_csv_says_what_the_page_says() -> None:
    _install(price_tables.parameters("baseline"))
    rows = _rows(fetched("/prices.csv?kind=paddy_area&day=2026-03-05", now=NOW))
    assert len(rows) == 1
    row = list(rows[0].values())
    assert row[:5] == ["360000", "江西省", "最低价", "", "250000.00"]
    assert "未核实" in row


def test_a_provinces_own_row_goes_before_what_another_says_of_it() -> None:
    _install(price_tables.parameters("baseline"))
    _install(price_tables.parameters("jiangxi"), province="360000")
    found = comparison(kind=QuotaKind.PADDY_AREA, day=date(2026, 3, 5))
    assert [(each.row.region, each.effect) for each in found] == [("360000", "强制")]


def test_deals_stand_beside_the_region_that_they_were_made_in() -> None:
    confirmed()
    regions = ("410000", "4102", "410222", "4103", "410221", "430000", "*")
    _install(PriceParameters.model_validate({"rows": [ROW | {"region": each} for each in regions]}))
    found = {
        each.row.region: each.deals
        for each in comparison(kind=QuotaKind.FARMLAND_AREA, day=date(2026, 3, 30))
    }
    for within in ("410000", "4102", "410222"):
        spread = found[within]
        assert spread is not None
        assert (spread.count, str(spread.median)) == (1, "65000.00")
    assert {found[elsewhere] for elsewhere in ("4103", "410221", "430000", "*")} == {None}
    page = read("/prices/?day=2026-03-30", now=NOW)
    assert '<td class="num" data-head="成交宗数">—</td>' in page
    assert '<td class="num" data-head="成交宗数">0</td>' not in page


def test_deals_are_those_closed_up_to_the_day() -> None:
    confirmed()  # closed on 30 March 2026 at 10:00
    _install(PriceParameters.model_validate({"rows": [ROW]}))
    for day, count in ((29, 0), (30, 1)):
        [line] = comparison(kind=QuotaKind.FARMLAND_AREA, day=date(2026, 3, day))
        assert (line.deals.count if line.deals else 0) == count


def test_the_price_tables_are_linked_from_every_page() -> None:
    assert 'href="/prices/"' in read("/verify/", now=NOW)


def test_quartiles_lie_between_neighbours_in_proportion() -> None:
    found = spread_of(Decimal(each) for each in (4, 1, 3, 2))
    assert found is not None
    assert (str(found.low), str(found.median), str(found.high)) == ("1.75", "2.50", "3.25")
    assert spread_of([]) is None


# --- on the desks ---


def test_the_result_shows_costs_by_norms_and_by_budget() -> None:
    with opened() as site:
        _install(PriceParameters.model_validate({"cost_norms": [NORM]}))
        browser = site.browser("centre")
        address = "/desk/acts/guide.compute/0/"
        typed = form_of(browser.get(address)) | FACTS | {"levelling": "20000"}
        done = browser.post(address, typed)
        made = Computation.objects.get()
        assert done["Location"] == f"/desk/guide-prices/{shown(made.pk, 'computation')}/"
        page = browser.get(done["Location"]).content.decode()
        for said in ("18,000.00", "20,000.00", "5,000.00", "57,600.00", "60,000.00", "46,080.00", "0.20"):
            assert said in page
        assert "57,600.00" in browser.get("/desk/guide-prices/").content.decode()
        for key, status in (("province", 404), ("seller", 404), ("finance", 403)):
            assert site.browser(key).get(done["Location"]).status_code == status


def test_price_tables_are_drafted_line_by_line_and_come_back_as_they_were() -> None:
    with opened() as site:
        browser = site.browser("province")
        address = "/desk/acts/rulebook.draft/0/?subject=prices"
        form = form_of(browser.get(address))
        line = "补充耕地|耕地数量|旱地|410000|最低价|150000.00|2026-01-01||演示价〔2026〕1号||是|强制"
        norm = "耕地数量 | | 41 | 18000 | 12000 | 10000 | 3000 | | 2026-01-01 | | |"
        typed = form | {
            "name": "河南省价格规则", "legal_basis": "演示价〔2026〕1号", "valid_from": "2026-01-01",
            "parameters.rows": line, "parameters.cost_norms": norm,
        }  # fmt: skip
        assert browser.post(address, typed).status_code == 302
        made = Rulebook.objects.get(subject="prices")
        [row], [cost] = made.parameters["rows"], made.parameters["cost_norms"]
        assert (row["land_class"], row["amount"], row["verified"], row["effect"]) == (
            "dry",
            "150000.00",
            True,
            "bind",
        )
        assert (cost["ecological"], cost["aftercare"], cost["verified"]) == ("3000.00", None, False)
        page = browser.get("/desk/rulebooks/?subject=prices").content.decode()
        assert "河南省价格规则" in page
        assert "待批准" in page
        assert f"/desk/acts/rulebook.approve/{made.pk}/" in browser.get("/desk/").content.decode()
        site.both("province", "rulebook.approve", made.pk)
        made.refresh_from_db()
        assert made.approved_at is not None
        again = form_of(browser.get(address))
        assert re.sub(r"\s", "", again["parameters.rows"][0]) == re.sub(r"\s", "", line)


def test_what_is_wrong_with_a_line_is_said_of_that_line() -> None:
    with opened() as site:
        browser = site.browser("province")
        address = "/desk/acts/rulebook.draft/0/?subject=prices"
        sound = "补充耕地|耕地数量|旱地|410000|最低价|150000.00|2026-01-01||||否|仅展示"
        wrong = sound.replace("150000.00", "1e5").replace("410000", "4101")
        typed = form_of(browser.get(address)) | {
            "name": "价格", "legal_basis": "演示", "valid_from": "2026-01-01",
            "parameters.rows": f"{sound}\n{wrong}",
        }  # fmt: skip
        answer = browser.post(address, typed)
        assert answer.status_code == 400
        assert "第2行单价：金额只能用半角数字书写" in answer.content.decode()


def test_an_office_chooses_among_the_applications_under_review() -> None:
    with opened() as site:
        page = site.see("centre", "/desk/acts/guide.compute/0/")
        choice = page.split('name="case_id"')[1].split("</select>")[0]
        assert page.split('name="case_id"')[0].rpartition("<")[2].startswith("select")
        assert "没有可以测算的出让申请" in choice


@pytest.mark.parametrize(
    "line", ["随便", "补充耕地 | 黄金 | | 41 | 最低价 | 1 | 2026-01-01 | | | | 否 | 强制"]
)
def test_a_line_that_is_no_row_is_refused_and_kept_as_it_was_typed(line: str) -> None:
    with opened() as site:
        browser = site.browser("province")
        address = "/desk/acts/rulebook.draft/0/?subject=prices"
        typed = form_of(browser.get(address)) | {
            "name": "价格", "legal_basis": "演示", "valid_from": "2026-01-01", "parameters.rows": line,
        }  # fmt: skip
        answer = browser.post(address, typed)
        assert answer.status_code == 400
        assert line.split(" ")[0] in answer.content.decode()
        assert not Rulebook.objects.filter(subject="prices").exists()
