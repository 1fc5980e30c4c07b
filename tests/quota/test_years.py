"""The baseline's legal basis, use by year, and a year that is closed once with a statement that adds up (204号)."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind, kinds_of
from apps.parties.models import Region
from apps.quota import use as using
from apps.quota.models import Retirement, YearStatement
from apps.quota.years import digest_of, statement_of
from apps.rulebook import presets
from apps.rulebook.commands import install
from kernel.clock import BEIJING
from kernel.errors import Code, Refused
from tests.factories.deal import PROVINCE, SELLER, Deal, at

pytestmark = pytest.mark.django_db
NOW = at("03-05 09:00")
NEXT_YEAR = at("12-31 23:59").replace(year=2027, month=1, day=1, hour=0, minute=0, tzinfo=BEIJING)


@pytest.fixture
def deal() -> Deal:
    return Deal.begun()


def yearly(deal: Deal, *, mode: str = "province_year", now: Any = NOW) -> None:
    book = presets.parameters("baseline", {"use_mode": mode})
    install(province="410000", name="规则", legal_basis=["演示"], parameters=book, now=now)


def use(deal: Deal, area: str, *, now: Any = NOW, **given: Any) -> Retirement:
    made: Retirement = deal.do(
        SELLER,
        f"quota.use:{given.get('project_approval_no', '')}",
        using.use,
        now=now,
        subject_id=0,
        quantities=Quantities(area, 0, 0),
        **given,
    )
    return made


def close(deal: Deal, year: int, *, now: Any = NEXT_YEAR) -> YearStatement:
    made: YearStatement = deal.do(
        PROVINCE, f"year.close:{year}", using.close_year, now=now, subject_id=0, year=year
    )
    return made


def code(call: Any) -> Code:
    with pytest.raises(Refused) as refused, transaction.atomic():
        call()
    return refused.value.refusal.code


def test_the_baseline_rests_on_the_right_instruments_and_says_which_were_read() -> None:
    basis = presets.LEGAL_BASIS["baseline"]
    text = "；".join(basis)
    for needed in ("土地管理法》第三十条", "实施条例》第八条", "中办发〔2017〕4号", "自然资发〔2024〕204号"):
        assert needed in text
    assert "国办发〔2018〕16号" not in text
    assert presets.VERIFIED_BASIS["baseline"] == [], "nobody has opened an original yet"


def test_the_public_rules_mark_what_nobody_has_read(deal: Deal) -> None:
    install(
        province="410000", name="基准规则", legal_basis=presets.LEGAL_BASIS["baseline"], now=NOW,
        verified_basis=presets.LEGAL_BASIS["baseline"][:2], parameters=presets.parameters("baseline"),
    )  # fmt: skip
    page = Client().get("/rules/").content.decode()
    before, after = page.split("第三十条", 1)[1].split("204号", 1)
    assert before.count("未核实") == 1, "中办发〔2017〕4号 alone before it"
    assert "未核实" in after[:200]


def test_by_project_a_construction_project_is_named_and_no_year(deal: Deal) -> None:
    assert code(lambda: use(deal, "1")) is Code.INVALID
    assert (
        code(lambda: use(deal, "1", project_name="公路", project_approval_no="批1", year=2026))
        is Code.INVALID
    )
    made = use(deal, "1", project_name="公路", project_approval_no="批1")
    assert (made.year, made.region_id) == (None, None)
    assert code(lambda: close(deal, 2026)) is Code.WRONG_STATUS


def test_by_year_use_is_booked_to_the_county_and_the_year(deal: Deal) -> None:
    yearly(deal)
    made = use(deal, "2")
    assert (made.year, made.region_id) == (2026, "410222")
    assert code(lambda: use(deal, "1", year=2027)) is Code.INVALID


def test_a_year_is_closed_once_after_its_end_with_a_statement_that_adds_up(deal: Deal) -> None:
    yearly(deal)
    use(deal, "4")
    assert code(lambda: close(deal, 2026, now=at("12-31 23:59"))) is Code.TOO_EARLY
    made = close(deal, 2026)
    farmland = made.statement["totals"]["farmland_area"]
    assert farmland == {
        "opening": "0.0000", "made": "30.0000", "bought": "0.0000", "sold": "0.0000", "used": "4.0000",
        "written_off": "0.0000", "balance": "26.0000",
    }  # fmt: skip
    assert made.sha256 == digest_of(made.statement) == digest_of(statement_of("410000", 2026))
    assert code(lambda: close(deal, 2026)) is Code.DUPLICATE_REQUEST
    assert code(lambda: use(deal, "1", now=NEXT_YEAR, year=2026)) is Code.TOO_LATE
    assert use(deal, "1", now=NEXT_YEAR).year == 2027
    next_one = statement_of("410000", 2027)["totals"]["farmland_area"]
    assert (next_one["opening"], next_one["used"], next_one["balance"]) == ("26.0000", "1.0000", "25.0000")
    assert digest_of(statement_of("410000", 2026)) == made.sha256, "what comes later changes no closed year"


def test_anybody_adds_the_lines_up_to_the_totals(deal: Deal) -> None:
    yearly(deal)
    use(deal, "4")
    close(deal, 2026)
    answer = Client().get("/years/410000/2026.json").json()["statement"]
    sums = {
        kind: dict.fromkeys(("made", "bought", "sold", "used", "written_off"), Decimal(0))
        for kind in kinds_of()
    }
    for line in answer["movements"]:
        sums[QuotaKind(line["kind"])][line["column"]] += Decimal(line["amount"])
    for kind, columns in sums.items():
        for name, total in columns.items():
            assert Decimal(answer["totals"][kind][name]) == total, (kind, name)
    page = Client().get("/years/410000/2026/").content.decode()
    assert "结果与结清时一致" in page
    assert "通许县人民政府" in page
    assert "2026" in Client().get("/years/").content.decode()
    assert Client().get("/years/410000/2025/").status_code == 404
    assert Region.objects.filter(pk="410000").exists()


def test_a_closed_year_never_changes(deal: Deal) -> None:
    yearly(deal)
    close(deal, 2026)
    with pytest.raises(DatabaseError), transaction.atomic():
        YearStatement.objects.update(year=2025)
