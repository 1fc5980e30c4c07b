"""Several claims on one ground at once: it makes quota once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from apps.land.models import CaseGround, Project
from apps.surplus.models import Verification
from config import scratch
from tests.actors import codes, errors, taken, together
from tests.factories.kept import kept
from tests.surplus.ziyun import COUNTY, Ziyun, facts, parcels


@pytest.fixture
def ziyun(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[Ziyun]:
    """The cast in a database where commits are real."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path):
        world = kept("committed-ziyun", Ziyun.settled)
        with world.copied("ziyun") as name, scratch.point_at(name):
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
