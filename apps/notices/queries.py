"""Inboxes, and how people want to be told."""

from collections.abc import Collection

from django.db.models import Count, QuerySet, Window

from apps.notices.models import Notice, Preference
from apps.notices.rules import Wishes
from apps.notices.states import Lead
from kernel.actors import Actor

EVERYTHING = Wishes(leads=frozenset(Lead))


def inbox(by: Actor) -> QuerySet[Notice]:
    """The notices of the actor's organisation, newest first."""
    return Notice.objects.filter(organisation_id=by.organisation_id).order_by("-id")


def unread(by: Actor) -> int:
    """How many of them nobody has read."""
    return inbox(by).filter(read_at=None).count()


def unread_first(by: Actor, *, most: int = 5) -> list[Notice]:
    """The newest of them, each with how many there are in all (`unread`); one query."""
    return list(inbox(by).filter(read_at=None).annotate(unread=Window(Count("pk")))[:most])


def told(onces: Collection[str]) -> set[str]:
    """Which of these have been told (`rules.once`): whoever asks before telling spares the attempt."""
    return set(Notice.objects.filter(once__in=onces).values_list("once", flat=True)) if onces else set()


def wishes_of(person_ids: list[int]) -> dict[int, Wishes]:
    """How each of these people wants to be told; who never said gets everything by e-mail."""
    said = {each.person_id: each.wishes for each in Preference.objects.filter(person_id__in=person_ids)}
    return {pk: said.get(pk, EVERYTHING) for pk in person_ids}
