"""What holders of quota are told of it: a burden on it, and that one has gone."""

from datetime import datetime

from apps.notices.commands import tell_all
from apps.quota.batch_models import Encumbrance
from apps.quota.burden_queries import holders_of, said_of
from apps.quota.events import BurdenLifted, BurdenRegistered


def _tell(encumbrance_id: int, *, kind: str, title: str, done: str, now: datetime) -> None:
    """Whom it lies on: one holder, or whoever has something of the batch."""
    burden = Encumbrance.objects.select_related("batch", "holder").get(pk=encumbrance_id)
    holders = [burden.holder_id] if burden.holder_id else [each.pk for each in holders_of(burden.batch_id)]
    ground = f"，依据：{burden.lift_reason}" if burden.lift_reason else ""
    text = f"贵单位持有的{said_of(burden, certificate=True)}{done}{ground}。"
    tell_all(organisation_ids=holders, kind=kind, title=title, text=text, now=now, about=str(burden.pk))


def burden_registered(event: BurdenRegistered) -> None:
    """The holders hear what may not be listed, moved or used."""
    done = "已登记为权利负担，解除前不能挂牌、划转或者使用"
    _tell(event.encumbrance_id, kind="burden", title="登记权利负担", done=done, now=event.now)


def burden_lifted(event: BurdenLifted) -> None:
    """The holders hear that it is free again."""
    _tell(event.encumbrance_id, kind="burden_lifted", title="权利负担已解除", done="已解除", now=event.now)
