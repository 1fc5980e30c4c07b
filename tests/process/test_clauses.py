"""Clauses of the trade that one look at a lot shows: what papers say, who is told, what falls due, what is recorded."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pypdf import PdfReader
from pytest_django import Settings

from apps.documents.commands import open_document
from apps.documents.queries import all_of
from apps.documents.states import DocumentKind
from apps.kinds.table import QuotaKind
from apps.listings.rules import close_after_resume
from apps.notices.models import Notice
from apps.process import reminders
from apps.process.commands import keep_alive
from apps.quota.ledger import Line
from apps.rulebook.presets import parameters
from apps.stages.announcement import commands as announcement
from apps.stages.application import commands as application
from apps.stages.deposit.models import Certificate
from apps.stages.review import queries
from apps.stages.review.states import Outcome, Subject
from kernel import entropy
from kernel.audit.models import AuditEntry
from kernel.deadlines.models import Deadline
from kernel.errors import Code, Refused
from tests.factories.deal import CENTRE, PROVINCE, SELLER, A, Deal, at
from tests.factories.journey import CLOSES, bidding_lot
from tests.process.test_papers import completed_transfer, contracted, the

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def deal() -> Deal:
    return Deal.begun()


def printed(deal: Deal, kind: DocumentKind) -> str:
    """The text of a paper as it is printed, without its line breaks."""
    made = open_document(document_id=the(deal, kind).pk, now=at("05-01 09:00"))
    pages = PdfReader(io.BytesIO(made.content)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


# --- application and review ---


def test_a_lot_is_drawn_from_batches_of_its_own_seller(deal: Deal) -> None:
    """Who holds nothing of a batch does not even learn that there is one."""
    lot = replace(application.facts_of(deal.listing), fiscal_account=deal.account(A).pk)
    with pytest.raises(Refused) as refused:
        application.draft(lot=lot, by=deal.operator(A), now=at("03-05 09:00"))
    assert refused.value.refusal.code is Code.NOT_FOUND
    short = replace(
        application.facts_of(deal.listing),
        lines=tuple(
            Line(deal.batch_id, QuotaKind(line.kind), line.amount / 2) for line in deal.listing.lines.all()
        ),
    )
    with pytest.raises(Refused) as refused:
        application.draft(lot=short, by=deal.operator(SELLER), now=at("03-05 09:00"))
    assert refused.value.refusal.code is Code.TOTALS_MISMATCH


def _found(deal: Deal) -> dict[str, bool]:
    return {each.item: each.holds for each in queries.findings(deal.listing)}


def test_quota_that_is_not_frozen_for_the_lot_and_held_by_its_seller_is_found(deal: Deal) -> None:
    found = _found(deal)
    assert found["not_traded"]
    assert found["holding"]
    deal.terminate(now=at("03-05 09:00"))
    found = _found(deal)
    assert not found["not_traded"]
    assert not found["holding"]


def test_written_reasons_are_due_five_working_days_after_an_opinion_that_does_not_pass(deal: Deal) -> None:
    deal.listing_id = deal.draft_again(now=at("03-05 09:00"))
    deal.do(SELLER, "listing.submit", application.submit, now=at("03-05 09:00"), listing_id=deal.listing_id)
    deal.both(
        PROVINCE, "review.decide", "03-06 10:00",
        opinion=Subject.LEGALITY, outcome=Outcome.CORRECT, reason="验收文号不一致",
    )  # fmt: skip
    due = Deadline.objects.get(case_id=deal.listing_id, kind="return_notice")
    assert due.due_at == at("03-14 00:00")


# --- what papers say ---


def test_the_announcement_prints_how_it_is_decided_for_one_bidder_and_for_several(deal: Deal) -> None:
    deal.announce()
    text = printed(deal, DocumentKind.ANNOUNCEMENT)
    assert "只有一个竞买人报价，且报价不低于起始单价的，由该竞买人竞得" in text
    assert "有两个以上竞买人报价的，由最高有效报价者竞得" in text


def test_the_contract_prints_when_quota_is_delivered_and_what_is_refunded_for_lower_quality(
    deal: Deal,
) -> None:
    contracted(deal)
    text = printed(deal, DocumentKind.TRIPARTITE_CONTRACT)
    assert "价款和违约金全部付清之日起10个工作日内" in text.replace("\u200b", "")
    clause = text[text.index("复测与退款") : text.index("甲方违约")]
    assert "比例" in clause
    assert "退" in clause


def test_the_platform_says_that_it_stopped_a_lot_itself_and_since_when() -> None:
    lot = bidding_lot()
    keep_alive(now=CLOSES - timedelta(minutes=20))
    assert keep_alive(now=CLOSES - timedelta(minutes=17)) == [lot.listing_id]
    assert the(lot, DocumentKind.SUSPENSION_NOTICE).facts["by_system"] is True
    text = printed(lot, DocumentKind.SUSPENSION_NOTICE)
    assert "由交易系统自动于2026年3月30日" in text
    assert "平台自2026年03月30日09时40分起无法受理报价" in text


# --- who is told ---


def test_who_applied_and_the_seller_hear_of_a_supplement_and_nobody_else(deal: Deal) -> None:
    deal.announce()
    deal.register(A)
    deal.do(
        CENTRE,
        "announcement.amend",
        announcement.amend,
        now=at("03-12 09:00"),
        listing_id=deal.listing_id,
        text="联系人变更。",
    )
    told = set(Notice.objects.filter(kind="amended").values_list("organisation_id", flat=True))
    assert told == {deal.organisation(A).pk, deal.organisation(SELLER).pk}


def test_reminders_run_on_a_date_that_is_provisional(deal: Deal) -> None:
    deal.announce()
    deal.register(A)
    deal.bid(A, 60000, now=at("03-27 10:00"))
    deal.run(at("03-30 10:00"))
    due = Deadline.objects.get(case_id=deal.listing_id, kind="confirmation")
    Deadline.objects.filter(pk=due.pk).update(provisional=True)
    reminders.remind(now=due.due_at - timedelta(hours=3))
    told = Notice.objects.filter(kind="reminder", case_id=deal.listing_id)
    assert deal.organisation(CENTRE).pk in told.values_list("organisation_id", flat=True)


# --- chance, the clock, the record ---


def _paddles(deal: Deal, seeds: range) -> Iterator[int]:
    """The paddle that a bidder would have been given under each seed."""
    for seed in seeds:
        with transaction.atomic(), entropy.seeded(str(seed)):
            yield Certificate.objects.get(registration=deal.register(A)).paddle
            transaction.set_rollback(True)


def test_a_paddle_is_drawn_and_not_counted_up(deal: Deal) -> None:
    deal.announce()
    assert len(set(_paddles(deal, range(4)))) == 4, "counted up, it would be the same each time"


@pytest.mark.parametrize(("paused_h", "hours"), [(1, 24), (72, 24)])
def test_a_timed_round_that_was_stopped_begins_anew_and_no_sooner_ends_than_the_notice(
    paused_h: int, hours: int
) -> None:
    """The rest of the old round is not what is left: with no notice a whole round follows the resumption."""
    book = parameters("henan")
    resumed, closes = at("03-31 10:00"), at("03-30 10:03")
    given: dict[str, Any] = {
        "closes_at": closes, "pause": timedelta(hours=paused_h), "resumed_at": resumed, "timed_round": 2,
    }  # fmt: skip
    assert close_after_resume(rules=book, **given) == resumed + timedelta(hours=hours)
    at_once = parameters("henan", {"resume_notice_hours": 0})
    assert close_after_resume(rules=at_once, **given) == resumed + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("rules", "gap_s", "before_m", "stops"),
    [
        ({}, 61, 59, True),
        ({}, 60, 59, False),
        ({"outage_tolerated_seconds": 180}, 179, 59, False),
        ({"outage_tolerated_seconds": 180}, 181, 59, True),
        ({"outage_window_minutes": 30}, 600, 59, False),
        ({"outage_window_minutes": 30}, 600, 25, True),
        ({"outage_window_minutes": 120}, 600, 100, True),
    ],
)
def test_for_how_long_and_how_near_the_close_a_platform_may_be_down_is_a_rule(
    rules: dict[str, int], gap_s: int, before_m: int, stops: bool
) -> None:
    deal = bidding_lot(rules=rules)
    began = CLOSES - timedelta(minutes=before_m)
    keep_alive(now=began)
    assert keep_alive(now=began + timedelta(seconds=gap_s)) == ([deal.listing_id] if stops else [])


def test_the_rules_of_henan_announce_by_calendar_days_and_bid_in_rounds_of_five_minutes() -> None:
    book = parameters("henan")
    assert (book.announcement_min.days, book.announcement_min.unit) == (10, "cd")
    assert (book.timed_bidding.enabled, book.timed_bidding.round_minutes) == (True, 5)


def test_every_step_of_a_deal_stands_in_its_record() -> None:
    deal = completed_transfer()
    verbs = set(AuditEntry.objects.filter(case_id=deal.listing_id).values_list("verb", flat=True))
    assert verbs >= {
        "listing.draft",
        "listing.submit",
        "review.decide",
        "announcement.publish",
        "registration.submit",
        "registration.decide",
        "certificate.issue",
        "bid.place",
        "bidding.close",
        "confirmation.issue",
        "contract.sign",
        "payment.settle",
        "transfer.execute",
        "publication.start",
    }
    papers = {each.kind for each in all_of(deal.listing_id)}
    assert papers >= {"announcement", "award_confirmation", "tripartite_contract", "transfer_certificate"}
