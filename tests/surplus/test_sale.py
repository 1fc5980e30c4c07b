"""Certified quota sold in its province: the same twelve stages under rules of its own (spec: surplus, 6 and 10)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from apps.desks.form_fields import asked
from apps.documents.models import Document
from apps.documents.states import DocumentKind
from apps.kinds.table import QuotaClass, QuotaKind
from apps.listings.models import Listing
from apps.listings.states import ListingStatus
from apps.money.models import Purpose, SubAccount
from apps.parties.queries import actor_of
from apps.quota import commands as quota
from apps.quota import ledger
from apps.quota.carried import carried_by
from apps.quota.ledger import Line, Place
from apps.quota.models import Account, Bucket, Movement, UseTerm
from apps.quota.queries import faults
from apps.rulebook import price_tables
from apps.rulebook.commands import install
from apps.stages.review.queries import findings, opinion_facts
from apps.stages.transfer.bound import _term
from apps.stages.transfer.models import Transfer
from apps.stages.transfer.queries import use_by
from apps.surplus.queries import faults as surplus_faults
from kernel import clock
from kernel.acts.act import act_called
from kernel.acts.perform import bound_of, perform
from kernel.cases.models import Case
from kernel.errors import Code, Refusal, Refused
from tests.factories.cases import case_like
from tests.factories.deal import CENTRE, SELLER, A, B, at
from tests.factories.deal import PROVINCE as OFFICE
from tests.factories.sale import TERMS, Sale
from tests.factories.visitors import read
from tests.factories.ziyun import FAR_PROVINCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale(settings: Any, tmp_path: Any) -> Sale:
    settings.MEDIA_ROOT = tmp_path
    return Sale.of_certified()


def no(act: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.refusal


def holdings(sale: Sale, key: str) -> dict[str, Decimal]:
    rows = Account.objects.filter(holder=sale.organisation(key), kind="construction_area").exclude(balance=0)
    return {row.bucket: row.balance for row in rows}


def test_a_lot_of_certified_quota_goes_through_all_twelve_stages(sale: Sale) -> None:
    sale.apply()
    assert holdings(sale, SELLER) == {"available": Decimal("700.0000"), "frozen": Decimal("100.0000")}
    assert sale.listing.number == "节余挂〔2026〕520001号"
    assert sale.listing.grade is None
    assert {each.item for each in findings(sale.listing)} == {
        "quantity", "not_traded", "overlap", "holding", "encumbrance", "documents",
    }  # fmt: skip
    sale.review()
    sale.announce()
    lot = sale.listing
    assert (f"{lot.starting_total}", f"{lot.deposit_amount}") == ("20000000.00", "4000000.00")
    for key in (A, B):
        sale.take_part(key, deposit="4000000.00")
    sale.bid(A, 205000, now=at("03-27 10:00"))
    sale.confirm()
    for key, when in ((SELLER, "04-01 09:00"), (A, "04-02 09:00"), (CENTRE, "04-03 10:00")):
        sale.sign(key, now=at(when))
    account = SubAccount.objects.get(case_id=sale.listing_id, purpose=Purpose.PRICE)
    sale.pay(A, account.number, "16500000.00", now=at("04-20 10:00"))
    sale.transfer()
    assert holdings(sale, SELLER) == {"available": Decimal("700.0000")}
    assert holdings(sale, A) == {"available": Decimal("100.0000")}
    moved = Transfer.objects.get(listing_id=sale.listing_id).movement
    assert carried_by(moved)[sale.batch.pk].farmland == Decimal("30.3525")
    sale.run(at("05-08 08:00"))
    assert sale.listing.state is ListingStatus.TRANSFERRED
    assert faults() == []
    assert surplus_faults() == []
    _papers(sale)


def _papers(sale: Sale) -> None:
    """What the papers of the deal say of its class."""
    papers = {each.kind: each for each in Document.objects.filter(case_id=sale.listing_id)}
    contract = papers[DocumentKind.TRIPARTITE_CONTRACT].facts
    assert contract["title"] == "建设用地指标流转合同"
    assert contract["lot"]["quality_grade"] is None
    assert contract["lot"]["quantities"] == {"construction_area": "100.0000"}
    assert "1095日内使用" in contract["clauses"][0]
    assert "房地产" in contract["clauses"][1]
    assert contract["shortfall"].startswith("划转后经复测，面积少于本合同所列的")
    certificate = papers[DocumentKind.TRANSFER_CERTIFICATE].facts
    assert [(each["name"], each["amount"]["value"]) for each in certificate["carried"]] == [
        ("耕地", "30.3525"),
        ("粮食产能", "18211"),
    ]
    announcement = papers[DocumentKind.ANNOUNCEMENT].facts
    assert announcement["lot"]["quota_type"] == "城乡建设用地增减挂钩节余指标"
    assert "指标使用承诺书" in announcement["required_documents"]
    assert (announcement["lot"]["made_of"], announcement["lot"]["certificate"]) == (
        "拆旧复垦项目区",
        "登记证",
    )
    assert [each for each in announcement["remarks"] if "1095日内使用" in each]
    assert certificate["contract_title"] == "建设用地指标流转合同"
    numbers = [papers[each].number for each in (DocumentKind.ANNOUNCEMENT, DocumentKind.TRANSFER_CERTIFICATE)]
    assert numbers == ["黔节余公告〔2026〕0001号", "黔节余划转〔2026〕0001号"]


@pytest.mark.parametrize(
    ("of_class", "more"), [(QuotaClass.SUPPLEMENTARY, {"grade", "capacity"}), (QuotaClass.SURPLUS, set())]
)
def test_a_retest_of_quota_without_grades_is_asked_for_its_area_alone(
    of_class: QuotaClass, more: set[str]
) -> None:
    assert set(asked(act_called("quality.claim"), of_class)) == {"area", "measurer", "reason"} | more


def test_all_movements_together_carry_the_whole_and_none_of_it_twice(sale: Sale) -> None:
    """Of 800.0000 with 242.8200 亩 of farmland: 100 take 30.3525, the other 700 212.4675; once sold, nothing."""
    first = moved(sale, SELLER, A, "100.0000")
    between = moved(sale, SELLER, B, "333.3333")
    onward = moved(sale, A, B, "50.0000")
    rest = moved(sale, SELLER, B, "366.6667")
    carried = [carried_by(each).get(sale.batch.pk) for each in (first, between, onward, rest)]
    assert carried[2] is None
    areas = [each.farmland for each in carried if each is not None]
    assert areas[0] == Decimal("30.3525")
    assert areas[1] + areas[2] == Decimal("212.4675")
    assert sum(each.capacity for each in carried if each is not None) == sale.batch.carried_capacity


def moved(sale: Sale, source: str, target: str, amount: str) -> Movement:
    """So much goes from one to another, by the ledger alone."""
    return ledger.move(
        [Line(sale.batch.pk, QuotaKind.CONSTRUCTION_AREA, Decimal(amount))],
        source=Place(sale.organisation(source).pk, Bucket.AVAILABLE),
        target=Place(sale.organisation(target).pk, Bucket.AVAILABLE),
        reason="transfer",
        now=at("05-07 10:00"),
    )


@pytest.mark.parametrize(
    ("changes", "code", "word"),
    [
        ({"grade": 7}, Code.INVALID, "不分质量等别"),
        ({"loan_source": True}, Code.USE_BANNED, "还款来源"),
        ({"income_tied": True}, Code.USE_BANNED, "企业收益"),
        ({"loan_source": None}, Code.INVALID, "作出声明"),
        ({"planning_no": "黔规〔2026〕1号"}, Code.INVALID, "亩数"),
        ({"price_unit": "yuan_per_kg"}, Code.INVALID, "元/亩"),
        ({"farmland_area": "100.0000"}, Code.INVALID, "不含此种类"),
        ({"construction_area": "99.9999"}, Code.TOTALS_MISMATCH, "0.0001"),
    ],
)
def test_a_lot_of_another_shape_than_its_class_is_refused(
    sale: Sale, changes: dict[str, Any], code: Code, word: str
) -> None:
    refusal = no(lambda: sale.draft(**changes))
    assert refusal.code is code
    assert word in refusal.sentence or word in str(refusal.detail)
    assert not Listing.objects.exists()


@pytest.mark.parametrize("paper", sorted(TERMS.to_list))
def test_every_paper_of_the_class_is_asked_for(sale: Sale, paper: str) -> None:
    sale.draft()
    sale._attach(SELLER, set(TERMS.to_list) - {paper}, now=at("03-02 10:00"))
    refusal = no(lambda: sale.alone(SELLER, "listing.submit", "03-02 10:00"))
    assert (refusal.code, refusal.detail["missing"]) == (Code.MISSING_DOCUMENT, paper)


def test_its_page_says_what_the_quota_is_for_and_asks_for_no_grade(sale: Sale) -> None:
    sale.apply(planning_no="黔规〔2026〕1号", planning_mu="150.0000")
    sale.review()
    sale.announce()
    page = read(f"/listings/{sale.listing_id}/", now=at("03-06 10:00"))
    assert "1095日内使用" in page
    assert "不得用于房地产（商品房）开发" in page
    assert "该文号确认 150.0000 亩" in page
    assert "质量等别" not in page
    assert "补充耕地指标公开交易" not in read("/", now=at("03-06 10:00"))
    guide = read("/guide/?province=520000", now=at("03-06 10:00"))
    assert "指标使用承诺书" in guide
    assert "本行政区域内无法自行平衡的证明" in guide


def test_the_form_of_a_class_is_called_after_it_and_asks_for_nothing_else(sale: Sale) -> None:
    client = Client()
    client.force_login(sale.people[SELLER][0].person, backend="django.contrib.auth.backends.ModelBackend")
    form = read("/desk/acts/listing.draft/0/?class=surplus", now=at("03-02 08:00"), client=client)
    assert f"起草{TERMS.title}出让申请" in form
    assert "质量等别" not in form
    assert "元/公斤" not in form
    ledger = read("/desk/quota/", now=at("03-02 08:00"), client=client)
    assert "三类指标" not in ledger


def test_lots_under_one_planning_number_stay_within_it(sale: Sale) -> None:
    planned = {"planning_no": "黔规〔2026〕1号", "planning_mu": "150.0000"}
    sale.apply(amount="100.0000", **planned)
    sale.draft("03-02 11:00", amount="50.0001", **planned | {"planning_no": "黔规[2026]１号"})
    sale._attach(SELLER, TERMS.to_list, now=at("03-02 11:00"))
    refusal = no(lambda: sale.alone(SELLER, "listing.submit", "03-02 11:00"))
    assert refusal.code is Code.AMOUNT_EXCEEDS
    assert refusal.detail == {"confirmed": "150.0000", "used": "100.0000", "wanted": "50.0001"}
    sale.draft("03-02 12:00", amount="50.0000", **planned | {"planning_mu": "200.0000"})
    sale._attach(SELLER, TERMS.to_list, now=at("03-02 12:00"))
    assert no(lambda: sale.alone(SELLER, "listing.submit", "03-02 12:00")).detail["elsewhere"] == "150.0000"
    sale.draft("03-02 13:00", amount="50.0000", **planned)
    sale._attach(SELLER, TERMS.to_list, now=at("03-02 13:00"))
    sale.both(SELLER, "listing.submit", "03-02 13:00")


@pytest.mark.parametrize(("right", "may"), [("county", False), ("city", True), ("province", True)])
def test_bidders_sit_inside_the_circulation_right(
    settings: Any, tmp_path: Any, right: str, may: bool
) -> None:
    settings.MEDIA_ROOT = tmp_path
    sale = Sale.of_certified(circulation_right=right)
    assert sale.batch.circulation == right
    sale.apply()
    sale.review()
    sale.announce()
    if may:
        sale.take_part(A, deposit="4000000.00")
    else:
        refusal = no(lambda: sale.take_part(A, deposit="4000000.00"))
        assert refusal.code is Code.NOT_PERMITTED
        assert "本县" in refusal.sentence
    if right == "city":
        assert no(lambda: sale.take_part(B, deposit="4000000.00")).code is Code.NOT_PERMITTED


def test_a_lot_of_two_classes_is_written_down_by_nobody(sale: Sale) -> None:
    lines = [*sale.facts()["lines"], {"batch": sale.batch.pk, "kind": "farmland_area", "amount": "1.0000"}]
    assert no(lambda: sale.draft(lines=lines)).code is Code.INVALID


def test_what_was_bought_is_not_listed_again(sale: Sale) -> None:
    moved(sale, SELLER, A, "100.0000")
    line = {"batch": sale.batch.pk, "kind": str(QuotaKind.CONSTRUCTION_AREA), "amount": "10.0000"}
    facts = sale.facts() | {"lines": [line], "fiscal_account": sale.account(A).pk}
    refusal = no(lambda: sale.alone(A, "listing.draft", "05-08 10:00", subject=0, **facts))
    assert refusal.code is Code.NOT_PERMITTED


def with_prices_of_hebei(sale: Sale) -> None:
    """Its own price table says the same as the one that Hebei's preset says of Hebei."""
    rows = [
        row | {"region": "520000"}
        for row in price_tables.PRESETS["hebei"]["rows"]
        if row["region"] == "130000" and row["quota_class"] == "surplus"
    ]
    install(
        province="520000", name="演示价格规则", legal_basis=["演示"], now=at("03-01 12:00"),
        subject=price_tables.PRICES, parameters=price_tables.parameters("hebei", {"rows": rows}),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("price", "planned", "passes"),
    [
        ("400000.00", False, True),
        ("400000.01", False, False),
        ("900000.00", True, True),
        ("900000.01", True, False),
    ],
)
def test_a_binding_highest_price_is_higher_with_planning_scale(
    sale: Sale, price: str, planned: bool, passes: bool
) -> None:
    with_prices_of_hebei(sale)
    sale.draft(starting_price=price, **({"planning_no": "1号", "planning_mu": "100.0000"} if planned else {}))
    sale._attach(SELLER, TERMS.to_list, now=at("03-02 10:00"))
    if passes:
        sale.both(SELLER, "listing.submit", "03-02 10:00")
    else:
        refusal = no(lambda: sale.alone(SELLER, "listing.submit", "03-02 10:00"))
        assert refusal.code is Code.PRICE_OUT_OF_GUIDANCE


def test_planning_scale_is_passed_by_who_has_looked_at_the_confirmation(sale: Sale) -> None:
    """The seller alone states it, and it raises the price: a reviewer ticks the point and writes what was looked at."""
    sale.apply(planning_no="1号", planning_mu="150.0000")
    (found,) = [each for each in findings(sale.listing) if each.item == "planning"]
    assert not found.holds
    assert "150.0000亩" in found.sentence
    facts = opinion_facts(sale.listing_id, "legality", "pass")
    assert facts["answers"] == {"planning": "演练：已核实"}
    silent = no(lambda: sale.alone(OFFICE, "review.decide", "03-04 10:00", **facts | {"answers": {}}))
    assert silent.code is Code.INVALID
    items = facts["items"] | {"planning": False}
    unticked = no(lambda: sale.alone(OFFICE, "review.decide", "03-04 10:00", **facts | {"items": items}))
    assert unticked.code is Code.INVALID
    sale.review()
    assert sale.listing.state is ListingStatus.APPROVED


# --- use ---


def used(sale: Sale, key: str, when: str = "06-01 10:00", *, amount: str = "10.0000", **changes: Any) -> Any:
    """Quota is retired against a construction project, by two persons."""
    facts = {
        "construction_area": amount, "project_name": "演示产业园", "project_approval_no": "黔建用〔2026〕1号",
        "land_use": "industry", **changes,
    }  # fmt: skip
    return sale.both(key, "quota.use", when, subject=0, **facts)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"land_use": "real_estate"}, Code.USE_BANNED),
        ({"land_use": ""}, Code.INVALID),
        ({"farmland_area": "1.0000"}, Code.INVALID),
    ],
)
def test_quota_is_used_for_what_it_is_for(sale: Sale, changes: dict[str, Any], code: Code) -> None:
    assert no(lambda: used(sale, SELLER, **changes)).code is code
    assert holdings(sale, SELLER) == {"available": Decimal("800.0000")}
    used(sale, SELLER)
    assert holdings(sale, SELLER) == {"available": Decimal("790.0000"), "used": Decimal("10.0000")}


def test_a_second_use_under_one_approval_stands_out_and_a_number_that_a_table_program_broke_is_refused(
    sale: Sale,
) -> None:
    broken = no(lambda: used(sale, SELLER, project_approval_no="2.02611E+16"))
    assert (broken.code, list(broken.detail)) == (Code.INVALID, ["project_approval_no"])
    used(sale, SELLER)
    again = {"construction_area": "5.0000", "project_name": "二期", "land_use": "industry"}
    for number, found in ((" 黔建用〔2026〕 1号 ", 1), ("黔建用〔2026〕2号", 0)):
        bound = bound_of(
            act_called("quota.use"), 0, again | {"project_approval_no": number}, by=sale.operator(SELLER)
        )
        assert len(bound.findings) == found
    said = bound_of(
        act_called("quota.use"),
        0,
        again | {"project_approval_no": "黔建用〔2026〕1号"},
        by=sale.operator(SELLER),
    ).findings[0]
    assert "同一批准文号核销1次" in said
    assert "2026-06-01“演示产业园”建设用地" in said
    assert "10.0000" in said


def ziyun_case(sale: Sale) -> Case:
    """The case of the verification."""
    assert sale.ziyun is not None
    return sale.ziyun.verification.case


def bought(sale: Sale, *, until: str) -> None:
    """A has bought 100 亩 that it has to use before an instant."""
    lines = [Line(sale.batch.pk, QuotaKind.CONSTRUCTION_AREA, Decimal(100))]
    seller, buyer = sale.organisation(SELLER).pk, sale.organisation(A).pk
    case = case_like(ziyun_case(sale), number=None, owner_id=seller, province="520000")
    quota.freeze(lines, holder_id=seller, case_id=case.pk, now=at("05-07 09:00"))
    quota.transfer(
        lines, seller_id=seller, buyer_id=buyer, case_id=case.pk, now=at("05-07 10:00"), use_by=at(until)
    )


def test_what_was_bought_is_used_within_its_term_and_the_province_extends_it_once(sale: Sale) -> None:
    bought(sale, until="06-01 00:00")
    used(sale, A, "05-31 23:59")
    late = no(lambda: used(sale, A, "06-01 00:00"))
    assert (late.code, late.detail["within"]) == (Code.TOO_LATE, "0.0000")
    holder = sale.organisation(A).pk
    longer: dict[str, Any] = {"holder_id": holder, "days": 365, "reason": "项目用地报批延后"}
    batch = sale.batch.pk
    too_long = no(
        lambda: sale.alone(
            OFFICE, "quota.extend_term", "06-02 10:00", subject=batch, **longer | {"days": 366}
        )
    )
    assert (too_long.code, too_long.detail["most"]) == (Code.INVALID, "365")
    sale.both(OFFICE, "quota.extend_term", "06-02 10:00", subject=batch, **longer)
    used(sale, A, "06-02 11:00")
    assert holdings(sale, A) == {"available": Decimal("80.0000"), "used": Decimal("20.0000")}
    again = no(lambda: sale.alone(OFFICE, "quota.extend_term", "06-03 10:00", subject=batch, **longer))
    assert again.code is Code.DUPLICATE_REQUEST


def test_what_one_made_itself_has_no_term_and_of_two_purchases_the_later_counts(sale: Sale) -> None:
    bought(sale, until="06-01 00:00")
    used(sale, SELLER, "07-01 10:00")
    bought(sale, until="08-01 00:00")
    used(sale, A, "07-01 10:00", amount="150.0000")
    assert UseTerm.objects.get().ends_at == at("08-01 00:00")


def test_the_term_begins_with_the_transfer_and_ends_with_a_day(sale: Sale) -> None:
    """1,095 days from 7 May 2026 end on Sunday 6 May 2029, and so with Monday."""
    sale.apply()
    assert use_by(sale.listing, transferred_at=at("05-07 10:00")) == at("05-08 00:00").replace(year=2029)


def test_another_provinces_department_extends_nothing(sale: Sale) -> None:
    bought(sale, until="06-01 00:00")
    far = sale.people[FAR_PROVINCE][0]
    refusal = no(
        lambda: perform(
            act_called("quota.extend_term"),
            subject_id=sale.batch.pk,
            data={"holder_id": sale.organisation(A).pk, "days": 1, "reason": "x"},
            by=actor_of(far),
            now=at("06-02 10:00"),
        )
    )
    assert refusal.code in (Code.NOT_PERMITTED, Code.NOT_FOUND)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE quota_useterm SET ends_at = ends_at - interval '1 day'",
        "UPDATE quota_useterm SET holder_id = (SELECT min(id) FROM parties_organisation)",
        "UPDATE quota_useterm SET extended_days = 10, reason = 'x', ends_at = ends_at + interval '10 days'",
        "DELETE FROM quota_useterm",
        "UPDATE quota_retirement SET land_use = 'public_service'",
        "DELETE FROM quota_retirement",
    ],
)
def test_terms_and_uses_are_not_rewritten(sale: Sale, statement: str) -> None:
    bought(sale, until="06-01 00:00")
    used(sale, A, "05-31 10:00")
    longer: dict[str, Any] = {"holder_id": sale.organisation(A).pk, "days": 30, "reason": "延后"}
    sale.both(OFFICE, "quota.extend_term", "05-31 11:00", subject=sale.batch.pk, **longer)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# --- pages ---


def page(sale: Sale, key: str, address: str) -> str:
    browser = Client()
    browser.force_login(sale.people[key][0].person)
    with clock.simulated(at("06-02 09:00")):
        answer = browser.get(address)
    assert answer.status_code == 200, (key, address)
    return answer.content.decode()


def test_a_holder_sees_until_when_to_use_and_the_province_whose_term_it_may_extend(sale: Sale) -> None:
    bought(sale, until="06-02 00:00")
    mine = page(sale, A, "/desk/quota/")
    assert "2026-06-01 24:00" in mine
    assert "已届满" in mine
    assert "购入指标使用期限" not in page(sale, SELLER, "/desk/quota/")
    extend = f"/desk/acts/quota.extend_term/{sale.batch.pk}/"
    assert extend in page(sale, OFFICE, "/desk/reserve/")
    assert "普定县人民政府（使用期限" in page(sale, OFFICE, extend)
    assert extend not in page(sale, FAR_PROVINCE, "/desk/reserve/")


def test_a_form_of_a_lot_asks_for_what_its_class_has(sale: Sale) -> None:
    surplus = page(sale, SELLER, "/desk/acts/listing.draft/0/?class=surplus")
    other = page(sale, SELLER, "/desk/acts/listing.draft/0/")
    for name, of_surplus in (
        ("grade", False), ("acceptance_record_no", False), ("ecology_no", False),
        ("planning_no", True), ("planning_mu", True), ("loan_source", True), ("income_tied", True),
    ):  # fmt: skip
        assert (f'name="{name}"' in surplus) is of_surplus, name
        assert (f'name="{name}"' in other) is not of_surplus, name
    assert sale.batch.certificate_no in surplus
    assert sale.batch.certificate_no not in other
    assert 'value="yuan_per_kg"' not in surplus
    assert "?class=surplus" in page(sale, SELLER, "/desk/quota/")


@pytest.mark.parametrize(
    ("said", "listed"),
    [
        ({}, False),
        ({"loan_source": "false"}, False),
        ({"loan_source": "false", "income_tied": "false"}, True),
    ],
)
def test_a_seller_that_says_nothing_against_misuse_has_not_said_no(
    sale: Sale, said: dict[str, str], listed: bool
) -> None:
    browser = Client()
    browser.force_login(sale.people[SELLER][0].person)
    facts = sale.facts()
    posted = {
        name: str(facts[name])
        for name in ("title", "starting_price", "price_unit", "fiscal_account", "contact")
    } | {f"lines-0-{name}": str(value) for name, value in facts["lines"][0].items()}
    with clock.simulated(at("03-02 09:00")):
        answer = browser.post("/desk/acts/listing.draft/0/?class=surplus", posted | said)
    assert Listing.objects.exists() is listed, answer.content.decode()[:500]
    if not listed:
        assert "作出声明" in answer.content.decode()


def test_who_hands_quota_over_reads_how_long_its_buyer_has_to_use_it(sale: Sale) -> None:
    sale.apply()
    assert [(each.label, each.value) for each in _term(sale.listing)] == [("使用期限", "自划转之日起1095日")]
