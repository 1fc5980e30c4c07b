"""What applying to bid, and deciding on it, bind."""

from collections.abc import Mapping
from typing import Any

from apps.documents.queries import as_bound, attachments_of
from apps.listings.bound import listing_bound, lot_facts, named
from apps.listings.models import Listing
from apps.stages.qualification.models import Registration, TermsConfirmation
from apps.stages.qualification.queries import confirmed_by, terms_of
from apps.stages.qualification.states import LABELS, RegistrationStatus
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact, File, Reading
from kernel.errors import not_found


def _prices(listing: Listing) -> tuple[Fact, ...]:
    facts = [bound.price("起始价", listing.starting_price, listing.unit.label)]
    if listing.deposit_amount is not None:
        facts.append(bound.money("应缴保证金", listing.deposit_amount))
    if listing.deposit_cutoff_at is not None:
        facts.append(bound.instant("保证金到账截止", listing.deposit_cutoff_at))
    return tuple(facts)


def _evidence(listing_id: int, organisation_id: int) -> tuple[File, ...]:
    return as_bound(attachments_of(case_id=listing_id).filter(organisation_id=organisation_id))


def submit_bound(listing_id: int, _: Mapping[str, Any], by: Actor) -> Bound:
    """Applying: the lot, its prices and cut-off, one's own evidence, and the texts by their own digests, whichever
    the applicant named: those it named are what it is held to when it is carried out."""
    listing = listing_bound(listing_id)
    terms = terms_of(listing)
    return Bound(
        facts=(
            *lot_facts(listing),
            *_prices(listing),
            bound.party("竞买人", by.organisation_name),
            *(bound.digest(f"确认{each.name}", each.sha256) for each in terms),
        ),
        evidence=_evidence(listing_id, by.organisation_id),
        effect=(
            f"以{by.organisation_name}名义申请竞买{named(listing)}，即承诺按公告缴纳保证金；"
            "报价一经接受不得撤回，竞得后不签约或不付款的，保证金不予退还。"
        ),
        button=f"申请竞买{listing.number}",
        moving=(bound.text("保证金子账户", "首次提交后开立"),),
        readings=tuple(Reading(each.name, each.text) for each in terms),
    )


def _confirmed(confirmations: list[TermsConfirmation]) -> tuple[Fact, ...]:
    """What the applicant confirmed: text and version by digest, when, by whom."""
    return tuple(
        fact
        for each in confirmations
        for fact in (
            bound.digest(f"申请单位确认{each.title}（{each.version}版）", each.sha256),
            bound.text(f"{each.title}阅读确认人", f"{each.read_by_name}经办，{each.released_by_name}审核"),
            bound.instant(f"{each.title}确认时间", each.confirmed_at),
        )
    )


def decide_bound(registration_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Deciding: which bidder on which lot, its evidence, the conclusion and its reason."""
    row = Registration.objects.select_related("organisation").filter(pk=registration_id).first()
    if row is None:
        raise not_found("竞买申请")
    listing = listing_bound(row.listing_id)
    outcome = str(data.get("outcome", ""))
    label = LABELS[RegistrationStatus(outcome)] if outcome in list(RegistrationStatus) else outcome
    reason = str(data.get("reason", ""))
    confirmations = confirmed_by(row)
    facts = (
        *lot_facts(listing),
        *_prices(listing),
        bound.party("竞买申请单位", row.organisation.name),
        bound.instant("申请时间", row.submitted_at),
        *_confirmed(confirmations),
        bound.text("审核结论", label),
        *((bound.text("理由", reason),) if reason else ()),
    )
    return Bound(
        facts=facts,
        evidence=_evidence(row.listing_id, row.organisation_id),
        effect=f"{row.organisation.name}竞买{named(listing)}的申请，审核结论为“{label}”，即通知申请单位。",
        button=f"{row.organisation.name}：{label}",
        findings=()
        if outcome == RegistrationStatus.QUALIFIED
        else (f"结论为“{label}”，申请单位不能据此竞买",),
        readings=tuple(Reading(f"{each.title}（{each.version}版）", each.text) for each in confirmations),
    )
