"""How pages write amounts, areas, instants and names: one filter each, used by every template of the site."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.template import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from apps.documents.models import Document
from apps.documents.states import AttachmentKind, DocumentKind
from apps.kinds.prices import PriceUnit
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind, kinds_of
from apps.listings.models import Listing
from apps.listings.states import LABELS as LISTING_LABELS
from apps.listings.states import ListingStatus
from apps.notices.models import Notice
from apps.notices.queries import unread
from apps.notices.states import TITLES
from apps.objections.states import LABELS as OBJECTION_LABELS
from apps.objections.states import ObjectionStatus
from apps.parties.models import Organisation
from apps.parties.roles import ROLE_LABELS, Can
from apps.parties.web import actor_of_request
from apps.portal.labels import SECTIONS
from apps.portal.languages import page_languages
from apps.portal.wording import rule_label as label_of_rule
from apps.portal.wording import rule_shown, rule_text, said_figures, shown_value
from apps.process.record_words import CODES, STEPS
from apps.quota.models import BUCKET_LABELS, Bucket
from apps.stages.contract.states import PARTY_LABELS, Party
from apps.stages.qualification.states import LABELS as REGISTRATION_LABELS
from apps.stages.qualification.states import RegistrationStatus
from apps.stages.review.states import OUTCOME_LABELS, SUBJECT_LABELS, Outcome, Subject
from apps.surplus.states import LABELS as VERIFICATION_LABELS
from apps.surplus.states import VerificationStatus
from kernel import clock
from kernel.actors import DUTY_LABELS, PUBLIC, Actor, Duty
from kernel.acts.act import act_called
from kernel.acts.bound import Fact, Sort
from kernel.acts.verbs import label_of
from kernel.clock import beijing, ended
from kernel.deadlines.registry import kind_of
from kernel.deadlines.states import STATUS_LABELS, DeadlineStatus
from kernel.errors import Code, Refusal
from kernel.measures import AREA_PLACES
from kernel.money import Yuan
from kernel.money import capitals as in_capitals
from kernel.web.opaque import shown

register = template.Library()

_NONE = "—"
_CHINESE = re.compile(r"[\u3400-\u9fff](.*[\u3400-\u9fff][。）”]?)?", re.DOTALL)
_STATUS_KINDS: dict[ListingStatus, str] = {
    ListingStatus.DRAFT: "mute",
    ListingStatus.UNDER_REVIEW: "wait",
    ListingStatus.RETURNED: "stop",
    ListingStatus.APPROVED: "wait",
    ListingStatus.ANNOUNCED: "open",
    ListingStatus.BIDDING: "live",
    ListingStatus.SUSPENDED: "stop",
    ListingStatus.UNSOLD: "mute",
    ListingStatus.DEFAULTED: "stop",
    ListingStatus.TERMINATED: "stop",
    ListingStatus.WITHDRAWN: "mute",
    ListingStatus.COMPLETED: "done",
}


def _in_chinese() -> bool:
    return page_languages().is_source


@register.filter
def words(label: str) -> str:
    """A Chinese label from the domain in the language of the page."""
    return gettext(label) if label else ""


@register.filter
def unit_label(unit: PriceUnit) -> str:
    """元/亩 or 元/公斤."""
    return gettext(unit.label)


@register.filter
def status_kind(status: str) -> str:
    """How the chip of a status looks: open, live, wait, done, stop or mute."""
    return _STATUS_KINDS.get(ListingStatus(status), "done")


@register.filter
def opaque(pk: int, of: str) -> int:
    """What is shown of the id of a row `of` that model, in an address."""
    return shown(pk, of)


@register.filter
def document_url(document: Document) -> str:
    """Where a document is read."""
    return f"/documents/{document.verification_code}/"


@register.filter
def distance(at: datetime | None, now: datetime | None) -> str:
    """How far off an instant is, in the two largest units: 还有 2 天 3 小时, 已过 5 分钟."""
    if at is None or now is None:
        return ""
    minutes = abs(int((at - now).total_seconds())) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        span = gettext("%(days)d 天 %(hours)d 小时") % {"days": days, "hours": hours}
    elif hours:
        span = gettext("%(hours)d 小时 %(minutes)d 分钟") % {"hours": hours, "minutes": rest}
    else:
        span = gettext("%(minutes)d 分钟") % {"minutes": rest}
    return (gettext("还有 %(span)s") if at > now else gettext("已过 %(span)s")) % {"span": span}


@register.filter
def code_sentence(code: str) -> str:
    """What was refused, in a sentence, from its code as the record keeps it."""
    return gettext(CODES[Code(code)]) if code in list(Code) else ""


@register.filter
def refusal_sentence(refusal: Refusal) -> str:
    """What a refusal says. Its own sentence is Chinese; an English page says what its code means instead."""
    if _in_chinese():
        return refusal.sentence
    return gettext(CODES[refusal.code])


@register.filter
def own_sentence(refusal: Refusal) -> str:
    """The Chinese sentence of a refusal where the page has said what its code means; nothing on a Chinese page."""
    return "" if _in_chinese() else refusal.sentence


@register.filter
def own_words(text: Any) -> str | SafeString:
    """A text from the domain or from data in the page's language; what is Chinese on an English page says so."""
    said = str(text)
    known = gettext(said) if said else ""
    chinese = None if _in_chinese() else _CHINESE.search(known)
    if isinstance(text, SafeString):  # written by a template: escaped already, or with elements of its own
        if chinese is None or "<" in known:
            return mark_safe(known)
        return mark_safe(_CHINESE.sub(r'<span lang="zh-Hans">\g<0></span>', known, count=1))
    if chinese is None:
        return known
    before, after = known[: chinese.start()], known[chinese.end() :]
    return format_html('{}<span lang="zh-Hans">{}</span>{}', before, chinese[0], after)


@register.filter
def lang_of(text: Any) -> str | SafeString:
    """The attribute for an element that holds only this text, where it is Chinese on an English page."""
    return mark_safe(' lang="zh-Hans"') if not _in_chinese() and _CHINESE.search(str(text)) else ""


@register.filter
def told(message: Message) -> str | SafeString:
    """A message after an act. One with the code of a refusal says what the code means, then the Chinese sentence."""
    if _in_chinese() or message.extra_tags not in list(Code):
        return own_words(message.message)
    meaning = gettext(CODES[Code(message.extra_tags)])
    return format_html('{} <span lang="zh-Hans">{}</span>', meaning, message.message)


@register.filter
def figure_text(value: Any) -> str:
    """A plain value of the record as people read it: moments, amounts with separators, words of the domain."""
    return shown_value(str(value))


@register.filter
def notice_title(notice: Notice) -> str:
    """The title of a notice: as it was sent, or on an English page what its kind is about."""
    return notice.title if _in_chinese() else gettext(TITLES.get(notice.kind, "通知"))


@register.filter
def yuan(amount: Yuan | None) -> str:
    """An amount in figures with separators and two decimals: 19,500,000.00."""
    return _NONE if amount is None else f"{amount:,}"


@register.filter
def wan(amount: Yuan | None) -> str:
    """The same amount in 万元, without needless zeros: 1,950."""
    if amount is None:
        return _NONE
    shown = f"{amount.amount / 10000:,.6f}"
    return shown.rstrip("0").rstrip(".")


@register.filter
def percent(share: Decimal | None) -> str:
    """A share as percent with two decimals: 0.125 is 12.50%."""
    return _NONE if share is None else f"{share * 100:,.2f}%"


@register.filter
def capitals(amount: Yuan | None) -> str:
    """The amount in capitals (大写)."""
    return _NONE if amount is None else in_capitals(amount)


@register.filter
def mu(amount: Decimal | None) -> str:
    """An area in 亩 of whatever kind, with separators and four decimals."""
    return _NONE if amount is None else f"{amount:,.{AREA_PLACES}f}"


@register.filter
def amount_of(amount: Decimal | None, kind: str) -> str:
    """A quantity of one kind with separators and its unit's decimals."""
    if amount is None:
        return _NONE
    return f"{amount:,.{QuotaKind(kind).places}f}"


@register.filter
def lot_text(listing: Listing) -> str:
    """What a lot sells, in one line, with separators: 耕地数量 59.5000 亩，粮食产能 50,150 公斤."""
    kinds = listing.quantities.items()
    comma = "，" if _in_chinese() else ", "
    return comma.join(
        f"{gettext(kind.label)} {amount:,.{kind.places}f} {gettext(kind.unit)}" for kind, amount in kinds
    )


@register.filter
def instant(at: datetime | None) -> str:
    """An instant on Beijing's clock, to the minute."""
    return _NONE if at is None else f"{beijing(at):%Y-%m-%d %H:%M}"


@register.filter
def second(at: datetime | None) -> str:
    """An instant on Beijing's clock, to the second."""
    return _NONE if at is None else f"{beijing(at):%Y-%m-%d %H:%M:%S}"


@register.filter
def until(at: datetime | None) -> str:
    """The end of a period: one that ends at 00:00 ends with the day before, at 24:00."""
    return _NONE if at is None else ended(at)


@register.filter
def iso_instant(at: datetime | None) -> str:
    """An instant for machines, to the millisecond: HTML takes no more than three digits of a fraction."""
    if at is None:
        return ""
    return beijing(at).isoformat(timespec="milliseconds" if at.microsecond >= 1000 else "seconds")


@register.filter
def listing_status(status: str) -> str:
    """The status of a listing."""
    return gettext(LISTING_LABELS[ListingStatus(status)])


@register.filter
def verification_status(status: str) -> str:
    """The status of a verification."""
    return gettext(VERIFICATION_LABELS[VerificationStatus(status)])


@register.filter
def registration_status(status: str) -> str:
    """The status of an application to bid."""
    return gettext(REGISTRATION_LABELS[RegistrationStatus(status)])


@register.filter
def objection_status(status: str) -> str:
    """The status of an objection."""
    return gettext(OBJECTION_LABELS[ObjectionStatus(status)])


@register.filter
def deadline_status(status: str) -> str:
    """The status of a deadline."""
    return gettext(STATUS_LABELS[DeadlineStatus(status)])


@register.filter
def deadline_kind(name: str) -> str:
    """What a deadline is for."""
    return gettext(kind_of(name).label)


@register.filter
def can(by: Actor, capability: str) -> bool:
    """Whether somebody's role has a capability."""
    return by.can(Can(capability))


@register.filter
def role(name: str) -> str:
    """A kind of organisation."""
    return gettext(ROLE_LABELS[name])


@register.filter
def duty(name: str | None) -> str:
    """经办 or 审核."""
    if not name:
        return ""
    label = DUTY_LABELS[Duty(name)]
    # 审核 alone is what is done; an English page names who does it.
    return label if _in_chinese() else gettext(f"{label}人")


@register.filter
def quota_kind(name: str) -> str:
    """A kind of quota."""
    return gettext(QuotaKind(name).label)


@register.simple_tag
def quota_kinds() -> list[QuotaKind]:
    """The kinds of quota that pages show, in the order of their table."""
    return list(kinds_of())


@register.simple_tag
def quota_kinds_of_all_classes() -> list[QuotaKind]:
    """The kinds of every class, for lists where classes stand below each other."""
    return list(kinds_of(None))


@register.filter
def amount_among(quantities: Quantities, kind: str) -> str:
    """The quantity of a kind, a dash where it is of another class."""
    return amount_of(quantities.amounts.get(QuotaKind(kind)), kind)


@register.filter
def quota_unit(name: str) -> str:
    """The unit of a kind of quota."""
    return gettext(QuotaKind(name).unit)


@register.filter
def bucket(name: str) -> str:
    """Where quota stands."""
    return gettext(BUCKET_LABELS[Bucket(name)])


@register.filter
def document_kind(name: str) -> str:
    """The title of a document."""
    return gettext(DocumentKind(name).label)


@register.filter
def attachment_kind(name: str) -> str:
    """What an upload is evidence of."""
    return gettext(AttachmentKind(name).label)


@register.filter
def review_subject(name: str) -> str:
    """Which of the three opinions."""
    return gettext(SUBJECT_LABELS[Subject(name)])


@register.filter
def review_outcome(name: str) -> str:
    """What an opinion comes to."""
    return gettext(OUTCOME_LABELS[Outcome(name)])


@register.filter
def party(name: str) -> str:
    """A party of the contract."""
    return gettext(PARTY_LABELS[Party(name)])


@register.filter
def rule_label(path: str) -> str:
    """The name of a rulebook parameter."""
    return gettext(label_of_rule(path))


@register.filter
def rule_rows(value: Any) -> list[Any]:
    """The rows of a parameter that is a table; none of any other."""
    return value if isinstance(value, list) and value and isinstance(value[0], dict) else []


@register.filter
def rule_value(value: Any, path: str = "") -> str:
    """The value of a rulebook parameter, in words; with its path, shares in per cent and amounts with separators."""
    return rule_shown(value, path) if path else rule_text(value)


@register.filter
def item(mapping: Mapping[str, Any], key: str) -> Any:
    """What a mapping holds under a key; nothing when it holds none."""
    return mapping.get(key)


def _actor(context: RequestContext) -> Actor:
    request: HttpRequest | None = context.get("request")
    return actor_of_request(request) if request is not None and hasattr(request, "user") else PUBLIC


@register.simple_tag(takes_context=True)
def signed_in(context: RequestContext) -> Actor | None:
    """Who is looking at the page, if somebody is signed in with a duty."""
    actor = _actor(context)
    return actor if actor.is_person else None


@register.simple_tag(takes_context=True)
def unread_notices(context: RequestContext, actor: Actor) -> int:
    """How many notices of the actor's organisation nobody has read; a page that knows it has said so."""
    known: int | None = getattr(context.get("request"), "unread_notices", None)
    return unread(actor) if known is None else known


@register.simple_tag
def organisation_name(organisation_id: int) -> str:
    """The name of an organisation whose identity the page may show."""
    return Organisation.objects.values_list("name", flat=True).get(pk=organisation_id)


@register.filter
def figures_of(refusal: Refusal) -> list[tuple[str, str]]:
    """(label, text) of the figures of a refusal, as people read them."""
    return said_figures(refusal.detail, refusal.words)


@register.simple_tag
def case_reference(refusal: Refusal) -> str:
    """What somebody reads out who phones about a refusal: month and day, time, and the number of its code.

    It leads to the entry of the audit record (docs/operations.md).
    """
    return f"{beijing(clock.now()):%m%d-%H%M%S}-{list(Code).index(refusal.code) + 1:02d}"


@register.filter
def numbered(label: str, number: int) -> str:
    """The name of an input in a row of a table, for those who do not see the column's head."""
    return gettext("第%(number)s行%(label)s") % {"number": number, "label": gettext(label)}


@register.filter
def lag_text(span: timedelta) -> str:
    """How long something is late."""
    minutes = int(span.total_seconds()) // 60
    parts = {"days": minutes // 1440, "hours": minutes // 60 % 24, "minutes": minutes % 60}
    return gettext("%(days)s天%(hours)s小时%(minutes)s分钟") % parts


@register.filter
def as_json(value: Any) -> str:
    """What an entry of the record says, as it is stored."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)


@register.filter
def act_label(verb: str) -> str:
    """What was done, in words where the verb is one of the acts; a step on the way to its release says so."""
    said = _called(verb)
    for tail, form in STEPS.items():
        if not said and verb.endswith(tail) and (act := _called(verb.removesuffix(tail))):
            said = gettext(form) % {"act": act}
    return said or gettext(label_of(verb))


def _called(verb: str) -> str:
    try:
        return gettext(act_called(verb.partition(":")[0]).label)
    except KeyError:
        return ""


@register.simple_tag
def portal_menu() -> tuple[tuple[str, str], ...]:
    """The public sections: (Chinese label, address)."""
    return SECTIONS


@register.filter
def is_section(url: str, path: str) -> bool:
    """Whether the page at `path` lies in the public section `url`."""
    return path == url or (url != "/" and path.startswith(url))


@register.simple_tag(takes_context=True)
def on_desk(context: RequestContext, actor: Actor | None) -> bool:
    """Whether the page is one of a desk, shown to somebody signed in."""
    request: HttpRequest | None = context.get("request")
    return actor is not None and request is not None and request.path.startswith("/desk/")


@register.simple_tag
def demo_clock() -> dict[str, datetime] | None:
    """The time a demonstration lives in; nothing on a real site."""
    return {"now": clock.now()} if settings.CLOCK == "shared" else None


@register.filter
def fact_text(fact: Fact) -> str:
    """A bound fact's value as its approver reads it; a sealed one in words only."""
    if fact.sort is Sort.MONEY:
        amount = Yuan(fact.value)
        return f"{amount:,} {fact.unit}（{in_capitals(amount)}）"
    if fact.sort is Sort.PRICE:
        return f"{Yuan(fact.value):,} {fact.unit}"
    if fact.sort is Sort.QUANTITY:
        return f"{Decimal(fact.value):,} {fact.unit}"
    if fact.sort is Sort.INSTANT:
        return instant(datetime.fromisoformat(fact.value))
    if fact.sort is Sort.SEALED:
        return _("已密封，截止前任何人不可见；内容如有改动，本审核即作废") if fact.value else _("未设")
    if fact.sort is Sort.DIGEST:
        return f"{fact.value[:8]}…{fact.value[-8:]}"
    if fact.sort is Sort.ACCOUNT:
        return fact.value.replace("｜", "　")
    return f"{fact.value}{fact.unit}"
