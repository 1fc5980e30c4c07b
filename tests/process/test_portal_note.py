"""Two channels (S002 (一)3, 7): the period of notice counts from the later of both publications."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from apps.process.packages import package_of
from apps.stages.announcement.models import Supplement
from apps.stages.announcement.queries import portal_note_of
from apps.stages.contract.models import Contract
from kernel.access.models import Preparation
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.clock import iso
from kernel.deadlines.models import Deadline
from kernel.errors import Code, Refused
from tests.factories.deal import CENTRE, SELLER, A, B, Deal, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced() -> Deal:
    """Announced on 5 March for registration to 20 March 00:00, the earliest that the rules allow; not on the portal."""
    deal = Deal.begun()
    deal.announce(on_portal=False)
    return deal


def code(call: Any) -> Code:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal.code


def test_a_portal_that_publishes_at_once_moves_nothing(announced: Deal) -> None:
    announced.note_portal(published_at=at("03-05 10:00"), now=at("03-05 11:00"))
    assert announced.listing.registration_closes_at == at("03-20 00:00")
    assert Supplement.objects.count() == 0
    note = Deadline.objects.get(kind="portal_note")
    assert (note.due_at, note.met_at) == (at("03-07 00:00"), at("03-05 11:00"))


def test_a_later_publication_moves_every_date_out_and_people_are_told_by_a_supplement(
    announced: Deal,
) -> None:
    before = announced.listing
    assert before.opens_at is not None
    assert before.closes_at is not None
    announced.note_portal(published_at=at("03-09 10:00"), now=at("03-09 11:00"))
    listing = announced.listing
    assert listing.registration_closes_at == at("03-24 00:00")
    assert listing.opens_at == before.opens_at + timedelta(days=4)
    assert listing.closes_at == before.closes_at + timedelta(days=4)
    assert "registration_closes_at" in Supplement.objects.get().changes
    assert Deadline.objects.get(kind="registration_close").due_at == at("03-24 00:00")


def test_without_the_portal_registration_does_not_close_and_the_lot_stands_still_until_there_is_one(
    announced: Deal,
) -> None:
    announced.run(at("03-19 23:59"))
    assert announced.listing.status == "announced"
    announced.run(at("03-20 00:00"))
    assert (announced.listing.status, announced.listing.suspensions.get().cause) == ("suspended", "portal")
    assert Deadline.objects.get(kind="portal_note").breached_at == at("03-07 00:00")
    now = at("03-23 09:00")
    announced.run(now)
    announced.note_portal(published_at=at("03-23 08:00"), now=now)
    listing = announced.listing
    assert listing.status == "announced"
    assert listing.registration_closes_at == at("04-08 00:00"), (
        "ten working days over the holiday of 4 to 6 April"
    )
    announced.run(at("03-24 00:00"))
    assert announced.listing.status == "announced"


def test_another_reason_to_stand_still_is_not_taken_away_by_the_portal(announced: Deal) -> None:
    announced.suspend(now=at("03-10 09:00"))
    assert code(lambda: announced.note_portal(published_at=at("03-10 09:00"), now=at("03-10 10:00"))) is (
        Code.WRONG_STATUS
    )
    assert announced.listing.status == "suspended"


def test_the_portal_is_noted_once_and_never_ahead_of_time(announced: Deal) -> None:
    now = at("03-05 11:00")
    assert (
        code(lambda: announced.note_portal(published_at=now + timedelta(seconds=1), now=now)) is Code.INVALID
    )
    announced.note_portal(published_at=now, now=now)
    assert code(lambda: announced.note_portal(published_at=now, now=now)) is Code.DUPLICATE_REQUEST


def test_noting_takes_two_persons_of_the_centre(announced: Deal) -> None:
    data = {
        "address": "https://dnr.henan.gov.cn/1", "published_at": iso(at("03-05 09:30")), "screenshot_sha256": "a" * 64,
    }  # fmt: skip
    act, subject, now = act_called("announcement.note_portal"), announced.listing_id, at("03-05 11:00")
    seller = announced.operator(SELLER)
    assert code(lambda: perform(act, subject_id=subject, data=data, by=seller, now=now)) is Code.NOT_PERMITTED
    assert (
        perform(act, subject_id=subject, data=data, by=announced.operator(CENTRE), now=now).outcome
        == "prepared"
    )
    assert portal_note_of(subject) is None
    facts = Preparation.objects.get(act=act.name).bound["facts"]
    assert "https://dnr.henan.gov.cn/1" in [each["value"] for each in facts]


@pytest.mark.parametrize("what", ["announcement", "result"])
def test_the_package_for_the_portal_holds_the_page_the_paper_the_facts_and_their_hashes(
    announced: Deal, what: str
) -> None:
    announced.note_portal(published_at=at("03-05 09:00"), now=at("03-05 09:00"))
    if what == "result":
        _sold(announced)
    packed = package_of(announced.listing, what, now=at("05-09 09:00"))
    assert packed == package_of(announced.listing, what, now=at("05-10 09:00"))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert set(files) == {f"{what}.html", f"{what}.json", f"{what}.pdf", "SHA256SUMS"}
    for line in files.pop("SHA256SUMS").decode().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest
    assert files[f"{what}.pdf"].startswith(b"%PDF")
    page = files[f"{what}.html"].decode()
    assert str(announced.listing.number) in page
    assert ("新郑市人民政府" if what == "result" else "50000.00 元/亩") in page
    assert json.loads(files[f"{what}.json"])["number"] in page


def _sold(deal: Deal) -> None:
    for key in (A, B):
        deal.register(key)
    deal.bid(A, 50000, now=at("03-25 09:30"))
    deal.confirm()
    for key in (SELLER, A, CENTRE):
        deal.sign(key, now=at("04-01 09:00"))
    deal.pay(A, Contract.objects.get().terms["payment_account"], "800000.00", now=at("04-20 10:00"))
    deal.transfer()
    deal.publicise()


def test_nothing_is_packed_that_was_not_published(announced: Deal) -> None:
    for what in ("result", "contract"):
        assert (
            code(lambda what=what: package_of(announced.listing, what, now=at("03-06 09:00")))
            is Code.NOT_FOUND
        )
