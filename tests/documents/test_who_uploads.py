"""Evidence is taken from whom it is wanted, when it is wanted, and no more of it than can be read."""

from typing import Any

import pytest

from apps.documents import rules
from apps.documents.models import Attachment
from apps.documents.states import AttachmentKind as K
from apps.parties.roles import role_called
from apps.process import uploads
from kernel.errors import Code, Refused
from tests.factories.deal import CENTRE, SELLER, A, Deal, at
from tests.factories.journey import announced, bidding_lot, closed
from tests.factories.uploads import pdf

pytestmark = pytest.mark.django_db
APPLYING = at("03-12 10:00")


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Any) -> None:
    """Files are gone with the test."""
    settings.MEDIA_ROOT = tmp_path


def _take(deal: Deal, key: str, kind: K, *, now: Any, count: int = 1) -> None:
    for number in range(count):
        uploads.take(
            deal.listing, kind=kind, name=f"{number}.pdf", content=pdf(), by=deal.operator(key), now=now
        )


def _refused(deal: Deal, key: str, kind: K, *, now: Any) -> Code:
    before = Attachment.objects.count()
    with pytest.raises(Refused) as no:
        _take(deal, key, kind, now=now)
    assert Attachment.objects.count() == before
    return no.value.refusal.code


def test_a_sellers_evidence_is_no_longer_taken_after_the_announcement() -> None:
    deal = announced()
    assert _refused(deal, SELLER, K.ACCEPTANCE_REPORT, now=APPLYING) is Code.WRONG_STATUS


def test_a_sellers_evidence_is_taken_before() -> None:
    deal = Deal.begun()
    _take(deal, SELLER, K.ACCEPTANCE_REPORT, now=at("03-02 10:00"))


def test_a_bidders_papers_are_taken_while_it_applies_and_not_after() -> None:
    deal = bidding_lot()
    assert _refused(deal, A, K.FUND_PROOF, now=at("03-26 10:00")) is Code.WRONG_STATUS
    _take(deal, A, K.PAYMENT_VOUCHER, now=at("03-26 10:00"))


def test_somebody_who_takes_no_part_lays_nothing_down_once_applications_are_closed() -> None:
    deal = bidding_lot()
    stranger = "outsider"
    deal._register(
        stranger, role_called(deal.operator(A).role), "封丘县人民政府", "410727", now=at("03-01 09:00")
    )
    for kind in (K.FUND_PROOF, K.OTHER, K.PAYMENT_VOUCHER):
        assert _refused(deal, stranger, kind, now=at("03-26 10:00")) is Code.NOT_PERMITTED


def test_a_newcomer_may_lay_down_as_much_as_an_application_needs() -> None:
    deal = announced()
    stranger = "outsider"
    deal._register(
        stranger, role_called(deal.operator(A).role), "封丘县人民政府", "410727", now=at("03-01 09:00")
    )
    most = rules.MOST_OF_A_NEWCOMER.files
    _take(deal, stranger, K.FUND_PROOF, now=APPLYING, count=most)
    assert _refused(deal, stranger, K.OTHER, now=APPLYING) is Code.INVALID


def test_one_person_does_not_fill_the_store_in_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_OF_A_PERSON_AN_HOUR", 3)
    deal = Deal.begun()
    now = at("04-02 10:00")
    _take(deal, CENTRE, K.OTHER, now=now, count=3)
    assert _refused(deal, CENTRE, K.OTHER, now=now) is Code.INVALID
    _take(deal, CENTRE, K.OTHER, now=at("04-02 11:01"))


def test_the_size_of_all_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    deal = Deal.begun()
    monkeypatch.setattr(rules, "MOST_OF_A_PARTY", rules.Most(60, len(pdf()) * 2 + 100))
    _take(deal, CENTRE, K.OTHER, now=at("04-02 10:00"), count=2)
    assert _refused(deal, CENTRE, K.OTHER, now=at("04-02 10:00")) is Code.INVALID


def test_a_winner_lays_down_its_vouchers_after_the_close() -> None:
    deal = closed()
    _take(deal, "b", K.PAYMENT_VOUCHER, now=at("03-31 10:00"))
