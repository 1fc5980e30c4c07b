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
from apps.documents.printing.compiler import TEMPLATES
from apps.documents.queries import count_of, latest, verify
from apps.documents.rules import why_not_mend
from apps.documents.states import DocumentKind
from apps.notices.models import Notice
from apps.parties.queries import actor_of
from apps.process.issuing import numbers
from kernel.access.models import Preparation
from kernel.acts.act import act_called
from kernel.acts.perform import Done, approval_of, perform
from kernel.errors import Code, Refused
from kernel.web.opaque import shown
from tests.documents.test_incoming_corrections import entered, mended
from tests.factories import desk_steps as steps
from tests.factories.across import PROVINCE as ACROSS_OFFICE
from tests.factories.across import Across
from tests.factories.desk_site import DeskSite, opened
from tests.factories.ziyun import BUREAU, CITY, COUNTY, FAR_PROVINCE, PROVINCE, Ziyun, at

pytestmark = pytest.mark.django_db

ACT = "document.correct"


RIGHT = ("record_number", "部备〔2026〕11号")


@pytest.fixture
def ziyun(settings: Any, tmp_path: Any) -> Ziyun:
    """Certified under a record number that was mistyped; on record it stands rightly by now."""
    settings.MEDIA_ROOT = tmp_path
    made = Ziyun.recorded()
    made.certify()
    found = entered(made.verification_id, "verification.record")
    data = mended(found, register_no=RIGHT[1])
    made.both(PROVINCE, "incoming.correct", "03-28 09:00", subject=found.pk, **data)
    return made


def certificate(ziyun: Ziyun) -> Document:
    found = latest(case_id=ziyun.verification_id, kind=DocumentKind.QUOTA_CERTIFICATE)
    assert found is not None
    return found


def mends(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"mends": [{"place": place, "right": right} for place, right in pairs], "reason": "打印笔误"}


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
    done = ziyun.both(BUREAU, ACT, "03-28 10:00", subject=old.pk, **mends(RIGHT))
    new = certificate(ziyun)
    assert done.answer == {"document": new.pk, "number": new.number}
    assert new.number == f"{old.number}更正1"
    text = text_of(new)
    for words in (
        f"更正：本文书更正并代替{old.number}", "部备案号“部备〔2026〕1号”更正为“部备〔2026〕11号”",
        "部备〔2026〕11号（2026-03-25）", "800.0000亩",
    ):  # fmt: skip
        assert words in text, words
    assert "打印笔误" not in text  # the reason is the record's: nothing but mended words is printed
    old.refresh_from_db()
    after = {each.name: getattr(old, each.attname) for each in Document._meta.concrete_fields}
    changed = {name for name, value in before.items() if after[name] != value}
    assert changed - {"file", "sha256", "rendered_at"} == {"corrected_at"}
    assert {name for name in new.facts if new.facts[name] != old.facts[name]} == {
        "record_number", "heading", "correction",
    }  # fmt: skip
    asked = verify(old.number)
    assert asked is not None
    assert asked.corrected_by == new.number
    assert count_of(case_id=ziyun.verification_id, kind=DocumentKind.QUOTA_CERTIFICATE) == 1
    whom = set(Notice.objects.filter(kind="document_corrected").values_list("organisation_id", flat=True))
    assert whom == {ziyun.organisation_id(COUNTY)}


@pytest.mark.parametrize(
    "pairs",
    [
        (("tradeable", "900.0000"),),
        (("holder", "别的县人民政府"),),
        (("bans", "可以用于房地产"),),
        (("villages", "别的村"),),
        (("correction", "x"),),
        (("contacts.0.name", "x"),),
        (("record_number", "部备〔2026〕1号"),),
        (("record_number", "部备〔2026〕12号"),),
        (("record_date", "2026-03-24"),),
        (RIGHT, RIGHT),
    ],
    ids=[
        "amount",
        "holder",
        "ban",
        "record",
        "itself",
        "no such",
        "nothing",
        "unknown number",
        "unknown day",
        "twice",
    ],
)
def test_nothing_is_mended_but_words_that_may_be_and_to_what_the_record_has(
    ziyun: Ziyun, pairs: tuple[tuple[str, str], ...]
) -> None:
    old = certificate(ziyun)
    no = refused(lambda: ziyun.both(BUREAU, ACT, "03-28 10:00", subject=old.pk, **mends(*pairs)))
    assert no.code is Code.INVALID
    assert Document.objects.filter(corrects=old).count() == 0


def test_a_publication_cites_the_paper_of_its_scheme_and_no_other(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    across = Across.with_ministry()
    across.match(across.row())
    across.publish()
    old = latest(case_id=across.adjustment_id, kind=DocumentKind.SCHEME_PUBLICATION)
    assert old is not None
    consent = mends(("body", "贵州省人民政府"), ("document_number", "黔府函〔2026〕1号"))
    no = refused(lambda: across.both(ACROSS_OFFICE, ACT, "09-22 10:00", subject=old.pk, **consent))
    assert no.code is Code.INVALID
    found = entered(across.adjustment_id, "scheme.import")
    data = mended(found, document_no="自然资函〔2026〕90号")
    across.both(ACROSS_OFFICE, "incoming.correct", "09-22 11:00", subject=found.pk, **data)
    right = mends(("document_number", "自然资函〔2026〕90号"))
    across.both(ACROSS_OFFICE, ACT, "09-22 12:00", subject=old.pk, **right)
    new = latest(case_id=across.adjustment_id, kind=DocumentKind.SCHEME_PUBLICATION)
    assert new is not None
    assert new.facts["document_number"] == "自然资函〔2026〕90号"


def test_its_issuer_mends_it_once_and_nobody_else(ziyun: Ziyun) -> None:
    old, data = certificate(ziyun), mends(RIGHT)
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
                mends=(mending.Mend(*RIGHT),),
                reason="x",
                by=actor_of(ziyun.people[BUREAU][place]),
                now=at("03-28 10:00"),
            )
        )
        assert no.code is Code.NOT_PERMITTED
    assert certificate(ziyun) == old


def test_the_approver_reads_every_text_before_and_after(ziyun: Ziyun) -> None:
    old = certificate(ziyun)
    ziyun.alone(BUREAU, ACT, "03-28 10:00", subject=old.pk, **mends(RIGHT))
    waiting = Preparation.objects.get(act=ACT)
    read = approval_of(waiting, by=actor_of(ziyun.people[BUREAU][1]), now=at("03-28 10:30")).bound
    said = {each.label: each.value for each in read.facts}
    assert said["部备案号"] == "部备〔2026〕1号 → 部备〔2026〕11号"
    assert said["更正理由"] == "打印笔误"


def test_the_database_marks_no_document_without_the_one_in_its_place(ziyun: Ziyun) -> None:
    old = certificate(ziyun)
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(pk=old.pk).update(corrected_at=at("03-28 10:00"))


def test_what_binds_parties_or_moves_value_is_declared_correctable_nowhere() -> None:
    free = {
        "contacts.*.phone", "contacts.*.address", "reason", "opinion", "remarks", "record_number", "record_date",
        "body", "document_number",
    }  # fmt: skip
    taken = {"record_number", "record_date", "body", "document_number"}
    for kind, stated in FACTS_BY_KIND.items():
        assert set(stated.correctable) <= free, kind
        assert {each.partition(".")[0] for each in stated.correctable} <= set(stated.model_fields), kind
        assert set(stated.taken) == set(stated.correctable) & taken, kind
    for kind in (
        DocumentKind.TRIPARTITE_CONTRACT, DocumentKind.QUALIFICATION_CERTIFICATE, DocumentKind.TRANSFER_CERTIFICATE,
    ):  # fmt: skip
        assert FACTS_BY_KIND[kind].correctable == {}


def test_only_words_that_are_printed_are_correctable() -> None:
    for kind, stated in FACTS_BY_KIND.items():
        template = (TEMPLATES / f"{kind}.typ").read_text(encoding="utf-8")
        for pattern in stated.correctable:
            assert f"facts.{pattern.partition('.')[0]}" in template, (kind, pattern)


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
        place = next(
            each for each in mending.places_of(announced.kind, announced.facts) if "电话" in each.label
        )
        form = site.see("centre", link)
        assert f'value="{place.path}"' in form
        assert place.text in form
        address = place.path.replace("phone", "address")
        for path, wrong in (
            (place.path, "起始价1元"), (place.path, place.text), (place.path, "6222000000000009"),
            (address, "保证金请缴至户名某公司"), (address, "账号6222000000000009"), (address, "某路1号，起始价70000元"),
        ):  # fmt: skip
            no = refused(lambda path=path, wrong=wrong: _mend(site, announced, (path, wrong)))
            assert no.code is Code.INVALID, wrong
        assert why_not_mend("联系地址", "旧", "万载县康乐街道阳乐大道1号元亨大厦", sort="address") is None
        _mend(site, announced, (place.path, "0371-60000099"))
        assert "已更正" in site.see("centre", "/desk/documents/")
        assert "已更正，请对更正后的文书办理" in site.see("centre", link)  # said before anything is filled in
        again = latest(case_id=listing.pk, kind=DocumentKind.ANNOUNCEMENT)
        assert again is not None
        changed = {name for name in again.facts if again.facts[name] != announced.facts[name]}
        assert changed == {"contacts", "heading", "correction"}
        public = Client().get("/verify/", {"q": announced.number}).content.decode()
        assert public.index(f"{announced.number}更正1") < public.index("查验属实")
        assert "已更正" in Client().get("/announcements/").content.decode()
        twice = _mend(site, again, (place.path, "0371-60000098"))
        assert twice.answer["number"] == f"{announced.number}更正2"
        asked = verify(announced.number)
        assert asked is not None
        assert asked.corrected_by == f"{announced.number}更正2"
        assert numbers.of_announcement(listing) == announced.number  # as who signed cites it
        told = set(Notice.objects.filter(kind="document_corrected").values_list("organisation_id", flat=True))
        assert {site.organisation(each).pk for each in ("seller", "a", "b")} <= told


def _mend(site: DeskSite, document: Document, pair: tuple[str, str]) -> Done:
    now = site.clock.now()
    data = mends(pair)
    act = act_called(ACT)
    perform(act, subject_id=document.pk, data=data, by=actor_of(site.people["centre"][0]), now=now)
    waiting = Preparation.objects.get(act=ACT, decided_at=None)
    return perform(
        act,
        subject_id=document.pk,
        data=data,
        by=actor_of(site.people["centre"][1]),
        now=now,
        seen=waiting.digest,
    )
