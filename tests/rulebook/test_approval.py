"""Approving rules: the approver reads what changes and signs just that; nobody changes a draft (spec: rulebook)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.rulebook import presets
from apps.rulebook.changes import digest_of
from apps.rulebook.models import Rulebook
from apps.rulebook.prices import PriceParameters
from kernel.access.queries import waiting_for
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.acts.bound import Bound, Sort
from kernel.acts.perform import bound_of, digest_waiting, perform
from kernel.audit.models import AuditEntry
from kernel.errors import Code, Refusal, Refused
from tests.factories.deal import PROVINCE, Deal, at

pytestmark = pytest.mark.django_db
NOW = at("03-05 09:00")
APPROVE = "rulebook.approve"
ROW: dict[str, Any] = {
    "class": "supplementary", "kind": "farmland_area", "region": "410000", "what": "lowest", "amount": "50000",
    "valid_from": "2025-01-01", "document_no": "演示价〔2025〕1号", "effect": "bind",
}  # fmt: skip


@pytest.fixture
def deal() -> Deal:
    return Deal.begun()


def draft(deal: Deal, parameters: dict[str, Any], **changes: Any) -> int:
    """The province's operator drafts another version of Henan's prices, or of the subject named."""
    facts: dict[str, Any] = {
        "province": "410000", "name": "河南省价格规则", "legal_basis": ["演示价〔2025〕1号"],
        "valid_from": "2026-01-01", "subject": "prices", "parameters": parameters,
    }  # fmt: skip
    answer = perform(
        act_called("rulebook.draft"), data=facts | changes, by=deal.operator(PROVINCE), now=NOW
    ).answer
    return int(answer["rulebook"])


def prepare(deal: Deal, book: int) -> None:
    done = perform(act_called(APPROVE), subject_id=book, by=deal.operator(PROVINCE), now=NOW)
    assert done.outcome == "prepared"


def release(deal: Deal, book: int, *, seen: str | None = None) -> None:
    by, act = deal.approver(PROVINCE), act_called(APPROVE)
    shown = digest_waiting(act, subject_id=book, data={}, by=by) if seen is None else seen
    perform(act, subject_id=book, by=by, now=NOW, seen=shown)


def approved(deal: Deal, parameters: dict[str, Any], **changes: Any) -> int:
    book = draft(deal, parameters, **changes)
    prepare(deal, book)
    release(deal, book)
    return book


def shown(deal: Deal, book: int) -> dict[str, str]:
    bound = bound_of(act_called(APPROVE), book, {}, by=deal.approver(PROVINCE))
    facts = {each.label: each.value for each in bound.facts}
    assert len(facts) == len(bound.facts)
    return facts


def no(call: Callable[[], Any]) -> Refusal:
    """The refusal of what must be refused."""
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal


def test_a_first_version_shows_every_parameter_and_row_in_words(deal: Deal) -> None:
    facts = shown(deal, draft(deal, {"rows": [ROW]}, valid_to="2026-12-31"))
    assert facts["规则主题"] == "价格"
    assert facts["适用省份"] == "河南省（410000）"
    assert (facts["规则版本"], facts["生效日期"], facts["失效日期"]) == ("第1版", "2026-01-01", "2026-12-31")
    assert facts["依据文号"] == "演示价〔2025〕1号（未核实）"
    assert facts["对照版本"] == "无（首个版本，列出全部参数）"
    assert facts["后期管护（每年每亩）"] == "500元"
    assert facts["价格表第1行"] == (
        "指标类别：补充耕地，种类：耕地数量，适用地区代码：410000，价格类型：最低价，单价：50,000元，自何日起：2025-01-01，"
        "文号：演示价〔2025〕1号，已核实：否，作用：强制"
    )


def test_an_older_version_is_not_approved_once_a_newer_one_is(deal: Deal) -> None:
    first, second = draft(deal, {"rows": []}), draft(deal, {"rows": [ROW]}, valid_from="2026-02-01")
    prepare(deal, first)
    prepare(deal, second)
    release(deal, second)
    refusal = no(lambda: release(deal, first))
    assert (refusal.code, dict(refusal.detail)) == (
        Code.WRONG_STATUS,
        {
            "version": "河南省价格规则 第1版", "newer_version": "河南省价格规则 第2版",
            "newer_valid_from": "2026-02-01",
        },
    )  # fmt: skip
    assert Rulebook.objects.get(pk=first).approved_at is None
    approved(deal, {"rows": []}, valid_from="2026-03-01")  # a newer one is


def test_a_later_version_shows_what_it_changes_row_by_row_and_nothing_else(deal: Deal) -> None:
    guide = ROW | {"what": "guide", "effect": "show"}
    highest = ROW | {"what": "highest", "amount": "90000"}
    approved(deal, {"rows": [guide, ROW], "aftercare_yearly": "500"})
    facts = shown(
        deal, draft(deal, {"rows": [ROW | {"amount": "60000"}, highest], "aftercare_yearly": "600.00"})
    )
    assert facts["对照版本"] == "河南省价格规则 第1版（自2026-01-01起）"
    assert facts["后期管护（每年每亩）"] == "500元 → 600元"
    assert "单价：50,000元" in facts["价格表修改第1行"]
    assert "→ 指标类别：补充耕地" in facts["价格表修改第1行"]
    assert "单价：60,000元" in facts["价格表修改第1行"].partition(" → ")[2]
    assert "价格类型：最高价，单价：90,000元" in facts["价格表新增第2行"]
    assert "价格类型：指导价" in facts["价格表删除原第1行"]
    assert [label for label in facts if "第" in label and "行" in label] == [
        "价格表修改第1行",
        "价格表新增第2行",
        "价格表删除原第1行",
    ]
    assert "指导价区间下限" not in facts


def test_parameters_of_a_listing_are_told_with_their_units(deal: Deal) -> None:
    values = presets.parameters("henan", {"review_wd": 8, "deposit_rate": "0.25", "bar_days": 400})
    facts = shown(deal, draft(deal, values.as_json(), subject="supplementary"))
    assert facts["三重审查时限"] == "10个工作日 → 8个工作日"
    assert facts["保证金比例（占起始总价）"] == "20% → 25%"
    assert facts["违约后限制竞买"] == "365个自然日 → 400个自然日"


def test_the_same_again_says_that_nothing_changes(deal: Deal) -> None:
    approved(deal, {"rows": [ROW]})
    assert shown(deal, draft(deal, {"rows": [ROW | {"amount": "50000.00"}]}))["参数变化"] == "无"


def test_the_digest_is_of_values_however_they_are_typed() -> None:
    def of(**values: Any) -> str:
        return digest_of(PriceParameters.model_validate({"rows": [ROW]} | values))

    assert of(aftercare_yearly="500") == of(aftercare_yearly="500.00") == of()
    assert of(band_low="0.8") == of(band_low="0.80")
    assert of(aftercare_yearly="500.01") != of()


def test_whoever_approves_has_seen_it_and_the_record_keeps_the_digest(deal: Deal) -> None:
    book = draft(deal, {"rows": [ROW]})
    prepare(deal, book)
    assert no(lambda: release(deal, book, seen="")).code is Code.TEXT_CHANGED
    assert Rulebook.objects.get(pk=book).approved_at is None
    release(deal, book)
    found = Rulebook.objects.get(pk=book)
    assert found.approved_by_id == deal.approver(PROVINCE).person_id
    sha256 = digest_of(PriceParameters.model_validate(found.parameters))
    assert sha256 in AuditEntry.objects.filter(verb=APPROVE).latest("pk").said
    [fact] = [
        each
        for each in bound_of(act_called(APPROVE), book, {}, by=deal.operator(PROVINCE)).facts
        if each.sort is Sort.DIGEST
    ]
    assert fact.value == sha256


def test_nothing_is_approved_that_nobody_prepared(deal: Deal) -> None:
    book = draft(deal, {"rows": [ROW]})
    assert no(lambda: release(deal, book)).code is Code.NOT_PERMITTED


def test_another_version_approved_meanwhile_makes_what_waits_void(deal: Deal) -> None:
    first, second = draft(deal, {"rows": [ROW]}), draft(deal, {"rows": []})
    prepare(deal, second)
    prepare(deal, first)
    release(deal, first)
    assert no(lambda: release(deal, second)).code is Code.TEXT_CHANGED
    assert Rulebook.objects.get(pk=second).approved_at is None
    assert waiting_for(act=APPROVE, slot="", subject_id=second, by=deal.approver(PROVINCE)) is None


@pytest.mark.parametrize(
    "change", ["name = 'x'", "parameters = '{}'", "drafted_by_id = -9", "valid_to = NULL"]
)
def test_the_database_keeps_a_draft_as_its_author_wrote_it(deal: Deal, change: str) -> None:
    book = draft(deal, {"rows": [ROW]}, valid_to="2026-12-31")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE rulebook_rulebook SET {change} WHERE id = {book}")
    with pytest.raises(DatabaseError), transaction.atomic():
        Rulebook.objects.filter(pk=book).delete()


def test_another_provinces_draft_is_shown_to_nobody(deal: Deal) -> None:
    book = draft(deal, {"rows": [ROW]})
    own: Actor = deal.operator(PROVINCE)
    other = replace(own, region="430000")
    assert no(lambda: bound_of(act_called(APPROVE), book, {}, by=other)).code is Code.NOT_FOUND
    assert isinstance(bound_of(act_called(APPROVE), book, {}, by=own), Bound)
