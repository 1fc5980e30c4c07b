"""What two persons release is what they saw: nobody swaps it between the reading and the click."""

from typing import Any

import pytest
from django.test import Client

from apps.documents.commands import attach_made
from apps.documents.models import Attachment
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind
from apps.listings.models import Listing
from apps.notices.models import Notice
from apps.parties.models import Membership
from apps.process import uploads
from apps.rulebook import presets
from apps.rulebook.commands import install
from apps.stages.contract import commands as contract
from kernel import clock
from kernel.access import commands as access
from kernel.access.models import Preparation
from kernel.acts import drafts
from kernel.acts.act import act_called
from kernel.acts.perform import approval_of, digest_waiting, perform, release
from kernel.errors import Code, Refused
from kernel.web.opaque import shown
from tests.factories.deal import CENTRE, PROVINCE, SELLER, Deal, at
from tests.factories.journey import act, confirmed

pytestmark = pytest.mark.django_db
MOMENTS = {
    "registration_closes": "2026-03-20T00:00:00+08:00",
    "bidding_opens": "2026-03-25T09:00:00+08:00",
    "bidding_closes": "2026-03-30T10:00:00+08:00",
}


def waits(deal: Deal, key: str, name: str, subject: int, *, now: Any, **data: Any) -> Preparation:
    """An operator has left an act for release."""
    made = act(deal.operator(key), name, subject, now=now, **data).answer["preparation"]
    return Preparation.objects.get(pk=made)


def refused(call: Any) -> Refused:
    """What a call is refused for."""
    with pytest.raises(Refused) as no:
        call()
    return no.value


def test_a_release_names_the_digest_that_was_on_the_screen() -> None:
    deal = Deal.begun()
    waiting = waits(deal, CENTRE, "announcement.publish", deal.listing_id, now=at("03-05 09:00"), **MOMENTS)
    for seen in ("", "0" * 64, waiting.digest[:-1]):
        no = refused(
            lambda seen=seen: release(
                preparation_id=waiting.pk, seen=seen, by=deal.approver(CENTRE), now=at("03-05 09:30")
            )
        )
        assert no.refusal.code is Code.TEXT_CHANGED
    waiting.refresh_from_db()
    assert waiting.decided_at is None
    release(preparation_id=waiting.pk, seen=waiting.digest, by=deal.approver(CENTRE), now=at("03-05 09:30"))
    assert deal.listing.status == "announced"


def test_what_waits_is_never_replaced_and_the_same_again_is_what_waits() -> None:
    deal = Deal.begun()
    first = waits(deal, CENTRE, "announcement.publish", deal.listing_id, now=at("03-05 09:00"), **MOMENTS)
    again = waits(deal, CENTRE, "announcement.publish", deal.listing_id, now=at("03-05 09:01"), **MOMENTS)
    assert again.pk == first.pk
    later = MOMENTS | {"bidding_closes": "2026-04-30T10:00:00+08:00"}
    no = refused(
        lambda: waits(deal, CENTRE, "announcement.publish", deal.listing_id, now=at("03-05 09:02"), **later)
    )
    assert no.refusal.code is Code.DUPLICATE_REQUEST
    access.take_back(preparation_id=first.pk, by=deal.operator(CENTRE), now=at("03-05 09:03"))
    assert (
        waits(deal, CENTRE, "announcement.publish", deal.listing_id, now=at("03-05 09:04"), **later)
        .payload["bidding_closes"]
        .startswith("2026-04-30")
    )


def test_the_price_cannot_be_amended_under_the_approvers_eyes() -> None:
    deal = Deal.begun()
    fresh = deal.draft_again(now=at("03-05 09:00"))
    waiting = waits(deal, SELLER, "listing.submit", fresh, now=at("03-05 09:10"))
    lot: dict[str, Any] = {
        "title": "改价", "farmland_area": "1.0000", "grade": 7, "starting_price": "1.00", "price_unit": "yuan_per_mu",
        "fiscal_account": deal.account(SELLER).pk,
        "lines": [{"batch": deal.batch_id, "kind": "farmland_area", "amount": "1.0000"}],
    }  # fmt: skip
    no = refused(lambda: act(deal.operator(SELLER), "listing.amend", fresh, now=at("03-05 09:20"), **lot))
    assert no.refusal.code is Code.FACTS_FROZEN
    assert Listing.objects.get(pk=fresh).starting_price.amount == 50000
    # Whoever changes it past the gate changes nothing either: the release is refused and the operator hears why.
    Listing.objects.filter(pk=fresh).update(starting_price="1.00")
    no = refused(
        lambda: release(
            preparation_id=waiting.pk, seen=waiting.digest, by=deal.approver(SELLER), now=at("03-05 09:30")
        )
    )
    assert no.refusal.code is Code.TEXT_CHANGED
    waiting.refresh_from_db()
    assert (waiting.released, Listing.objects.get(pk=fresh).status) == (False, "draft")
    assert Notice.objects.filter(kind="preparation_voided", organisation=deal.organisation(SELLER)).exists()


def test_the_paper_that_is_issued_is_the_paper_that_was_shown() -> None:
    deal = Deal.begun()
    waiting = waits(deal, CENTRE, "announcement.publish", deal.listing_id, now=at("03-05 09:00"), **MOMENTS)
    book = presets.parameters("baseline", {"payment_wd": 60})
    install(
        province="410000", name="改过的规则", legal_basis=["演示"], parameters=book, now=at("03-05 09:10")
    )
    read = approval_of(waiting, by=deal.approver(CENTRE), now=at("03-05 09:20"))
    assert read.changed
    no = refused(
        lambda: release(
            preparation_id=waiting.pk, seen=waiting.digest, by=deal.approver(CENTRE), now=at("03-05 09:30")
        )
    )
    assert no.refusal.code is Code.TEXT_CHANGED
    assert deal.listing.status == "approved"


def test_a_day_later_the_digest_is_the_same() -> None:
    deal = Deal.begun()
    later = MOMENTS | {
        "registration_closes": "2026-04-20T00:00:00+08:00",
        "bidding_opens": "2026-04-25T09:00:00+08:00",
        "bidding_closes": "2026-04-30T10:00:00+08:00",
    }
    waiting = waits(deal, CENTRE, "announcement.publish", deal.listing_id, now=at("03-05 09:00"), **later)
    read = approval_of(waiting, by=deal.approver(CENTRE), now=at("03-06 11:00"))
    assert (read.refusal, read.changed, read.changes) == (None, False, [])
    release(preparation_id=waiting.pk, seen=waiting.digest, by=deal.approver(CENTRE), now=at("03-06 11:00"))
    assert deal.listing.status == "announced"


def test_a_contract_revised_after_it_was_read_is_not_signed_and_a_release_elsewhere_is_not_held_up() -> None:
    deal = confirmed()
    lot = deal.listing_id
    waiting = waits(deal, SELLER, "contract.sign", lot, now=at("04-01 09:00"))
    contract.revise(listing_id=lot, special="分两期交付", by=deal.operator(CENTRE), now=at("04-01 10:00"))
    no = refused(
        lambda: release(
            preparation_id=waiting.pk, seen=waiting.digest, by=deal.approver(SELLER), now=at("04-01 11:00")
        )
    )
    assert no.refusal.code is Code.TEXT_CHANGED
    assert not deal.listing.contract.signatures.exists()


def test_a_suspension_is_released_past_what_waits_beside_it() -> None:
    deal = Deal.begun()
    deal.announce()
    late = at("03-06 09:00")
    waits(deal, CENTRE, "announcement.amend", deal.listing_id, now=late, text="延期",
          bidding_closes="2026-04-02T10:00:00+08:00")  # fmt: skip
    stop = {"reason": "核实权属"}
    waits(deal, CENTRE, "listing.suspend", deal.listing_id, now=late, **stop)
    suspend = act_called("listing.suspend")
    by = deal.approver(CENTRE)
    seen = digest_waiting(suspend, subject_id=deal.listing_id, data={}, by=by)
    done = perform(suspend, subject_id=deal.listing_id, data={}, by=by, now=at("03-06 10:00"), seen=seen)
    assert (done.outcome, deal.listing.status) == ("done", "suspended")


def test_only_an_operator_of_the_same_organisation_takes_back() -> None:
    deal = Deal.begun()
    waiting = waits(deal, CENTRE, "announcement.publish", deal.listing_id, now=at("03-05 09:00"), **MOMENTS)
    for by, code in ((deal.operator(PROVINCE), Code.NOT_FOUND), (deal.approver(CENTRE), Code.NOT_PERMITTED)):
        no = refused(lambda by=by: access.take_back(preparation_id=waiting.pk, by=by, now=at("03-05 10:00")))
        assert no.refusal.code is code
    waiting.refresh_from_db()
    assert waiting.decided_at is None


def test_no_evidence_slips_in_under_the_approvers_eyes() -> None:
    deal = Deal.begun()
    fresh = deal.draft_again(now=at("03-05 09:00"))
    waiting = waits(deal, SELLER, "listing.submit", fresh, now=at("03-05 09:10"))
    more: dict[str, Any] = {
        "kind": AttachmentKind.OTHER,
        "name": "补充.pdf",
        "content": small_pdf("补充", ["补充"]),
    }
    lot = Listing.objects.get(pk=fresh)
    no = refused(lambda: uploads.take(lot, by=deal.operator(SELLER), now=at("03-05 09:20"), **more))
    assert no.refusal.code is Code.FACTS_FROZEN
    assert not Attachment.objects.filter(name="补充.pdf").exists()
    access.take_back(preparation_id=waiting.pk, by=deal.operator(SELLER), now=at("03-05 09:30"))
    assert uploads.take(lot, by=deal.operator(SELLER), now=at("03-05 09:40"), **more).pk


def test_a_file_among_the_changes_is_shown_by_the_ends_of_its_digest() -> None:
    deal = Deal.begun()
    waiting = waits(
        deal, SELLER, "listing.submit", deal.draft_again(now=at("03-05 09:00")), now=at("03-05 09:10")
    )
    by = deal.approver(SELLER)
    made = attach_made(
        kind=AttachmentKind.OTHER, name="后来.pdf", content=small_pdf("后来", ["后来"]), now=at("03-05 09:20"),
        organisation_id=by.organisation_id, uploaded_by_id=by.person_id, case_id=waiting.subject_id,
    )  # fmt: skip
    client = Client()
    person = Membership.objects.get(person_id=by.person_id).person
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    with clock.simulated(at("03-05 09:30")):
        page = client.get(f"/desk/preparations/{shown(waiting.pk, 'preparation')}/").content.decode()
    assert "后来.pdf（文件摘要）" in page
    assert f"<ins>{made.sha256[:8]}…{made.sha256[-8:]}</ins>" in page
    assert made.sha256 not in page


def test_what_was_saved_of_a_form_after_it_was_handed_in_never_comes_back() -> None:
    deal = Deal.begun()
    by, bid = deal.operator(SELLER), act_called("listing.relist")
    typed = {"starting_price": "1.00"}
    drafts.keep(bid, subject_id=1, data=typed, by=by, now=at("03-05 09:00"), key="form-1")
    drafts.clear(bid, subject_id=1, by=by, now=at("03-05 09:01"), key="form-1")
    # The autosave of the same form was under way when it was handed in.
    assert drafts.keep(bid, subject_id=1, data=typed, by=by, now=at("03-05 09:02"), key="form-1") is None
    assert drafts.draft_of(bid, subject_id=1, by=by, now=at("03-05 09:03")) is None
    assert drafts.keep(bid, subject_id=1, data=typed, by=by, now=at("03-05 09:04"), key="form-2") is not None
    kept = drafts.draft_of(bid, subject_id=1, by=by, now=at("03-05 09:05"))
    assert kept is not None
    assert kept.data == typed
