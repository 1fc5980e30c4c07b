"""What is left after each movement out of a certificate is a paper of its own (登记证附页)."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.documents.commands import render
from apps.documents.models import Document
from apps.documents.queries import verify, verify_file
from apps.documents.states import DocumentKind
from apps.kinds.table import QuotaKind
from apps.quota import commands as quota
from apps.quota.ledger import Line
from tests.factories.deal import PROVINCE as OFFICE
from tests.factories.deal import SELLER, A, at
from tests.factories.sale import Sale
from tests.factories.ziyun import PROVINCE, Ziyun
from tests.surplus.test_sale import bought, used

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale(settings: Any, tmp_path: Any) -> Sale:
    settings.MEDIA_ROOT = tmp_path
    return Sale.of_certified()


def extracts() -> list[Document]:
    return list(Document.objects.filter(kind=DocumentKind.CERTIFICATE_EXTRACT).order_by("id"))


def said(document: Document) -> dict[str, str]:
    facts = document.facts
    names = ("moved", "sold", "used", "written_off", "left", "carried_farmland")
    return {"reason": facts["reason"], **{name: facts[name]["value"] for name in names}}


def test_each_movement_out_leaves_an_extract_of_what_is_left(sale: Sale) -> None:
    bought(sale, until="12-01 00:00")
    used(sale, SELLER)
    assert sale.ziyun is not None
    found: dict[str, Any] = {"amount": "50.0000", "finding_no": "黔核减〔2026〕1号", "reason": "复核不实"}
    sale.both(OFFICE, "verification.reduce", "06-02 10:00", subject=sale.ziyun.verification_id, **found)
    made = extracts()
    number = sale.batch.certificate_no
    assert [each.number for each in made] == [f"{number}附页{place}" for place in (1, 2, 3)]
    assert [said(each) for each in made] == [
        {
            "reason": "流转", "moved": "100.0000", "sold": "100.0000", "used": "0.0000", "written_off": "0.0000",
            "left": "700.0000", "carried_farmland": "212.4675",
        },
        {
            "reason": "使用核销", "moved": "10.0000", "sold": "100.0000", "used": "10.0000",
            "written_off": "0.0000", "left": "690.0000", "carried_farmland": "209.4323",
        },
        {
            "reason": "核减（黔核减〔2026〕1号）", "moved": "50.0000", "sold": "100.0000", "used": "10.0000",
            "written_off": "50.0000", "left": "640.0000", "carried_farmland": "194.2560",
        },
    ]  # fmt: skip
    assert {each.case_id for each in made} == {sale.ziyun.verification_id}


def test_what_stays_with_its_holder_or_had_left_it_before_is_on_no_extract(sale: Sale) -> None:
    line = Line(sale.batch.pk, QuotaKind.CONSTRUCTION_AREA, Decimal(20))
    assert sale.ziyun is not None
    holder, case = sale.organisation(SELLER).pk, sale.ziyun.verification_id
    quota.freeze([line], holder_id=holder, case_id=case, now=at("05-06 09:00"))
    quota.release([line], holder_id=holder, case_id=case, now=at("05-06 10:00"))
    assert extracts() == []
    bought(sale, until="12-01 00:00")
    used(sale, A)
    assert len(extracts()) == 1


def test_a_revoked_certificate_ends_with_an_extract_of_nothing_left(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    ziyun = Ziyun.recorded()
    ziyun.certify()
    ziyun.both(PROVINCE, "verification.revoke", "04-01 10:00", reason="复核不实")
    [made] = extracts()
    assert said(made) == {
        "reason": "撤销登记证", "moved": "800.0000", "sold": "0.0000", "used": "0.0000",
        "written_off": "800.0000", "left": "0.0000", "carried_farmland": "0.0000",
    }  # fmt: skip


def test_anybody_finds_and_verifies_an_extract(sale: Sale, client: Client) -> None:
    bought(sale, until="12-01 00:00")
    [made] = extracts()
    for text in (made.number, made.verification_code):
        found = verify(text)
        assert found is not None
        assert (found.kind, found.is_public) == (DocumentKind.CERTIFICATE_EXTRACT, True)
    with render(document_id=made.pk, now=at("05-07 11:00")).file.open() as file:
        content = file.read()
    assert verify_file(content) is not None
    assert verify_file(content + b" ") is None
    assert sale.ziyun is not None
    page = client.get(f"/certificates/{sale.ziyun.verification_id}/").content.decode()
    assert made.number in page
