"""A slip of the pen in a document is mended by a new one that says so; value is never moved that way."""

import io
import re
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from pypdf import PdfReader

from apps.documents import mending
from apps.documents.commands import open_document
from apps.documents.facts import FACTS_BY_KIND
from apps.documents.models import Document
from apps.documents.queries import count_of, latest, verify
from apps.documents.states import DocumentKind
from apps.listings.models import Listing
from apps.notices.models import Notice
from apps.parties.queries import actor_of
from kernel.access.models import Preparation
from kernel.acts.act import act_called
from kernel.acts.perform import Done, approval_of, perform
from kernel.errors import Code, Refused
from kernel.web.opaque import shown
from tests.documents.test_incoming_corrections import entered, mended
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, opened
from tests.factories.ziyun import BUREAU, CITY, COUNTY, FAR_PROVINCE, PROVINCE, Ziyun, at

pytestmark = pytest.mark.django_db

ACT = "document.correct"


@pytest.fixture
def ziyun(settings: Any, tmp_path: Any) -> Ziyun:
    settings.MEDIA_ROOT = tmp_path
    made = Ziyun.recorded()
    made.certify()
    return made


def certificate(ziyun: Ziyun) -> Document:
    found = latest(case_id=ziyun.verification_id, kind=DocumentKind.QUOTA_CERTIFICATE)
    assert found is not None
    return found


def mends(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"mends": [{"wrong": wrong, "right": right} for wrong, right in pairs], "reason": "打印笔误"}


def refused(call: Any) -> Any:
    with pytest.raises(Refused) as no, transaction.atomic():
        call()
    return no.value.refusal


def text_of(document: Document) -> str:
    content = open_document(document_id=document.pk, now=at("03-29 11:00")).content
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def test_a_slip_is_mended_by_a_new_paper_and_the_old_one_stays_and_is_marked(ziyun: Ziyun) -> None:
    old = certificate(ziyun)
    before = {each.name: getattr(old, each.attname) for each in Document._meta.concrete_fields}
    done = ziyun.both(
        BUREAU, ACT, "03-28 10:00", subject=old.pk, **mends(("板当镇演示村", "板当镇第一演示村"))
    )
    new = certificate(ziyun)
    assert done.answer == {"document": new.pk, "number": new.number}
    assert new.number == f"{old.number}更正1"
    text = text_of(new)
    for words in (
        "板当镇第一演示村",
        f"本文书更正并代替{old.number}",
        "“板当镇演示村”更正为",
        "打印笔误",
        "800.0000亩",
    ):
        assert words in text, words
    old.refresh_from_db()
    after = {each.name: getattr(old, each.attname) for each in Document._meta.concrete_fields}
    changed = {name for name, value in before.items() if after[name] != value}
    assert changed - {"file", "sha256", "rendered_at"} == {"corrected_at"}
    assert {name for name in new.facts if new.facts[name] != old.facts[name]} == {
        "villages",
        "heading",
        "correction",
    }
    asked = verify(old.number)
    assert asked is not None
    assert asked.corrected_by == new.number
    assert count_of(case_id=ziyun.verification_id, kind=DocumentKind.QUOTA_CERTIFICATE) == 1
    again = ziyun.both(BUREAU, ACT, "03-28 11:00", subject=new.pk, **mends(("第一", "第二")))
    assert again.answer["number"] == f"{old.number}更正2"
    whom = set(Notice.objects.filter(kind="document_corrected").values_list("organisation_id", flat=True))
    assert whom == {ziyun.organisation_id(COUNTY)}


@pytest.mark.parametrize(
    "pair",
    [
        ("800.0000", "900.0000"),
        ("紫云苗族布依族自治县人民政府", "别的县人民政府"),
        ("不得用于房地产", "可以用于房地产"),
        ("板当镇演示村", "板当镇演示村"),
        ("没有这些字", "有"),
    ],
    ids=["amount", "holder", "ban", "nothing", "not there"],
)
def test_no_value_party_or_ban_is_mended(ziyun: Ziyun, pair: tuple[str, str]) -> None:
    old = certificate(ziyun)
    no = refused(lambda: ziyun.both(BUREAU, ACT, "03-28 10:00", subject=old.pk, **mends(pair)))
    assert no.code is Code.INVALID
    assert Document.objects.filter(corrects=old).count() == 0


def test_a_number_of_outside_is_mended_only_to_what_the_record_has(ziyun: Ziyun) -> None:
    old, pair = certificate(ziyun), ("部备〔2026〕1号", "部备〔2026〕11号")
    no = refused(lambda: ziyun.both(BUREAU, ACT, "03-28 10:00", subject=old.pk, **mends(pair)))
    assert no.code is Code.INVALID
    found = entered(ziyun.verification_id, "verification.record")
    data = mended(found, register_no="部备〔2026〕11号")
    ziyun.both(PROVINCE, "incoming.correct", "03-28 11:00", subject=found.pk, **data)
    ziyun.both(BUREAU, ACT, "03-28 12:00", subject=old.pk, **mends(pair))
    assert certificate(ziyun).facts["record_number"] == "部备〔2026〕11号"


def test_its_issuer_mends_it_once_and_nobody_else(ziyun: Ziyun) -> None:
    old, data = certificate(ziyun), mends(("板当镇演示村", "板当镇第一演示村"))
    answers = {
        key: refused(lambda key=key: ziyun.alone(key, ACT, "03-28 10:00", subject=old.pk, **data)).code
        for key in (COUNTY, CITY, PROVINCE, FAR_PROVINCE)
    }
    assert answers == {
        COUNTY: Code.NOT_FOUND, CITY: Code.NOT_PERMITTED, PROVINCE: Code.NOT_FOUND, FAR_PROVINCE: Code.NOT_FOUND,
    }  # fmt: skip
    ziyun.both(BUREAU, ACT, "03-28 10:00", subject=old.pk, **data)
    no = refused(lambda: ziyun.both(BUREAU, ACT, "03-28 11:00", subject=old.pk, **data))
    assert no.code is Code.WRONG_STATUS


def test_nobody_mends_it_alone(ziyun: Ziyun) -> None:
    old = certificate(ziyun)
    for place in (0, 1):
        no = refused(
            lambda place=place: mending.correct_document(
                document_id=old.pk,
                mends=(mending.Mend("板当镇演示村", "板当镇第一演示村"),),
                reason="x",
                by=actor_of(ziyun.people[BUREAU][place]),
                now=at("03-28 10:00"),
            )
        )
        assert no.code is Code.NOT_PERMITTED
    assert certificate(ziyun) == old


def test_the_approver_reads_every_text_before_and_after(ziyun: Ziyun) -> None:
    old = certificate(ziyun)
    ziyun.alone(BUREAU, ACT, "03-28 10:00", subject=old.pk, **mends(("演示村", "第一演示村")))
    waiting = Preparation.objects.get(act=ACT)
    read = approval_of(waiting, by=actor_of(ziyun.people[BUREAU][1]), now=at("03-28 10:30")).bound
    said = {each.label: each.value for each in read.facts}
    assert (said["更正1"], said["更正后文字1"]) == ("“演示村”更正为“第一演示村”", "板当镇第一演示村")
    assert [each.value for each in read.moving] == ["板当镇演示村"]


def test_the_database_marks_no_document_without_the_one_in_its_place(ziyun: Ziyun) -> None:
    old = certificate(ziyun)
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(pk=old.pk).update(corrected_at=at("03-28 10:00"))


def test_what_binds_parties_or_moves_value_is_declared_correctable_nowhere() -> None:
    free = {
        "contacts", "legal_basis", "reason", "title", "villages", "project", "opinion", "remarks", "record_number",
        "record_date", "body", "document_number",
    }  # fmt: skip
    for kind, stated in FACTS_BY_KIND.items():
        assert stated.correctable <= free, kind
        assert stated.correctable <= set(stated.model_fields), kind
        assert set(stated.taken) <= stated.correctable, kind
    for kind in (DocumentKind.TRIPARTITE_CONTRACT, DocumentKind.QUALIFICATION_CERTIFICATE):
        assert FACTS_BY_KIND[kind].correctable == frozenset()


def test_a_contract_is_mended_by_nobody_and_an_announcement_by_its_centre_on_the_desk() -> None:
    with opened() as site:
        listing = steps.contracted(site)
        contract = latest(case_id=listing.pk, kind=DocumentKind.TRIPARTITE_CONTRACT)
        announced = latest(case_id=listing.pk, kind=DocumentKind.ANNOUNCEMENT)
        assert contract is not None
        assert announced is not None
        by = actor_of(site.people["centre"][0])
        assert not mending.may_mend(contract, by=by)
        page = site.see("centre", "/desk/documents/")
        link = f"/desk/acts/{ACT}/{shown(announced.pk, 'document')}/"
        assert link in page
        assert f"/desk/acts/{ACT}/{shown(contract.pk, 'document')}/" not in page
        assert f"/desk/acts/{ACT}/{announced.pk}/" not in page
        for other in ("province", "seller", "finance"):
            assert link not in site.see(other, "/desk/documents/")
        wrong = str(announced.facts["contacts"][0]["phone"] or announced.facts["contacts"][0]["name"])
        assert wrong in site.see("centre", link)
        _mend(site, listing, announced, wrong)
        assert "已更正" in site.see("centre", "/desk/documents/")
        public = Client().get("/verify/", {"q": announced.number}).content.decode()
        assert f"{announced.number}更正1" in public


def _mend(site: DeskSite, listing: Listing, announced: Document, wrong: str) -> Done:
    now = site.clock.now()
    data = mends((wrong, f"{wrong}转1"))
    act = act_called(ACT)
    perform(act, subject_id=announced.pk, data=data, by=actor_of(site.people["centre"][0]), now=now)
    waiting = Preparation.objects.get(act=ACT)
    return perform(
        act,
        subject_id=announced.pk,
        data=data,
        by=actor_of(site.people["centre"][1]),
        now=now,
        seen=waiting.digest,
    )
