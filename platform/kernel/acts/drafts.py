"""Forms begun and not handed in (草稿): kept for the person who typed them, until they are handed in or cleared."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from kernel.actors import Actor
from kernel.acts.act import Act
from kernel.acts.models import Draft

KEPT_FOR = timedelta(days=30)
_NEVER_WRITTEN = frozenset({"reserve_price"})
"""What is sealed when it is handed in is not kept in the clear before."""


def draft_of(act: Act, *, subject_id: int, by: Actor, now: datetime) -> Draft | None:
    """What the person began to fill in here, if it is not too old."""
    found = _of(act, subject_id=subject_id, by=by).filter(saved_at__gte=now - KEPT_FOR).first()
    return found if found is not None and found.data else None


def _of(act: Act, *, subject_id: int, by: Actor) -> QuerySet[Draft]:
    return Draft.objects.filter(
        person_id=by.person_id, organisation_id=by.organisation_id, act=act.name, subject_id=subject_id
    )


@transaction.atomic
def keep(
    act: Act, *, subject_id: int, data: Mapping[str, Any], by: Actor, now: datetime, key: str = ""
) -> Draft | None:
    """Keep what is typed so far, in place of what was kept before; nothing of an act whose doer is nowhere kept.

    `key` is the form's own: of a form that was handed in meanwhile nothing is kept any more.
    """
    if act.anonymous:
        return None
    shown = {name: value for name, value in data.items() if name not in _NEVER_WRITTEN}
    kept, made = Draft.objects.select_for_update().get_or_create(
        person_id=by.person_id,
        organisation_id=by.organisation_id,
        act=act.name,
        subject_id=subject_id,
        defaults={"data": shown, "saved_at": now},
    )
    if made:
        return kept
    if key and key == kept.handed_in_key:
        return None
    kept.data, kept.saved_at = shown, now
    kept.save(update_fields=["data", "saved_at"])
    return kept


@transaction.atomic
def clear(act: Act, *, subject_id: int, by: Actor, now: datetime, key: str = "") -> None:
    """Forget it: it was handed in by the form of that `key`, or its writer wants to begin again."""
    if act.anonymous:
        return
    Draft.objects.update_or_create(
        person_id=by.person_id,
        organisation_id=by.organisation_id,
        act=act.name,
        subject_id=subject_id,
        defaults={"data": {}, "saved_at": now, "handed_in_key": key[:100]},
    )
