"""What a county promises of its lot's quality (质量提升承诺): said with the draft, held to when it is handed in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.kinds.classes import class_terms
from apps.kinds.commitments import IMPROVED, PROMISED
from apps.kinds.quantities import Quantities
from apps.kinds.trade import FormTerms
from apps.land.lanes import PROJECT_LANE
from apps.land.models import Project
from apps.land.queries import grounds_of
from apps.land.rules import improvable
from apps.listings import queries
from apps.listings.models import Commitment, Listing
from apps.listings.rules import why_not_term
from apps.parties.roles import Can
from apps.rulebook.parameters import Parameters
from apps.stages.application import promise_rules
from kernel import lanes
from kernel.actors import Actor
from kernel.errors import Refusal, refuse


@dataclass(frozen=True)
class CommitmentFacts:
    """What a county promises of its lot: which area of which project will be of which grade, until when, how."""

    project: int
    area: Decimal
    target_grade: int
    days: int
    proceeds_use: str

    @property
    def said(self) -> dict[str, str]:
        """What goes into the record, by the names of the form."""
        return {
            "target_grade": str(self.target_grade),
            "commitment_project": str(self.project),
            "commitment_area": str(self.area),
            "commitment_days": str(self.days),
            "proceeds_use": self.proceeds_use,
        }


def wrong_with(
    promised: CommitmentFacts | None,
    *,
    drawn: Sequence[int],
    quantities: Quantities,
    grade: int | None,
    trade: FormTerms,
    rules_now: Parameters,
    by: Actor,
) -> Iterator[Refusal]:
    """Each way in which what is promised of a lot is wrong: one that draws on these batches, of this grade and form.

    `not_permitted`, `invalid`, `amount_exceeds` (more area than there is).
    """
    if promised is None:
        return
    refuse(promise_rules.why_not_promise(may_promise=by.can(Can.PROMISE_QUALITY)))
    project = Project.objects.filter(pk=promised.project, voided_at=None).first()
    made = project is not None and project.batches.filter(pk__in=drawn).exists()
    there = improvable(grounds_of(project), grade=grade or 0) if project is not None else Decimal(0)
    yield from promise_rules.wrong_with_promise(
        trade=trade,
        terms=class_terms(quantities.quota_class),
        made_of_project=made,
        area=promised.area,
        sold=quantities.amounts.get(IMPROVED, Decimal(0)),
        there=there,
        grade=grade,
        target=promised.target_grade,
        sells_capacity=bool(quantities.amounts.get(PROMISED)),
        proceeds_use=promised.proceeds_use,
    )
    yield from filter(None, [why_not_term(days=promised.days, rules=rules_now)])


def write(listing: Listing, promised: CommitmentFacts | None) -> None:
    """What is promised onto the listing, in place of what was before."""
    Commitment.objects.filter(listing=listing).delete()
    listing._state.fields_cache.pop("commitment", None)
    if promised is not None:
        Commitment.objects.create(
            listing=listing,
            project_id=promised.project,
            area=promised.area,
            target_grade=promised.target_grade,
            days=promised.days,
            proceeds_use=promised.proceeds_use,
        )


def refuse_promised(listing: Listing, *, rules_now: Parameters, by: Actor) -> None:
    """What is promised is there, and promised to nobody else. Holds the project's lane.

    Refuses: not_permitted, invalid, amount_exceeds.
    """
    promised = listing.promised
    if promised is None:
        return
    refuse(promise_rules.why_not_promise(may_promise=by.can(Can.PROMISE_QUALITY)))
    refuse(why_not_term(days=promised.days, rules=rules_now))
    lanes.hold(PROJECT_LANE, promised.project_id)
    others = queries.promised_of(promised.project_id, grade=listing.grade or 0).exclude(pk=listing.pk)
    refuse(
        promise_rules.why_not_promised_once(
            there=improvable(grounds_of(promised.project), grade=listing.grade or 0),
            elsewhere=sum((each.commitment.area for each in others), Decimal("0.0000")),
            wanted=promised.area,
            project=promised.project.name,
        )
    )


def facts_of(listing: Listing) -> CommitmentFacts | None:
    """What a lot's county promised of it, as it said so."""
    promised = listing.promised
    if promised is None:
        return None
    return CommitmentFacts(
        project=promised.project_id,
        area=promised.area,
        target_grade=promised.target_grade,
        days=promised.days,
        proceeds_use=promised.proceeds_use,
    )
