"""Several claims on one ground at once: it makes quota once; what is revoked is not sold as well."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from apps.documents.states import AttachmentKind
from apps.kinds.table import QuotaKind
from apps.land.models import CaseGround, Project
from apps.quota import commands as quota
from apps.quota.batch_models import Batch
from apps.quota.ledger import Line
from apps.quota.models import Account, Claim
from apps.quota.queries import faults
from apps.surplus import exports
from apps.surplus.models import Verification
from config import scratch
from kernel import lanes
from kernel.audit.models import AuditEntry
from tests.factories.actors import codes, errors, in_order, taken, together
from tests.factories.kept import kept
from tests.factories.ziyun import CITY, COUNTY, PROVINCE, Ziyun, at, facts, parcels


@pytest.fixture
def ziyun(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[Ziyun]:
    """The cast in a database where commits are real."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path):
        yield from _in("committed-ziyun", Ziyun.settled)


def _certified() -> Ziyun:
    made = Ziyun.recorded()
    made.certify()
    return made


@pytest.fixture
def certified(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[Ziyun]:
    """The same with 800 亩 certified."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path):
        yield from _in("committed-ziyun-certified", _certified)


def _verified() -> Ziyun:
    """The ministry's document that sends it back waits for its approver."""
    made = Ziyun.settled()
    made.draft()
    made.measure()
    made.submit()
    made.decide(CITY, "pass", "03-10 10:00")
    made.decide(PROVINCE, "pass", "03-20 10:00")
    made.attach(PROVINCE, AttachmentKind.INCOMING_DOCUMENT, when="03-25 09:00")
    made.alone(
        PROVINCE, "verification.reopen", "03-25 10:00", body="自然资源部", document_no="自然资函〔2026〕7号",
        document_date="2026-03-24", reason="验收资料不齐",
    )  # fmt: skip
    return made


@pytest.fixture
def verified(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[Ziyun]:
    """The same, passed by the province."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path):
        yield from _in("committed-ziyun-verified", _verified)


def _in(name: str, build: Callable[[], Ziyun]) -> Iterator[Ziyun]:
    world = kept(name, build)
    with world.copied("ziyun") as database, scratch.point_at(database):
        yield world.given
        connections.close_all()


def _project(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": "紫云县土地整治项目", "approval_no": "紫整〔2024〕1号", "acceptance_no": "紫整验〔2025〕1号",
        "region": "520425", "farmland_before": "0", "farmland_after": "20.0000", "farmland_area": "20.0000",
        "paddy_area": "0", "grain_capacity": "12000",
        "parts": [{
            "parcel_no": "1", "kind": "farmland_area", "land_class": "dry", "quantity": "20.0000",
            "grade_before": 16, "grade_after": 10, "geometry": parts[0]["geometry"],
        }],
    }  # fmt: skip


def test_one_ground_in_five_verifications_and_a_project_at_once(ziyun: Ziyun) -> None:
    parts = parcels({"dry": "20.0000"})

    def drafts(number: int) -> Any:
        mine = facts(acceptance_no=f"{number}号", declared="20.0000", reserved="0", parts=parts)
        return ziyun.alone(COUNTY, "verification.draft", "01-08 09:00", **mine)

    outcomes = together(
        *(lambda one=number: drafts(one) for number in range(5)),
        lambda: ziyun.alone(COUNTY, "project.record", "01-08 09:00", **_project(parts)),
    )
    assert not errors(outcomes)
    assert (len(taken(outcomes)), codes(outcomes)) == (1, ["parcel_conflict"] * 5)
    assert Verification.objects.count() + Project.objects.count() == 1
    assert CaseGround.objects.filter(freed_at=None).count() == Verification.objects.count()


def test_one_acceptance_number_at_once_is_refused_by_name(ziyun: Ziyun) -> None:
    several = parcels({"dry": "20.0000", "garden": "20.0000"})

    def drafts(part: dict[str, Any]) -> Any:
        mine = facts(acceptance_no="1号", declared="20.0000", reserved="0", parts=[part])
        return ziyun.alone(COUNTY, "verification.draft", "01-08 09:00", **mine)

    outcomes = together(*(lambda one=each: drafts(one) for each in several))
    assert not errors(outcomes)
    assert (len(taken(outcomes)), codes(outcomes)) == (1, ["invalid"])


def test_two_that_amend_onto_one_ground_at_once(ziyun: Ziyun) -> None:
    parts = parcels({"dry": "20.0000", "garden": "20.0000", "forest": "20.0000"})
    made = []
    for place in range(2):
        mine = {
            "acceptance_no": f"{place}号",
            "declared": "20.0000",
            "reserved": "0",
            "parts": [parts[place]],
        }
        made.append(Ziyun(people=ziyun.people))
        made[-1].draft("01-08 09:00", **mine)

    def amends(one: Ziyun, place: int) -> Any:
        mine = facts(acceptance_no=f"{place}号", declared="20.0000", reserved="0", parts=[parts[2]])
        return one.alone(COUNTY, "verification.amend", "01-08 10:00", **mine)

    outcomes = together(*(lambda one=one, place=place: amends(one, place) for place, one in enumerate(made)))
    assert not errors(outcomes)
    assert (len(taken(outcomes)), codes(outcomes)) == (1, ["parcel_conflict"])


def test_what_is_revoked_is_not_frozen_for_a_lot_at_the_same_moment(certified: Ziyun) -> None:
    line = Line(Batch.objects.get().pk, QuotaKind.CONSTRUCTION_AREA, Decimal(1))
    county = certified.organisation_id(COUNTY)

    def freezes() -> Any:
        with transaction.atomic():
            return quota.freeze(
                [line], holder_id=county, case_id=certified.verification_id, now=at("04-01 10:00")
            )

    def revokes() -> Any:
        return certified.both(PROVINCE, "verification.revoke", "04-01 10:00", reason="复核不实")

    outcomes = together(freezes, freezes, revokes)
    assert not errors(outcomes)
    held = dict(Account.objects.filter(holder_id=county).values_list("bucket", "balance"))
    if Verification.objects.get().status == "revoked":
        assert (len(taken(outcomes)), held["available"], held["written_off"]) == (1, Decimal(0), Decimal(800))
    else:
        assert (held["frozen"], held["available"]) == (Decimal(2), Decimal(798))
        assert codes(outcomes) == ["quota_frozen"]


def test_what_a_re_check_found_missing_and_a_lot_freezes_at_the_same_moment(certified: Ziyun) -> None:
    batch = Batch.objects.get()
    county = certified.organisation_id(COUNTY)
    line = Line(batch.pk, QuotaKind.CONSTRUCTION_AREA, Decimal(300))

    def freezes() -> Any:
        with transaction.atomic():
            return quota.freeze(
                [line], holder_id=county, case_id=certified.verification_id, now=at("04-01 10:00")
            )

    def reduces() -> Any:
        found = {"amount": "600.0000", "finding_no": "1号", "reason": "复核不实"}
        return certified.both(PROVINCE, "verification.reduce", "04-01 10:00", **found)

    outcomes = together(freezes, freezes, reduces)
    assert not errors(outcomes)
    held = dict(Account.objects.filter(holder_id=county).values_list("bucket", "balance"))
    assert sum(held.values()) == Decimal(800)
    if not Claim.objects.exists():
        assert (codes(outcomes), held["frozen"]) == (["text_changed"], Decimal(600))
        return
    claim = Claim.objects.get()
    assert held["written_off"] == Decimal(600) - claim.left
    assert (claim.left > 0) <= (held["available"] == 0)
    assert set(codes(outcomes)) <= {"quota_encumbered", "quota_frozen", "quota_insufficient"}
    assert faults() == []


@pytest.mark.parametrize("sent_back_first", [True, False])
def test_what_is_sent_back_at_the_same_moment_is_exported_before_that_or_not_at_all(
    verified: Ziyun, sent_back_first: bool
) -> None:
    def sends_back() -> Any:
        return verified.release(PROVINCE, "verification.reopen", "03-25 11:00")

    def takes() -> Any:
        by = verified.actor(PROVINCE)
        return exports.export_waiting(
            verification_ids=[verified.verification_id], by=by, now=at("03-25 11:00")
        )

    calls = (sends_back, takes) if sent_back_first else (takes, sends_back)
    outcomes = in_order(lanes.CASE, verified.verification_id, *calls)
    assert not errors(outcomes)
    assert codes(outcomes) == (["not_found"] if sent_back_first else [])
    written = AuditEntry.objects.filter(verb__in=["verification.export", "verification.reopen"])
    assert list(written.order_by("sequence").values_list("verb", flat=True)) == (
        ["verification.reopen"] if sent_back_first else ["verification.export", "verification.reopen"]
    )
    assert Verification.objects.get().status == "returned"
