"""The parameters of a rulebook in words, for the page of the rules in force and the desk that drafts them."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext, gettext_noop

from apps.documents.states import AttachmentKind
from apps.kinds.prices import PriceUnit
from apps.kinds.table import QuotaKind
from apps.listings.states import LABELS as LISTING_LABELS
from apps.objections.states import LABELS as OBJECTION_LABELS
from apps.parties.roles import ROLE_LABELS
from apps.process.record_words import FIGURES
from apps.questions.states import LABELS as QUESTION_LABELS
from apps.rulebook.declaring import Unit
from apps.rulebook.prices import COST_WORDS, WHAT_WORDS
from apps.rulebook.subjects import column_called, declared_at, declared_within, word_for
from apps.stages.contract.states import PARTY_LABELS
from apps.stages.qualification.states import LABELS as REGISTRATION_LABELS
from apps.stages.review.states import OUTCOME_LABELS, SUBJECT_LABELS
from kernel.actors import DUTY_LABELS
from kernel.clock import written
from kernel.deadlines.states import STATUS_LABELS


def rule_label(path: str) -> str:
    """The name of a parameter, such as `timed_bidding.round_minutes`; of a group that of its first."""
    declared = declared_at(path) or next(iter(declared_within(path)), None)
    return declared.label if declared else path


def rule_text(value: Any) -> str:
    """A parameter's value as people read it, in the language of the page."""
    if value is None:
        return gettext("不设")
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, list):
        return gettext("、").join(rule_text(each) for each in value) or gettext("不设")
    if isinstance(value, Mapping):
        return gettext("，").join(
            gettext("%(name)s：%(value)s")
            % {"name": gettext(column_called(str(name))), "value": rule_text(inner)}
            for name, inner in value.items()
        )
    word = word_for(str(value))
    return gettext(word) if word != str(value) else word


def rule_shown(value: Any, path: str) -> str:
    """The value of one parameter: shares in per cent, amounts with separators, anything else as `rule_text` has it."""
    text = str(value)
    if not _DECIMAL.fullmatch(text):
        return rule_text(value)
    declared = declared_at(path)
    unit = declared.unit if declared else Unit.NONE
    if unit is Unit.SHARE:
        return f"{(Decimal(text) * 100).normalize():f}%"
    return f"{Decimal(text):,}" if unit is Unit.YUAN_OR_SHARE else rule_text(value)


_DECIMAL = re.compile(r"\d+(\.\d+)?")


UNSAID = frozenset({"field", "noted", "item", "person", "key", "request_id", "reason"})
"""Figures for programs, which name an input or a row: people read the sentence, or the words beside the input."""
WORDED = frozenset(
    {"status", "allowed", "role", "duty", "party", "opinion", "outcome", "kind", "missing", "seller_kinds"}
    | {"price_unit", "use_mode", "body", "what", "category", "declaration", "circulation", "burden_type"}
)
"""Figures whose value is a word of the domain, or several."""
_COUNTED = frozenset(
    {"wanted", "available", "frozen", "declared", "parts", "difference", "left", "booked", "stated"}
    | {"sold", "retested", "most_bytes", "given_bytes", "burdened", "free"}
    | {str(kind) for kind in QuotaKind}
)
"""Figures that are quantities, also where they are whole."""

_NAMES: dict[str, str] = {
    str(key): label
    for labels in (
        REGISTRATION_LABELS,
        OBJECTION_LABELS,
        STATUS_LABELS,
        PARTY_LABELS,
        SUBJECT_LABELS,
        OUTCOME_LABELS,
        DUTY_LABELS,
        ROLE_LABELS,
        LISTING_LABELS,
        QUESTION_LABELS,
    )
    for key, label in dict[Any, str](labels).items()
} | {str(each): each.label for kinds in (AttachmentKind, QuotaKind, PriceUnit) for each in kinds}
_NAMES |= {str(key): label for labels in (WHAT_WORDS, COST_WORDS) for key, label in labels.items()}
_NAMES |= {"voided": gettext_noop("已撤销登记"), "project": "按建设项目挂钩"}

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?[+-]\d\d:\d\d")
_AMOUNT = re.compile(r"\d+\.\d{2,4}")


_NO_WORDS: Mapping[str, str] = MappingProxyType({})


def shown_figure(name: str, value: str, own: Mapping[str, str] = _NO_WORDS) -> str:
    """An instant as people write it, amounts and quantities with separators, words of the domain in Chinese: those
    that who says it has of its `own` before others of the same code."""
    if _INSTANT.fullmatch(value):
        return written(datetime.fromisoformat(value))
    if _AMOUNT.fullmatch(value) or (name in _COUNTED and value.isdecimal()):
        return f"{Decimal(value):,}"
    if name in WORDED:
        words = [word for word in value.split(",") if word]
        return gettext("、").join(
            gettext(own.get(word) or _NAMES.get(word) or word_for(word)) for word in words
        )
    return value


def shown_value(value: str) -> str:
    """A value whose name is not known: as a figure, or as a word of the domain where it is one."""
    words = [word for word in value.split(",") if word]
    if words and all(word in _NAMES for word in words):
        return gettext("、").join(gettext(_NAMES[word]) for word in words)
    return shown_figure("", value)


def said_figures(figures: Mapping[str, str], words: Mapping[str, str] = _NO_WORDS) -> list[tuple[str, str]]:
    """(label, text) of what is shown beside a refusal, without what only programs need or what has no label; its
    codes by `words`."""
    named = {
        name: FIGURES.get(name) or rule_label(name)
        for name in figures
        if name in FIGURES or declared_at(name)
    }
    return [
        (gettext(named[name]), shown_figure(name, value, words))
        for name, value in figures.items()
        if name in named and name not in UNSAID and value
    ]
