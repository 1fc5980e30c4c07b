"""The words of the domain that pages show through filters: plain Chinese where they are defined, translated here."""

from collections.abc import Iterator

from rest_framework import serializers

from apps.crossprovince.states import AUDIT_LABELS
from apps.documents.states import AttachmentKind, DocumentKind
from apps.funds import sources
from apps.funds.states import BUCKET_LABELS as FUND_BUCKET_LABELS
from apps.funds.states import PAYEE_LABELS
from apps.funds.states import REASON_LABELS as FUND_REASON_LABELS
from apps.insight import anomalies
from apps.insight.office_statistics import STAGES
from apps.kinds.classes import every_class
from apps.kinds.prices import PriceUnit
from apps.kinds.table import QuotaKind, count_of_kinds
from apps.listings.states import LABELS as LISTING_LABELS
from apps.listings.timetable import MOMENT_LABELS
from apps.money.models import PURPOSE_LABELS
from apps.money.reconcile import ALARM_LABELS
from apps.notices.states import LEAD_LABELS, TITLES
from apps.objections.states import LABELS as OBJECTION_LABELS
from apps.parties.roles import ROLE_LABELS
from apps.process.record_words import CODES, FIGURES, VERBS
from apps.quota.models import BUCKET_LABELS, MOVEMENT_LABELS
from apps.rehearsal import trials
from apps.rulebook.prices import COST_WORDS
from apps.rulebook.proceeds import CATEGORY_LABELS
from apps.rulebook.subjects import every_text
from apps.stages.contract.states import PARTY_LABELS
from apps.stages.qualification.states import LABELS as REGISTRATION_LABELS
from apps.stages.review.states import OUTCOME_LABELS, SUBJECT_LABELS
from apps.surplus.classes import After, Before
from apps.surplus.states import LABELS as VERIFICATION_LABELS
from apps.surplus.states import LEVEL_LABELS
from apps.surplus.states import OUTCOME_LABELS as OUTCOME_LABELS_OF_VERIFICATIONS
from kernel.actors import DUTY_LABELS
from kernel.acts.act import Act, all_acts
from kernel.deadlines.registry import all_kinds
from kernel.deadlines.states import STATUS_LABELS

SECTIONS: tuple[tuple[str, str], ...] = (
    ("首页", "/"),
    ("交易公告", "/announcements/"),
    ("挂牌项目", "/listings/"),
    ("成交结果", "/results/"),
    ("市场行情", "/market/"),
    ("指标登记证", "/certificates/"),
    ("办事指南", "/guide/"),
    ("交易规则", "/rules/"),
    ("文书查验", "/verify/"),
)
"""The public sections: (label, address)."""
TASKS = ("网上报价", "足额缴纳保证金", "缴纳价款", "补正竞买申请")
"""Duties of a bidder that are no acts of their own."""
SHEETS = ("结果", "办理", "期限", "保证金", "价款")
"""The parts of a trial's result."""


def labels() -> set[str]:
    """Every such word of the portal and of the desks."""
    maps = (
        LISTING_LABELS,
        REGISTRATION_LABELS,
        OBJECTION_LABELS,
        STATUS_LABELS,
        PARTY_LABELS,
        BUCKET_LABELS,
        FUND_BUCKET_LABELS,
        FUND_REASON_LABELS,
        AUDIT_LABELS,
        PAYEE_LABELS,
        CATEGORY_LABELS,
        SUBJECT_LABELS,
        OUTCOME_LABELS,
        ROLE_LABELS,
        DUTY_LABELS,
        LEAD_LABELS,
        TITLES,
        FIGURES,
        CODES,
        {each.name: each.label for each in VERBS},
        MOVEMENT_LABELS,
        PURPOSE_LABELS,
        ALARM_LABELS,
        trials.STATUS_LABELS,
        VERIFICATION_LABELS,
        LEVEL_LABELS,
        OUTCOME_LABELS_OF_VERIFICATIONS,
        COST_WORDS,
    )
    found = {str(text) for each in maps for text in each.values()} | every_text() | sources.every_label()
    found |= {each.label for kinds in (QuotaKind, DocumentKind, AttachmentKind) for each in kinds}
    found |= {text for each in QuotaKind for text in (each.unit, each.heading, each.short_heading)}
    found |= {each.label for classes in (Before, After) for each in classes}
    found |= {each.label for each in PriceUnit} | {count_of_kinds()}
    found |= {each.label for each in all_kinds().values()} | set(MOMENT_LABELS)
    found |= {label for label, _ in SECTIONS} | set(TASKS) | set(SHEETS)
    for terms in every_class():
        found |= {terms.title, terms.certificate, *terms.to_list.values(), *terms.to_bid.values()}
    found |= {label for label, _, _ in STAGES} | set(anomalies.SORTS)
    found |= {f"{label}人" for label in DUTY_LABELS.values()}
    found |= {f"出具{label}意见" for label in SUBJECT_LABELS.values()}
    return found | set(_of_acts())


def _of_acts() -> Iterator[str]:
    """Titles, explanations and inputs of everything that can be done."""
    for act in all_acts():
        yield act.label
        if act.help:
            yield act.help
        yield from _of_form(act)


def _of_form(act: Act) -> Iterator[str]:
    for each in act.form().fields.values():
        yield str(each.label)
        if isinstance(each, serializers.ListSerializer) and isinstance(each.child, serializers.Serializer):
            yield from (str(inner.label) for inner in each.child.fields.values())
        if isinstance(each, serializers.ChoiceField):
            yield from (str(label) for label in each.choices.values())
