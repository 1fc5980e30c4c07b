"""What waits for an approver's release."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, CharField, OuterRef, Q, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, JSONObject

from kernel.access.models import Assignment, Preparation
from kernel.actors import Actor
from kernel.audit.commands import chain_of
from kernel.audit.models import AuditEntry


def waiting(by: Actor) -> QuerySet[Preparation]:
    """Open preparations of the actor's organisation, oldest first."""
    return Preparation.objects.filter(organisation_id=by.organisation_id, decided_at=None).order_by(
        "prepared_at", "id"
    )


def waiting_on_it(by: Actor) -> ArraySubquery:
    """What waits in the actor's organisation on a case itself, to be read along with its row, oldest first.

    Each as `{"act", "slot", "pk"}`.
    """
    found = waiting(by).filter(case_id=OuterRef("pk"), subject_id=OuterRef("pk"))
    return ArraySubquery(found.values(json=JSONObject(act="act", slot="slot", pk="pk")))


def waiting_for(*, act: str, slot: str, subject_id: int, by: Actor) -> Preparation | None:
    """The open preparation of one act by the actor's organisation, if there is one."""
    return waiting(by).filter(act=act, slot=slot, subject_id=subject_id).first()


def has_acted_for(sides: Collection[int], *, person_id: int, case_id: int) -> bool:
    """Whether a person has done, prepared or released something in a case for one of these organisations.

    Wherever it works now: who once acted for a side does not decide on it from another office.
    """
    done = AuditEntry.objects.filter(chain=chain_of(case_id), person_id=person_id, organisation_id__in=sides)
    if done.filter(outcome="done").exists():
        return True
    prepared = Preparation.objects.filter(case_id=case_id, organisation_id__in=sides)
    return prepared.filter(Q(prepared_by_id=person_id) | Q(decided_by_id=person_id)).exists()


class Ending(StrEnum):
    """How a preparation came to its end."""

    RELEASED = "released"
    SENT_BACK = "sent_back"
    TAKEN_BACK = "taken_back"
    VOID = "void"
    """By itself: what it binds changed. `decided_by_name` is whose act brought that to light."""


def ending_of(prepared: Preparation) -> Ending | None:
    """How a preparation came to its end, as the record has it; None while it waits."""
    if prepared.decided_at is None:
        return None
    if prepared.released:
        return Ending.RELEASED
    about = f"{prepared._meta.label_lower}:{prepared.pk}"
    ends = {f"{prepared.act}.take_back": Ending.TAKEN_BACK, f"{prepared.act}.void": Ending.VOID}
    found = AuditEntry.objects.filter(verb__in=list(ends), subject=about).order_by("id")
    verb = found.values_list("verb", flat=True).first()
    return ends.get(verb or "", Ending.SENT_BACK)


class Waiting(NamedTuple):
    """An open preparation without what it binds, of which only the words of its button."""

    pk: int
    act: str
    slot: str
    subject_id: int
    case_id: int | None
    person_id: int
    person_name: str
    at: datetime
    button: str

    @property
    def name(self) -> str:
        """The act with its slot, as `Preparation.name`."""
        return f"{self.act}:{self.slot}" if self.slot else self.act


def in_hand(by: Actor, *, but: Q) -> tuple[list[Waiting], dict[str, Assignment]]:
    """The organisation's open preparations `but` some, oldest first, and who has taken which task; in one query."""
    button = Coalesce(Cast(KeyTextTransform("button", "bound"), CharField()), Value(""))
    open_ones = (
        waiting(by)
        .exclude(but)
        .order_by()
        .values_list(
            Value(0),
            "pk",
            "act",
            "slot",
            "subject_id",
            "case_id",
            "prepared_by_id",
            "prepared_by_name",
            "prepared_at",
            button,
        )
    )
    taken = (
        Assignment.objects.filter(organisation_id=by.organisation_id)
        .order_by()
        .values_list(
            Value(1),
            "pk",
            "task",
            Value(""),
            Value(0, BigIntegerField()),
            Value(None, BigIntegerField()),
            "person_id",
            "person_name",
            "since",
            Value(""),
        )
    )
    preparations, assignments = [], {}
    for sort, *row in open_ones.union(taken, all=True):
        each = Waiting(*row)
        if sort:
            assignments[each.act] = Assignment(
                pk=each.pk, organisation_id=by.organisation_id, task=each.act, person_id=each.person_id,
                person_name=each.person_name, since=each.at,
            )  # fmt: skip
        else:
            preparations.append(each)
    return sorted(preparations, key=lambda each: (each.at, each.pk)), assignments
