"""What makes a bank line the same line, what makes it a likely double, and whose money it is."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.money import commands as money
from apps.money.bound import decision_bound
from apps.money.forecast import BankLine, forecast
from apps.money.models import BankEntry, Counted, Exceptional, Outcome, Refund, Statement
from apps.money.queries import deposit_position, faults, twin_of
from apps.stages.qualification.models import Registration
from kernel.access.models import Preparation
from kernel.audit.models import AuditEntry
from kernel.audit.queries import is_whole
from kernel.errors import Code
from kernel.money import ZERO, Yuan
from tests.factories.deal import FINANCE, Deal
from tests.factories.journey import act
from tests.money.test_counting import NOON, closed, decide, far, refused, waiting

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def came(deal: Deal, row: Registration, *, ref: str = "000712345", amount: str = "100000.00", payer: str = "",
         account: str = "6222000000000001", at: Any = NOON) -> money.Imported:  # fmt: skip
    return money.import_entry(
        reference=ref, credited_number=row.sub_account.number, amount=Yuan(amount),
        payer_name=payer or row.organisation.name, payer_account=account, arrived_at=at,
        by=deal.operator(FINANCE), now=at,
    )  # fmt: skip


def foreseen(
    deal: Deal, row: Registration, *lines: dict[str, Any], now: Any = NOON
) -> tuple[list[str], list[str]]:
    given = [
        BankLine(**{
            "reference": "X", "credited_number": row.sub_account.number, "amount": Yuan("100000.00"),
            "payer_name": row.organisation.name, "arrived_at": NOON, **each,
        })
        for each in lines
    ]  # fmt: skip
    made = forecast(given, by=deal.operator(FINANCE), now=now)
    said = ["again" if each.known else each.alike and f"like {each.alike}" for each in made]
    return said, [each.refusal.sentence for each in made if each.refusal]


def test_the_very_line_comes_once_however_its_reference_and_payer_are_written(own_media: None) -> None:
    deal, row = waiting()
    came(deal, row)
    assert came(deal, row, ref="０00712345\u200b").repeated
    assert came(deal, row, payer=f"{row.organisation.name}\ufeff").repeated
    assert BankEntry.objects.count() == 1
    assert foreseen(deal, row, {"reference": "000712345"}) == (["again"], [])


def test_equal_instalments_under_their_own_references_both_count(own_media: None) -> None:
    deal, row = waiting()
    came(deal, row, ref="A-1")
    came(deal, row, ref="A-2", at=NOON + DAY)
    closed(deal, row, now=NOON + DAY)
    assert deposit_position(row.sub_account_id).held == Yuan(200000)
    assert not Exceptional.objects.exists()


def test_a_reference_that_lost_its_zeros_is_a_likely_double(own_media: None) -> None:
    deal, row = waiting()
    came(deal, row)
    came(deal, row, ref="712345")
    assert foreseen(deal, row, {"reference": "12345"})[0] == ["like 000712345"]
    closed(deal, row)
    [found] = Exceptional.objects.all()
    assert (found.entry.reference, found.held, found.code) == ("712345", True, Code.DUPLICATE_REQUEST)
    assert deposit_position(row.sub_account_id).held == Yuan(100000)


def test_a_reference_again_on_another_day_is_another_line_that_waits_for_two_persons(own_media: None) -> None:
    deal, row = waiting()
    came(deal, row)
    later = came(deal, row, at=NOON + DAY)
    assert not later.repeated
    closed(deal, row, now=NOON + DAY)
    found = Exceptional.objects.get()
    assert (found.entry, found.held) == (later.entry, True)
    decide(deal, found, Outcome.COUNT, now=NOON + DAY)
    assert deposit_position(row.sub_account_id).held == Yuan(200000)
    assert faults() == []


def test_a_reference_again_on_one_day_with_other_facts_is_refused(own_media: None) -> None:
    deal, row = waiting()
    came(deal, row)
    hour = NOON + timedelta(hours=1)
    for other in (
        {"amount": "1.00"},
        {"payer": "别的单位"},
        {"at": hour},
        {"ref": "０00712345", "amount": "2"},
    ):
        assert refused(lambda other=other: came(deal, row, **other)) is Code.DUPLICATE_REQUEST
    assert len(foreseen(deal, row, {"reference": "000712345", "amount": Yuan(1)})[1]) == 1
    assert BankEntry.objects.count() == 1


def test_the_database_itself_keeps_a_line_once(own_media: None) -> None:
    deal, row = waiting()
    entry = came(deal, row).entry
    entry.pk = None
    entry.reference = "０00712345"
    with pytest.raises(IntegrityError, match="bank_entry_once"), transaction.atomic():
        entry.save(force_insert=True)


@pytest.mark.parametrize(
    "written",
    ["{name}\ufeff", "{first} {rest}", "\u3000{name}", "{first}\u200b{rest}"],
)
def test_a_payer_written_in_another_way_is_the_payer(own_media: None, written: str) -> None:
    deal, row = waiting()
    name = row.organisation.name
    came(deal, row, amount="200000.00", payer=written.format(name=name, first=name[:3], rest=name[3:]))
    closed(deal, row)
    assert deposit_position(row.sub_account_id).held == Yuan(200000)


def test_nearly_the_payers_name_waits_for_two_persons_and_then_counts(own_media: None) -> None:
    deal, row = waiting()
    came(deal, row, amount="200000.00", payer=f"{row.organisation.name}财政专户")
    closed(deal, row)
    found = Exceptional.objects.get()
    assert (found.code, found.held) == (Code.PAYER_MISMATCH, True)
    assert row.organisation.name not in found.sentence
    assert not Refund.objects.exists()
    decide(deal, found, Outcome.COUNT, now=NOON)
    assert deposit_position(row.sub_account_id).held == Yuan(200000)
    assert faults() == []


def test_half_the_name_from_the_bidders_own_account_waits_and_a_strangers_goes_back(own_media: None) -> None:
    deal, row = waiting()
    came(deal, row, ref="A-1", amount="50000.00", account="6222000000000009")
    closed(deal, row)
    later = NOON + DAY
    half = f"{row.organisation.name[:4]}财政局"
    came(deal, row, ref="A-2", amount="150000.00", payer=half, account="6222000000000009", at=later)
    came(deal, row, ref="A-3", amount="140000.00", payer=half, account="6222000000000008", at=later)
    came(
        deal, row, ref="A-4", amount="130000.00", payer="好心人有限公司", account="6222000000000009", at=later
    )
    closed(deal, row, now=later)
    held = {each.entry.reference: each.held for each in Exceptional.objects.all()}
    assert held == {"A-2": True, "A-3": False, "A-4": False}
    assert [each.entry.reference for each in Refund.objects.order_by("entry_id")] == ["A-3", "A-4"]
    assert deposit_position(row.sub_account_id).held == Yuan(50000)


def test_a_preview_says_line_by_line_what_will_come_in_as_many_queries_for_many(own_media: None) -> None:
    deal, row = waiting()
    said, errors = foreseen(
        deal, row,
        {"reference": "L-1"}, {"reference": "L-2"},
        {"reference": "L-3", "arrived_at": NOON + DAY},
        {"reference": "L-4", "credited_number": "1"},
    )  # fmt: skip
    assert said == ["", "like L-1", "", ""]
    assert len(errors) == 1
    with CaptureQueriesContext(
        connection,
    ) as few:
        foreseen(deal, row, {"reference": "L-1"})
    with CaptureQueriesContext(connection) as many:
        foreseen(deal, row, *({"reference": f"M-{number}"} for number in range(300)))
    assert len(many) == len(few) <= 6
    assert deposit_position(row.sub_account_id).held == ZERO


def test_a_whole_statement_is_taken_in_together_or_not_at_all(own_media: None) -> None:
    deal, row = waiting()
    by = deal.operator(FINANCE)

    def line(reference: str, **given: Any) -> BankLine:
        facts: dict[str, Any] = {"amount": Yuan(500), "payer_name": row.organisation.name, "arrived_at": NOON}
        return BankLine(reference=reference, credited_number=row.sub_account.number, **(facts | given))

    bad = [line("L-1"), line("L-2", arrived_at=NOON + DAY), line("L-3", amount=ZERO)]
    with pytest.raises(money.LinesRefused) as no:
        money.import_entries(bad, by=by, now=NOON)
    assert sorted(no.value.refusals) == [1, 2]
    assert not BankEntry.objects.exists()
    with CaptureQueriesContext(connection) as few:
        money.import_entries([line("S-1")], by=by, now=NOON)
    with CaptureQueriesContext(connection) as many:
        made = money.import_entries([line(f"L-{number}") for number in range(200)], by=by, now=NOON)
    assert len(many) <= len(few) + 2
    assert [each.entry.reference for each in made] == [f"L-{number}" for number in range(200)]
    assert all(each.repeated for each in money.import_entries([line("L-7")], by=by, now=NOON))
    assert AuditEntry.objects.filter(verb="money.import").count() == 201
    assert faults() == []
    assert is_whole()


def test_another_provinces_line_is_no_double_of_ours(own_media: None) -> None:
    deal, _row = waiting()
    stranger, _approver = far(deal)
    facts: dict[str, Any] = {
        "credited_number": "6100000000999999", "amount": Yuan(700), "payer_name": "甲公司", "arrived_at": NOON,
    }  # fmt: skip
    money.import_entry(reference="HN-1", by=stranger, now=NOON, **facts)
    [ours] = forecast([BankLine(reference="HA-1", **facts)], by=deal.operator(FINANCE), now=NOON)
    assert ours.alike == ""
    [theirs] = forecast([BankLine(reference="HN-2", **facts)], by=stranger, now=NOON)
    assert theirs.alike == "HN-1"
    entry = money.import_entry(reference="HA-1", by=deal.operator(FINANCE), now=NOON, **facts).entry
    other = BankEntry.objects.get(reference="HN-1")
    Counted.objects.create(entry=other, statement=Statement.objects.create(
        account="x", province=other.province, covers_until=NOON, imported_at=NOON, imported_by_id=1
    ))  # fmt: skip
    assert twin_of(entry) is None


def test_the_approver_of_a_typed_line_sees_what_will_be_booked_and_no_other_spelling(own_media: None) -> None:
    deal, row = waiting()
    typed = {
        "reference": " ０00７１２\u200b ", "credited_number": row.sub_account.number, "amount": "200000.00",
        "payer_name": f"\ufeff{row.organisation.name}\ue863", "payer_account": "6222 0000 0000 0001",
        "arrived_at": "2026/3/12 12:00",
    }  # fmt: skip
    act(deal.operator(FINANCE), "money.import", 0, now=NOON, **typed)
    prepared = Preparation.objects.get(act="money.import")
    shown = {each["label"]: each["value"] for each in prepared.bound["facts"]}
    act(deal.approver(FINANCE), "money.import", 0, now=NOON, **typed)
    booked = BankEntry.objects.get()
    assert prepared.slot == shown["银行流水号"] == booked.reference == "000712"
    assert shown["付款人"] == booked.payer_name == f"{row.organisation.name}䶮"
    assert shown["付款账号"] == booked.payer_account == "6222000000000001"


def test_another_provinces_account_and_reference_answer_as_none(own_media: None) -> None:
    deal, row = waiting()
    came(deal, row)
    closed(deal, row)
    stranger, _approver = far(deal)
    theirs = BankLine("000712345", row.sub_account.number, Yuan(1), "甲", NOON)
    [found] = forecast([theirs], by=stranger, now=NOON)
    assert (found.account, found.purpose_label, found.alike) == (None, "", "")
    assert found.refusal is not None
    assert (found.refusal.code, dict(found.refusal.detail)) == (Code.NOT_FOUND, {})
    with pytest.raises(money.LinesRefused):
        money.import_entries([theirs], by=stranger, now=NOON)
    unknown = BankLine("000712345", "6100000000999999", Yuan(1), "甲", NOON)
    [found] = forecast([unknown], by=stranger, now=NOON)
    assert found.refusal is None  # the reference is ours, and tells them nothing
    assert not money.import_entries([unknown], by=stranger, now=NOON)[0].repeated


def test_names_stand_on_the_decision_about_a_name_alone(own_media: None) -> None:
    deal, row = waiting()
    came(deal, row, ref="A-1")
    came(deal, row, ref="A-2", at=NOON + timedelta(minutes=5))
    came(deal, row, ref="A-3", amount="1.00", payer=f"{row.organisation.name}财政专户")
    closed(deal, row, now=NOON + timedelta(minutes=5))
    labels = {
        held.code: {each.label for each in decision_bound(held.pk, {}, deal.approver(FINANCE)).facts}
        for held in Exceptional.objects.all()
    }
    names = {"银行载明的付款人", "子账户登记单位"}
    assert names <= labels[Code.PAYER_MISMATCH]
    assert not names & labels[Code.DUPLICATE_REQUEST]
