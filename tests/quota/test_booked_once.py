"""Quota is booked once, by two persons, and its capacity and grade are computed (S002 三(一)2, 四(一)1, (一)2)."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind
from apps.land import commands as land
from apps.land import rules as land_rules
from apps.land.models import Project
from apps.land.queries import drawn_apart
from apps.land.rules import Ground
from apps.quota import ledger
from apps.quota.batch_models import Batch, BatchLine
from apps.quota.models import Bucket
from apps.quota.queries import faults, unbooked
from kernel.access.models import Preparation
from kernel.acts.act import act_called
from kernel.acts.perform import digest_waiting, perform
from kernel.errors import Code, Refused
from tests.factories.deal import PROVINCE, SELLER, A, Deal, at

pytestmark = pytest.mark.django_db
NOW = at("03-05 09:00")

NEW, PADDY, CAPACITY = QuotaKind.FARMLAND_AREA, QuotaKind.PADDY_AREA, QuotaKind.GRAIN_CAPACITY


@pytest.fixture
def deal() -> Deal:
    return Deal.begun()


def recorded(deal: Deal, *grounds: Ground, number: str = "演示验〔2025〕99号", **changes: Any) -> Project:
    """A project of the seller with these parts and the report that fits them, but for what is changed."""
    made = land_rules.made_by(grounds)
    facts: dict[str, Any] = {
        "report": made,
        "farmland_before": Decimal(0),
        "farmland_after": made.amounts[NEW],
    } | changes
    return land.record_project(
        name="另一项目",
        approval_no="演示立〔2025〕99号",
        acceptance_no=number,
        region="410222",
        parts=[
            land.PartFacts(
                each.kind,
                each.land_class,
                each.area_mu,
                each.grade_before,
                each.grade_after,
                geometry=polygon,
            )
            for each, polygon in zip(
                grounds,
                drawn_apart(region="410222", areas_mu=[each.area_mu for each in grounds]),
                strict=True,
            )
        ],
        by=deal.operator(SELLER),
        now=NOW,
        **facts,
    )


def ground(
    area: str, before: int = 16, after: int = 7, kind: QuotaKind = NEW, land_class: str = "irrigated"
) -> Ground:
    return Ground(kind, land_class, Decimal(area), before, after)


def no(call: Any) -> Any:
    """The refusal of what must be refused; nothing is booked by it."""
    before = Batch.objects.count()
    with pytest.raises(Refused) as refused, transaction.atomic():
        call()
    assert Batch.objects.count() == before
    return refused.value.refusal


def test_one_project_is_not_booked_twice_and_no_capacity_is_taken_on_trust(deal: Deal) -> None:
    project = Project.objects.get()
    refusal = no(
        lambda: deal.book(project.pk, "OTHER-1", Quantities(Decimal(30), 0, 999999999), grade=1, now=NOW)
    )
    assert refusal.code is Code.TOTALS_MISMATCH
    assert {name: refusal.detail[name] for name in ("booked", "wanted", "left")} == {
        "booked": "30.0000",
        "wanted": "30.0000",
        "left": "0.0000",
    }
    assert list(unbooked()) == []


def test_several_batches_of_a_project_add_up_to_its_parts_and_not_to_a_ten_thousandth_more(
    deal: Deal,
) -> None:
    project = recorded(deal, ground("30"))
    assert list(unbooked()) == [project]
    deal.book(project.pk, "C-1", Quantities(Decimal(10), 0, 0), now=NOW)
    deal.book(project.pk, "C-2", Quantities(Decimal(20), 0, 0), now=NOW)
    refusal = no(lambda: deal.book(project.pk, "C-3", Quantities(Decimal("0.0001"), 0, 0), now=NOW))
    assert (refusal.code, refusal.detail["left"]) == (Code.TOTALS_MISMATCH, "0.0000")
    deal.book(project.pk, "C-4", Quantities(0, 0, 27000), now=NOW)
    assert (faults(), list(unbooked())) == ([], [])


def test_the_database_itself_refuses_a_batch_beyond_the_parts(deal: Deal) -> None:
    project = Project.objects.get()
    _one_kilogram(project)
    with (
        pytest.raises(IntegrityError, match="beyond what its parts make"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    transaction.set_rollback(True)


def test_a_project_booked_beyond_its_parts_is_a_fault(deal: Deal) -> None:
    project = Project.objects.get()
    before = transaction.savepoint()
    _one_kilogram(project)
    found = faults()
    transaction.savepoint_rollback(before)
    assert found == [{"what": "overbooked", "id": project.pk}]
    assert faults() == []


def test_quota_issued_to_another_beside_what_was_booked_is_a_fault(deal: Deal) -> None:
    """Each account by itself is within the batch; all of them are not."""
    batch, other = Batch.objects.get(), deal.organisation(A).pk
    before = transaction.savepoint()
    ledger.move(
        [ledger.Line(batch.pk, NEW, Decimal(1))],
        source=ledger.Place(other, Bucket.ISSUED),
        target=ledger.Place(other, Bucket.AVAILABLE),
        reason="issue",
        now=NOW,
    )
    assert faults() == [{"what": "issued", "id": batch.pk}]
    transaction.savepoint_rollback(before)
    assert faults() == []


def _batch(project: Project) -> Batch:
    return Batch.objects.create(
        project=project, owner_id=project.owner_id, region_id=project.region_id, title=project.name,
        certificate_no="X", grade=7, booked_at=NOW,
    )  # fmt: skip


def _one_kilogram(project: Project) -> None:
    """A batch past all commands; the deferred trigger looks at it when the transaction ends."""
    batch = _batch(project)
    batch.lines.create(kind=CAPACITY, amount=1)


def test_the_database_itself_refuses_a_batch_that_holds_nothing(deal: Deal) -> None:
    _batch(Project.objects.get())
    with (
        pytest.raises(IntegrityError, match="holds nothing"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    transaction.set_rollback(True)


def test_what_is_booked_gets_no_further_line(deal: Deal) -> None:
    booked = Batch.objects.get()
    with pytest.raises(IntegrityError, match=f"batch {booked.pk} is booked"), transaction.atomic():
        booked.lines.create(kind=PADDY, amount=1)
    assert booked.quantities == Quantities(30, 0, 27000)


def test_a_part_more_than_a_project_was_recorded_with_is_a_fault(deal: Deal) -> None:
    project = Project.objects.get()
    before = transaction.savepoint()
    project.parts.create(kind=NEW, land_class="dry", quantity=1, grade_before=16, grade_after=7)
    assert {"what": "parts", "id": project.pk} in faults()
    transaction.savepoint_rollback(before)
    assert faults() == []


def test_parts_and_batches_never_change(deal: Deal) -> None:
    project = Project.objects.get()
    for rows, change in (
        (project.parts, {"quantity": 60}),
        (project.batches, {"grade": 1}),
        (BatchLine.objects.all(), {"amount": 1}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)


# --- what parts make ---


def test_twenty_mu_from_sixteen_to_seven_make_eighteen_thousand_kilograms_and_not_one_more(
    deal: Deal,
) -> None:
    project = recorded(deal, ground("20"))
    assert project.made == Quantities(20, 0, 18000)
    refusal = no(lambda: deal.book(project.pk, "C-1", Quantities(20, 0, 18001), now=NOW))
    assert (refusal.code, refusal.detail["left"]) == (Code.TOTALS_MISMATCH, "18000")
    assert deal.book(project.pk, "C-1", Quantities(20, 0, 18000), now=NOW).grade == 7


def test_no_capacity_beside_the_area_leaves_the_capacity_to_be_booked(deal: Deal) -> None:
    project = recorded(deal, ground("369.8550", 16, 13))
    deal.book(project.pk, "C-1", Quantities("369.8550", 0, 0), grade=13, now=NOW)
    refusal = no(lambda: deal.book(project.pk, "C-2", Quantities(0, 0, 110958), grade=13, now=NOW))
    assert refusal.detail["left"] == "110957"
    deal.book(project.pk, "C-2", Quantities(0, 0, 110957), grade=13, now=NOW)


def test_capacity_is_rounded_half_up_once_and_not_part_by_part() -> None:
    half = Ground(NEW, "dry", Decimal("0.0050"), 16, 15)
    assert land_rules.made_by([half]).amounts[CAPACITY] == 1
    assert land_rules.made_by([half, half]).amounts[CAPACITY] == 1
    improved = Ground(CAPACITY, "dry", Decimal("100"), 9, 7)
    assert land_rules.made_by([improved]) == Quantities(0, 0, 20000)
    worse = Ground(CAPACITY, "dry", Decimal("100"), 7, 9)
    assert land_rules.made_by([worse, improved]).amounts[CAPACITY] == 20000


def test_paddy_is_what_is_of_class_paddy_and_converted_land_makes_no_farmland() -> None:
    parts = [
        ground("10", land_class="paddy"),
        ground("5"),
        Ground(PADDY, "paddy", Decimal("7"), 9, 9),
    ]
    assert land_rules.made_by(parts) == Quantities(15, 17, 13500)


@pytest.mark.parametrize(
    ("grounds", "grade"),
    [
        ((ground("10", after=7), ground("10", after=8)), 8),
        ((ground("10.0001", after=7), ground("10", after=8)), 7),
        ((ground("1", after=7), Ground(CAPACITY, "dry", Decimal(900), 15, 1)), 7),
        ((Ground(PADDY, "paddy", Decimal("30.5"), 16, 5),), 5),
    ],
)
def test_the_grade_is_the_mean_of_the_farmland_by_area_rounded_half_up(
    grounds: tuple[Ground, ...], grade: int
) -> None:
    assert land_rules.grade_made_by(grounds) == grade


def test_another_grade_than_the_parts_have_is_refused(deal: Deal) -> None:
    project = recorded(deal, ground("20"))
    refusal = no(lambda: deal.book(project.pk, "C-1", Quantities(20, 0, 0), grade=6, now=NOW))
    assert (refusal.code, refusal.detail["parts"]) == (Code.TOTALS_MISMATCH, "7")


def test_a_report_that_states_another_total_is_refused_with_the_difference(deal: Deal) -> None:
    for stated, difference in (
        (Quantities("821.18", 0, 735660), "3.7800"),
        (Quantities("817.40", 0, 735661), "1"),
        (Quantities("817.40", "0.0001", 735660), "0.0001"),
    ):
        refusal = no(
            lambda stated=stated: recorded(
                deal, ground("817.40"), report=stated, farmland_after=Decimal("817.40")
            )
        )
        assert (refusal.code, refusal.detail["difference"]) == (Code.TOTALS_MISMATCH, difference)


def test_new_farmland_is_what_the_site_has_more_than_before(deal: Deal) -> None:
    refusal = no(lambda: recorded(deal, ground("20"), farmland_before=Decimal(5), farmland_after=Decimal(24)))
    assert (refusal.code, refusal.detail["difference"]) == (Code.TOTALS_MISMATCH, "1.0000")
    less = no(lambda: recorded(deal, ground("20"), farmland_before=Decimal(5), farmland_after=Decimal(4)))
    assert less.code is Code.TOTALS_MISMATCH
    assert recorded(deal, ground("20"), farmland_before=Decimal(5), farmland_after=Decimal(25)).pk


# --- two persons, and only the province's own ---


def prepared(deal: Deal, name: str, subject: int, **data: Any) -> str:
    done = perform(act_called(name), subject_id=subject, data=data, by=deal.operator(PROVINCE), now=NOW)
    return done.outcome


def released(deal: Deal, name: str, subject: int, **data: Any) -> str:
    act, by = act_called(name), deal.approver(PROVINCE)
    seen = digest_waiting(act, subject_id=subject, data=data, by=by)
    return perform(act, subject_id=subject, data=data, by=by, now=NOW, seen=seen).outcome


def test_batches_of_one_project_wait_side_by_side_and_no_operator_books_alone(deal: Deal) -> None:
    project = recorded(deal, ground("30"))
    first = {"certificate_no": "C-1", "farmland_area": "10", "grade": 7}
    second = {"certificate_no": "C-2", "farmland_area": "20", "grade": 7}
    assert [prepared(deal, "quota.book", project.pk, **each) for each in (first, second)] == ["prepared"] * 2
    assert Preparation.objects.filter(act="quota.book", decided_at=None).count() == 2
    assert project.batches.count() == 0
    assert [released(deal, "quota.book", project.pk, **each) for each in (first, second)] == ["done"] * 2
    assert project.batches.count() == 2


def test_burdens_of_one_batch_wait_side_by_side_and_take_two_persons(deal: Deal) -> None:
    batch = Batch.objects.get()
    for reason in ("抵押", "查封"):
        assert prepared(deal, "quota.encumber", batch.pk, reason=reason) == "prepared"
    assert batch.encumbrances.count() == 0
    assert released(deal, "quota.encumber", batch.pk, reason="抵押") == "done"
    burden = batch.encumbrances.get()
    assert prepared(deal, "quota.lift_encumbrance", burden.pk) == "prepared"
    burden.refresh_from_db()
    assert burden.lifted_at is None
    assert released(deal, "quota.lift_encumbrance", burden.pk) == "done"


def test_the_approver_of_a_booking_reads_whose_quota_it_is_and_how_much(deal: Deal) -> None:
    project = recorded(deal, ground("30"))
    prepared(deal, "quota.book", project.pk, certificate_no="C-1", farmland_area="10", grade="7")
    kept = Preparation.objects.get(act="quota.book", decided_at=None)
    values = {each["label"]: each["value"] for each in kept.bound["facts"]}
    assert values["权属主体"] == "通许县人民政府"
    assert values["耕地数量"] == "10.0000"
    assert "通许县人民政府" in kept.bound["effect"]
    assert "10.0000" in kept.bound["button"]
