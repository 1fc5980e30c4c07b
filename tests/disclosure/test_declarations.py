"""What says nothing about whom it is told to is hidden while names are hidden."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apps.disclosure.deadlines import visible_deadlines
from apps.disclosure.record import without_bidders
from apps.listings.timetable import moments
from apps.parties.roles import Can
from kernel.acts import act as acts
from kernel.acts.act import Act, act_called, all_acts
from kernel.acts.verbs import STEPS, verbs_told
from kernel.audit import commands as audit
from kernel.audit.models import AuditEntry
from kernel.deadlines import commands as deadlines
from kernel.deadlines import registry
from kernel.deadlines.registry import Kind, all_kinds, kinds_running_on
from kernel.transparency import Told
from tests.factories.deal import CENTRE, PROVINCE, SELLER, Deal
from tests.factories.journey import OPENS, bidding_lot

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(settings: Any, tmp_path: Path) -> Deal:
    """A lot in bidding."""
    settings.MEDIA_ROOT = tmp_path
    return bidding_lot()


@pytest.mark.parametrize("told", list(Told))
def test_a_kind_of_deadline_is_told_to_those_it_declares(
    deal: Deal, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    kind = Kind("test_told", "未申明的期限") if told is Told.SECRET else Kind("test_told", "期限", told=told)
    assert Kind("test_told", "期限").told is Told.SECRET
    monkeypatch.setitem(registry._kinds, kind.name, kind)
    row = deadlines.set_at(kind=kind.name, case_id=deal.listing_id, due_at=OPENS, now=OPENS)

    def seen(by: str) -> bool:
        return visible_deadlines(deal.operator(by)).filter(pk=row.pk).exists()

    assert [seen(CENTRE), seen(PROVINCE)] == [told is not Told.SECRET] * 2
    assert seen(SELLER) == told.is_shared_by_parties
    public = {moment.key for moment in moments(deal.listing, now=OPENS)}
    assert (kind.name in public) == (told is Told.EVERYBODY)


@pytest.mark.parametrize("step", ["", *STEPS])
def test_an_act_that_declares_nothing_is_not_read_of_in_the_record(
    deal: Deal, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    act = replace(act_called("listing.suspend"), name="listing.unheard")
    silent = replace(act, told=Act("x.y", "", print, Can.SPEAK_UP).told)
    for declared in (act, silent):
        monkeypatch.setitem(acts._acts, act.name, declared)
        verb = f"{act.name}{step}"
        audit.record(verb=verb, by=deal.operator(CENTRE), now=OPENS, case_id=deal.listing_id)
        shown = without_bidders(AuditEntry.objects.filter(verb=verb)).exists()
        assert shown == (declared.told is not Told.SECRET)


def test_a_verb_that_nobody_declares_is_not_read_of(deal: Deal) -> None:
    for verb in ("bidding.open", "nobody.declared"):
        audit.record(verb=verb, by=deal.operator(CENTRE), now=OPENS, case_id=deal.listing_id)
    shown = set(
        without_bidders(AuditEntry.objects.filter(case_id=deal.listing_id)).values_list("verb", flat=True)
    )
    assert "bidding.open" in shown
    assert "nobody.declared" not in shown


def test_what_counts_or_names_bidders_declares_nothing() -> None:
    """The one list of what must stay secret: whoever adds to a room reads it here."""
    telling = ("registration.", "certificate.", "bid.", "deposit.", "money.", "refund.", "task.")
    assert [verb for verb in verbs_told() if verb.startswith(telling)] == []
    assert {act.name for act in all_acts() if act.name.startswith(telling)}
    secret = {kind.name for kind in all_kinds().values() if kind.told is Told.SECRET}
    assert secret == {"qualification", "deposit_refund", "bar_end"}


def test_what_somebody_elses_right_hangs_on_runs_on_while_a_lot_stands_still() -> None:
    assert kinds_running_on() == {
        "objection_accept",
        "objection_decide",
        "deposit_refund",
        "funds.to_answer",  # an auditor waits for its answer
        "funds.to_distribute",  # the farmers wait for their compensation
    }
