"""What an opinion of the review binds."""

from collections.abc import Mapping
from typing import Any

from apps.documents.queries import as_bound, attachments_of
from apps.listings.bound import listing_bound, lot_facts, named
from apps.listings.models import Listing
from apps.stages.review.queries import wanting
from apps.stages.review.states import OUTCOME_LABELS, SUBJECT_LABELS, Outcome, Subject
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact


def decide_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """An opinion: on which lot and round, about what, what it comes to and why, point by point, on which evidence."""
    listing = listing_bound(listing_id)
    said, came = str(data.get("opinion", "")), str(data.get("outcome", ""))
    subject = Subject(said) if said in list(Subject) else None
    label = SUBJECT_LABELS[subject] if subject else said
    outcome = OUTCOME_LABELS[Outcome(came)] if came in list(Outcome) else came
    reason = str(data.get("reason", ""))
    return Bound(
        facts=(
            *lot_facts(listing),
            bound.price("起始价", listing.starting_price, listing.unit.label),
            bound.text("审查轮次", f"第{listing.review_round}轮"),
            bound.text("审查事项", label),
            bound.text("审查结论", outcome),
            *((bound.text("理由", reason),) if reason else ()),
            *_points(listing, subject, data),
        ),
        evidence=as_bound(attachments_of(case_id=listing_id).filter(organisation_id=listing.seller_id)),
        effect=f"{by.organisation_name}就{listing.seller.name}的{named(listing)}出具{label}意见：{outcome}。",
        button=f"出具{listing.seller.name}项目的{label}意见：{outcome}",
        findings=tuple(f"系统核查不符：{each.sentence}" for each in wanting(listing, subject))
        if subject
        else (),
    )


def _points(listing: Listing, subject: Subject | None, data: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Every point of the checklist, whether ticked, and what was written on findings that do not hold."""
    if subject is None:
        return ()
    labels = listing.checklist[str(subject)]
    given, answers = data.get("items"), data.get("answers")
    ticked: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    written: Mapping[str, Any] = answers if isinstance(answers, Mapping) else {}
    points = [
        bound.text(label, "符合" if bound.is_yes(ticked.get(item)) else "未确认")
        for item, label in labels.items()
    ]
    return (
        *points,
        *(
            bound.text(f"{labels.get(str(item), str(item))}的书面说明", said)
            for item, said in written.items()
            if str(said).strip()
        ),
    )
