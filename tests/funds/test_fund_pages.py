"""A fund's page with its movements, vouchers and findings; payees by name for the county's finance and its auditor."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.documents.models import Attachment
from apps.documents.printing import small_pdf
from apps.funds.models import Finding, Spending
from apps.funds.queries import payees_seen
from apps.parties.roles import Can, Role
from kernel import capabilities, clock
from kernel.access.models import Preparation
from kernel.web.opaque import shown
from tests.factories import spent
from tests.factories.actors import token_for
from tests.factories.deal import FINANCE, SELLER, A, at
from tests.factories.desk_site import form_of
from tests.factories.proceeds import AUDITOR, COUNTY_FINANCE, FAR_AUDITOR, FAR_FINANCE, NEXT_FINANCE, Proceeds
from tests.funds.test_pages import browser_of, page, seen

pytestmark = pytest.mark.django_db


@pytest.fixture
def proceeds(own_media: None) -> Iterator[Proceeds]:
    """100,000.00 paid to farmers on 24 April, a finding raised on the 27th; it is the 28th."""
    made = Proceeds.of_sale()
    made.received()
    made.distributed()
    spent.spend(made)
    facts: dict[str, Any] = {
        "text": "收款人与名册不符",
        "amount": "60000.00",
        "movement_id": spent.last().movement_id,
    }
    made.both(AUDITOR, "funds.audit", "04-27 10:00", subject=made.pool.pk, **facts)
    with clock.simulated(at("04-28 09:00")):
        yield made


def address(proceeds: Proceeds) -> str:
    return f"/desk/funds/{proceeds.pool.pk}/"


def payees_at() -> str:
    return f"/desk/funds/payments/{spent.last().movement_id}/"


def test_a_funds_page_shows_balances_movements_vouchers_and_findings(proceeds: Proceeds) -> None:
    text = page(proceeds, COUNTY_FINANCE, address(proceeds))
    said = seen(text)
    for each in (
        "12,200,000.00",
        "已支出：农户补偿 100,000.00",
        "记-2026-001",
        "收款人与名册不符",
        "60,000.00",
    ):
        assert each in said, each
    for act in ("funds.spend", "funds.return", f"funds.reverse/{spent.last().movement_id}", "funds.answer"):
        assert f"/desk/acts/{act}" in text, act
    assert "王小明" not in text
    audited = page(proceeds, AUDITOR, address(proceeds))
    assert "/desk/acts/funds.audit/" in audited
    assert "/desk/acts/funds.conclude/" in audited
    assert "/desk/acts/funds.spend/" not in audited


def test_payees_are_shown_to_the_countys_finance_and_its_auditor_alone(proceeds: Proceeds) -> None:
    for key in (COUNTY_FINANCE, AUDITOR):
        said = page(proceeds, key, payees_at())
        assert "王小明" in said
        assert "6217000010001" in said
    for key in (NEXT_FINANCE, FAR_FINANCE, FAR_AUDITOR):
        page(proceeds, key, payees_at(), status=404)
        page(proceeds, key, address(proceeds), status=404)
    for key in (FINANCE, SELLER, A):
        page(proceeds, key, payees_at(), status=403)


def test_a_role_that_reads_the_ledger_reads_payees_only_by_a_capability_of_its_own(
    proceeds: Proceeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = Role.AUDITOR
    less = SimpleNamespace(
        value=role.value, label=role.label, capabilities=role.capabilities - {Can.SEE_PAYEES}
    )
    monkeypatch.setitem(capabilities._roles, role.value, less)
    assert page(proceeds, AUDITOR, address(proceeds))
    page(proceeds, AUDITOR, payees_at(), status=403)
    assert not payees_seen(proceeds.operator(AUDITOR)).exists()
    assert payees_seen(proceeds.operator(COUNTY_FINANCE)).exists()


def test_findings_wait_as_tasks_for_whoever_is_next(proceeds: Proceeds) -> None:
    finding = Finding.objects.get()
    assert f"/desk/acts/funds.answer/{finding.pk}/" in page(proceeds, COUNTY_FINANCE, "/desk/")
    assert "funds.conclude" not in page(proceeds, AUDITOR, "/desk/")
    proceeds.both(COUNTY_FINANCE, "funds.answer", "04-28 08:00", subject=finding.pk, text="已更正")
    assert f"/desk/acts/funds.conclude/{finding.pk}/" in page(proceeds, AUDITOR, "/desk/")


def test_findings_of_one_audit_are_told_apart_wherever_they_wait(proceeds: Proceeds) -> None:
    first = Finding.objects.get()
    spent.spend(proceeds, spent.LI, when="04-28 07:00", voucher_no="记-2026-002")
    facts: dict[str, Any] = {
        "text": "无补偿协议",
        "amount": "40000.00",
        "movement_id": spent.last().movement_id,
    }
    proceeds.both(AUDITOR, "funds.audit", "04-28 07:30", subject=proceeds.pool.pk, **facts)
    second = Finding.objects.latest("id")
    tasks = page(proceeds, COUNTY_FINANCE, "/desk/")
    marks = {
        first.pk: ("记-2026-001", "60,000.00元", "收款人与名册不符"),
        second.pk: ("记-2026-002", "40,000.00元", "无补偿协议"),
    }
    rows = {pk: row_with(tasks, f"/desk/acts/funds.answer/{pk}/") for pk in marks}
    for pk, said in marks.items():
        for each in said:
            assert each in rows[pk], each
        assert not [each for each in marks[(marks.keys() - {pk}).pop()] if each in rows[pk]]
    form = page(proceeds, COUNTY_FINANCE, f"/desk/acts/funds.answer/{second.pk}/")
    assert "记-2026-002" in form
    for pk in marks:
        proceeds.alone(COUNTY_FINANCE, "funds.answer", "04-28 08:00", subject=pk, text="已更正")
    waiting = page(proceeds, COUNTY_FINANCE, "/desk/", duty=1)
    for said in marks.values():
        row = next(each for each in waiting.split("<tr data-row")[1:] if said[0] in each)
        assert said[2] in row


def row_with(text: str, address: str) -> str:
    """The task of a desk that leads there."""
    return next(each for each in text.split("<li")[1:] if address in each)


def test_a_payment_is_made_from_its_page_with_a_sheet_and_read_whole_by_its_approver(
    proceeds: Proceeds,
) -> None:
    browser = browser_of(proceeds, COUNTY_FINANCE)
    file = SimpleUploadedFile("凭证二.pdf", small_pdf("凭证二", ["二"]), content_type="application/pdf")
    assert browser.post(f"{address(proceeds)}vouchers/", {"file": file}).status_code == 302
    copy = Attachment.objects.latest("id")
    form_at = f"/desk/acts/funds.spend/{proceeds.pool.pk}/"
    form: dict[str, Any] = dict(form_of(browser.get(form_at)))
    assert form["attachment"] == [str(shown(copy.pk, "attachment"))]
    rows = "\n".join(("类别,收款人,收款账号,金额（元）,发票号", "个人,赵大,6217000010009,7000.00,"))
    form |= {
        "category": "farmers",
        "voucher_no": "记-2026-002",
        "purpose": "补偿",
        "project": "项目区",
        "loan_source": "false",
        "income_tied": "false",
        "payees-file": SimpleUploadedFile("清单.csv", rows.encode(), content_type="text/csv"),
    }
    assert browser.post(form_at, form).status_code == 302
    waiting = Preparation.objects.get(act="funds.spend", decided_at=None)
    read = seen(
        page(proceeds, COUNTY_FINANCE, f"/desk/preparations/{shown(waiting.pk, 'preparation')}/", duty=1)
    )
    for each in ("1 个人 赵大 6217000010009 7,000.00 —", "7,000.00 元（柒仟元整）", "凭证二.pdf"):
        assert each in read, each
    assert Spending.objects.count() == 1


def test_the_page_takes_a_dozen_queries_at_most(proceeds: Proceeds) -> None:
    browser = browser_of(proceeds, COUNTY_FINANCE)
    for address_ in (address(proceeds), payees_at()):
        browser.get(address_)
        with CaptureQueriesContext(connection) as queries:
            browser.get(address_)
        assert len(queries) <= 12, [each["sql"] for each in queries]


@pytest.mark.parametrize(
    ("key", "payees"),
    [(COUNTY_FINANCE, 2), (AUDITOR, 2), (NEXT_FINANCE, 0), (FAR_FINANCE, 0), (FAR_AUDITOR, 0)],
)
def test_the_api_lists_movements_payees_and_findings_of_ones_own_reach(
    proceeds: Proceeds, key: str, payees: int
) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token_for(proceeds.people[key][0].person)}")
    found = client.get("/api/v1/fund-payees/").json()["results"]
    assert len(found) == payees
    movements = client.get("/api/v1/fund-movements/").json()["results"]
    findings = client.get("/api/v1/fund-findings/").json()["results"]
    assert (len(movements), len(findings)) == ((3, 1) if payees else (0, 0))
    if payees:
        assert {each["name"] for each in found} == {"王小明", "李秀英"}
        assert (movements[0]["voucher_no"], movements[0]["reversed"]) == ("记-2026-001", False)
        assert {each["bucket"]: each["amount"] for each in movements[0]["lines"]} == {
            "share:farmers": "-100000.00",
            "spent:farmers": "100000.00",
        }
        assert (findings[0]["outcome"], findings[0]["amount"]) == ("", "60000.00")


def test_a_program_brings_the_copy_of_a_voucher(proceeds: Proceeds) -> None:
    client = APIClient()
    for key, status in ((COUNTY_FINANCE, 201), (NEXT_FINANCE, 404), (AUDITOR, 403), (SELLER, 403)):
        client.credentials(HTTP_AUTHORIZATION=f"Token {token_for(proceeds.people[key][0].person)}")
        file = SimpleUploadedFile("凭证三.pdf", small_pdf(key, [key]), content_type="application/pdf")
        answer = client.post(
            f"/api/v1/funds/{proceeds.pool.pk}/vouchers/", {"file": file}, format="multipart"
        )
        assert answer.status_code == status, key
