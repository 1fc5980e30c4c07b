"""The certificate (建设用地指标登记证): what it states, who sees it before it is issued, and how it is verified."""

import io
import re
from typing import Any

import pytest
from pypdf import PdfReader

from apps.documents import facts, printing
from apps.documents.commands import open_document
from apps.documents.models import Document
from apps.documents.queries import latest, verify, verify_file
from apps.documents.states import DocumentKind
from apps.parties.commands import register_organisation, register_person
from apps.parties.models import Organisation, Region
from apps.parties.queries import called_apart
from apps.parties.roles import Role
from apps.process.issuing.proofs import pages_of
from apps.surplus import queries
from kernel.access.models import Preparation
from kernel.actors import SYSTEM, Duty
from kernel.acts.act import act_called
from kernel.acts.perform import approval_of, perform
from kernel.errors import Code, Refused
from tests.factories import samples
from tests.factories.ziyun import BUREAU, CITY, COUNTY, PROVINCE, Ziyun, at

pytestmark = pytest.mark.django_db
KIND = DocumentKind.QUOTA_CERTIFICATE


@pytest.fixture
def recorded(settings: Any, tmp_path: Any) -> Ziyun:
    settings.MEDIA_ROOT = tmp_path
    return Ziyun.recorded()


def text_of(content: bytes) -> str:
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def issued(ziyun: Ziyun) -> Document:
    found = latest(case_id=ziyun.verification_id, kind=KIND)
    assert found is not None
    return found


def test_the_certificate_states_every_figure_in_numbers_and_in_capitals(recorded: Ziyun) -> None:
    recorded.certify()
    document = issued(recorded)
    assert document.number == recorded.verification.certificate_no
    assert document.issued_by_name == "紫云苗族布依族自治县自然资源局"
    text = text_of(open_document(document_id=document.pk, now=at("03-27 11:00")).content)
    for words in (
        "建设用地指标登记证", "紫云苗族布依族自治县人民政府", "板当镇演示村", "旱地242.8200亩贰佰肆拾贰点捌贰亩",
        "园地149.5100亩", "林地411.8100亩", "草地13.2600亩壹拾叁点贰陆亩", "（R）817.4000亩捌佰壹拾柒点肆亩",
        "（S）0.0000亩零亩", "817.4000亩", "（V）17.4000亩壹拾柒点肆亩", "800.0000亩捌佰亩",
        "附带耕地242.8200亩", "附带水田0.0000亩", "本省（区、市）内", "不得用于房地产（商品房）开发",
        "紫验〔2025〕1号", "部备〔2026〕1号（2026-03-25）", "安顺市自然资源局", "贵州省自然资源厅", "演示测绘院",
        document.verification_code, str(recorded.verification.case.number),
    ):  # fmt: skip
        assert words in text, words
    assert document.facts["report_sha256"] in text


def test_high_standard_farmland_is_stated_as_far_as_it_may_go_to_other_provinces() -> None:
    text = text_of(printing.render(KIND, samples.stamped(KIND)))
    assert "391.4851亩叁佰玖拾壹点肆捌伍壹亩" in text


def test_a_certificate_whose_figures_do_not_add_up_is_never_issued() -> None:
    for wrong in ({"tradeable": samples.mu("800.0001")}, {"surplus": samples.mu("817.3999")}):
        with pytest.raises(ValueError, match="须等于"):
            samples.quota_certificate(**wrong)
    with pytest.raises(ValueError, match="各地类面积之和"):
        samples.quota_certificate(classes=(facts.NamedAmount(name="旱地", amount=samples.mu("817.3999")),))


def test_who_releases_sees_the_very_paper_that_is_issued(recorded: Ziyun) -> None:
    recorded.alone(PROVINCE, "verification.certify", "03-27 10:00")
    prepared = Preparation.objects.get(act="verification.certify", decided_at=None)
    pages: list[bytes] = []
    approval = approval_of(
        prepared, by=recorded.actor(PROVINCE, Duty.APPROVER), now=at("03-27 10:30"),
        look=lambda: pages.extend(pages_of(prepared.act, recorded.verification_id)),
    )  # fmt: skip
    assert approval.refusal is None
    assert pages
    assert all(page.startswith(b"\x89PNG") for page in pages)
    assert not Document.objects.filter(case_id=recorded.verification_id).exists()
    recorded.verification.refresh_from_db()
    assert recorded.verification.certificate_no is None


def test_what_waits_is_not_released_once_the_paper_would_say_something_else(
    recorded: Ziyun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound facts are as they were: only the paper's own digest tells."""
    recorded.alone(PROVINCE, "verification.certify", "03-27 10:00")
    waiting = Preparation.objects.get(act="verification.certify", decided_at=None)
    rules = queries.parameters_of(recorded.verification).model_copy(update={"circulation_right": "state"})
    monkeypatch.setattr(queries, "parameters_of", lambda _: rules)
    with pytest.raises(Refused) as no:
        release(recorded, waiting.digest)
    assert no.value.refusal.code is Code.TEXT_CHANGED


def release(ziyun: Ziyun, digest: str) -> None:
    perform(
        act_called("verification.certify"), subject_id=ziyun.verification_id, data={},
        by=ziyun.actor(PROVINCE, Duty.APPROVER), now=at("03-27 11:00"), seen=digest,
    )  # fmt: skip


def test_anybody_verifies_it_by_number_code_and_file(recorded: Ziyun) -> None:
    recorded.certify()
    document = issued(recorded)
    content = open_document(document_id=document.pk, now=at("03-27 11:00")).content
    for found in (verify(document.number), verify(document.verification_code), verify_file(content)):
        assert found is not None
        assert (found.number, found.is_public, found.case_id) == (
            document.number,
            True,
            recorded.verification_id,
        )
    assert verify_file(content + b"x") is None


def test_a_certificate_ends_where_the_rules_give_it_a_life(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    recorded = Ziyun.recorded(certificate_life_days=365)
    recorded.certify()
    text = text_of(open_document(document_id=issued(recorded).pk, now=at("03-27 11:00")).content)
    assert "至2027年3月27日24时00分" in text


def test_the_countys_bureau_issues_its_certificate_and_no_development_zone(recorded: Ziyun) -> None:
    county = recorded.people[COUNTY][0].organisation
    bureau = recorded.people[BUREAU][0].organisation
    Organisation.objects.filter(pk=bureau.pk).update(active=False)
    register_organisation(
        kind=Role.DEVELOPMENT_ZONE, name="紫云县工业园区管委会", region="520425", superior=county, by=SYSTEM,
        now=at("03-26 11:00"),
    )  # fmt: skip
    recorded.certify()
    assert issued(recorded).issued_by_name == county.name


def test_what_a_development_zone_filed_is_certified_by_the_bureau(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    ziyun, now = Ziyun.settled(), at("01-05 09:00")
    zone = register_organisation(
        kind=Role.DEVELOPMENT_ZONE, name="紫云县工业园区管委会", region="520425",
        superior=ziyun.people[COUNTY][0].organisation, by=SYSTEM, now=now,
    )  # fmt: skip
    ziyun.people[COUNTY] = [
        register_person(
            username=f"zone.{duty}", name="陈某", organisation=zone, duty=duty, by=SYSTEM, now=now
        )
        for duty in (Duty.OPERATOR, Duty.APPROVER)
    ]
    ziyun.draft()
    ziyun.measure()
    ziyun.submit()
    ziyun.decide(CITY, "pass", "03-10 10:00")
    ziyun.decide(PROVINCE, "pass", "03-20 10:00")
    ziyun.record()
    ziyun.certify()
    assert ziyun.verification.filed_by_id == zone.pk
    assert issued(ziyun).issued_by_name == "紫云苗族布依族自治县自然资源局"


def test_counties_of_one_name_give_numbers_that_are_told_apart(recorded: Ziyun) -> None:
    county = Region.objects.get(pk="520425")
    assert called_apart(county) == "紫云苗族布依族自治县"
    twins = list(Region.objects.filter(name="鼓楼区").order_by("code"))
    assert len({called_apart(each) for each in twins}) == len(twins) > 1
