"""Who is told of a burden on quota, and that one has gone: its holders, and whoever deals with lots of it."""

from datetime import datetime

from apps.listings.models import Listing
from apps.listings.queries import freezing_of, identities_hidden
from apps.notices.commands import tell_all
from apps.parties.queries import offices
from apps.parties.roles import Can
from apps.quota.batch_models import Encumbrance
from apps.quota.burden_queries import holders_of, said_of
from apps.quota.events import BurdenLifted, BurdenRegistered
from apps.stages.award.models import Award


def _tell(encumbrance_id: int, *, kind: str, title: str, done: str, now: datetime) -> None:
    """Whom it lies on: one holder, or whoever has something of the batch."""
    burden = Encumbrance.objects.select_related("batch", "holder").get(pk=encumbrance_id)
    holders = [burden.holder_id] if burden.holder_id else [each.pk for each in holders_of(burden.batch_id)]
    ground = f"，依据：{burden.lift_reason}" if burden.lift_reason else ""
    text = f"贵单位持有的{said_of(burden, certificate=True)}{done}{ground}。"
    tell_all(organisation_ids=holders, kind=kind, title=title, text=text, now=now, about=str(burden.pk))


def burden_registered(event: BurdenRegistered) -> None:
    """The holders hear what may not be listed, moved or used, and whoever deals with a lot of it what may follow."""
    done = "已登记为权利负担，解除前不能挂牌、划转或者使用"
    _tell(event.encumbrance_id, kind="burden", title="登记权利负担", done=done, now=event.now)
    burden = Encumbrance.objects.select_related("batch", "holder").get(pk=event.encumbrance_id)
    for listing in freezing_of(burden.batch_id):
        if burden.holder_id in (None, listing.seller_id):
            _tell_of_lot(listing, burden, now=event.now)


def _tell_of_lot(listing: Listing, burden: Encumbrance, *, now: datetime) -> None:
    """The centre and finance, and after the close who has won it: its quota may not leave while the burden stands."""
    whom = [
        each.pk
        for capability in (Can.RUN_TRADES, Can.BOOK_MONEY)
        for each in offices(capability, province=listing.province)
    ]
    if not identities_hidden(listing):
        whom += Award.objects.filter(listing=listing).values_list("winner_id", flat=True)
    text = (
        f"{listing}所涉的{said_of(burden, certificate=True)}已登记为权利负担。其余指标不足以覆盖的，解除前不能划转，"
        "价款不能划付，请核对后决定是否中止交易。"
    )
    tell_all(
        organisation_ids=list(dict.fromkeys(whom)),
        kind="lot_burdened",
        title="标的指标登记权利负担",
        text=text,
        now=now,
        case_id=listing.pk,
        about=str(burden.pk),
    )


def burden_lifted(event: BurdenLifted) -> None:
    """The holders hear that it is free again."""
    _tell(event.encumbrance_id, kind="burden_lifted", title="权利负担已解除", done="已解除", now=event.now)
