"""Forms begun and not handed in (草稿): kept for the person who typed them, until they are handed in or cleared."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kernel.actors import Actor
from kernel.acts.act import Act
from kernel.acts.models import Draft

KEPT_FOR = timedelta(days=30)
_NEVER_WRITTEN = frozenset({"reserve_price"})
"""What is sealed when it is handed in is not kept in the clear before."""


def draft_of(act: Act, *, subject_id: int, by: Actor, now: datetime) -> Draft | None:
    """What the person began to fill in here, if it is not too old."""
    return Draft.objects.filter(
        person_id=by.person_id,
        organisation_id=by.organisation_id,
        act=act.name,
        subject_id=subject_id,
        saved_at__gte=now - KEPT_FOR,
    ).first()


def keep(act: Act, *, subject_id: int, data: Mapping[str, Any], by: Actor, now: datetime) -> Draft | None:
    """Keep what is typed so far, in place of what was kept before; nothing of an act whose doer is nowhere kept."""
    if act.anonymous:
        return None
    shown = {name: value for name, value in data.items() if name not in _NEVER_WRITTEN}
    kept, _ = Draft.objects.update_or_create(
        person_id=by.person_id,
        organisation_id=by.organisation_id,
        act=act.name,
        subject_id=subject_id,
        defaults={"data": shown, "saved_at": now},
    )
    return kept


def clear(act: Act, *, subject_id: int, by: Actor) -> None:
    """Forget it: it was handed in, or its writer wants to begin again."""
    Draft.objects.filter(
        person_id=by.person_id, organisation_id=by.organisation_id, act=act.name, subject_id=subject_id
    ).delete()
