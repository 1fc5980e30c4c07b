"""One ground makes quota once: overlaps on every way in, and projects that are given up."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest
from shapely.geometry import box, mapping, shape

from apps.kinds.table import QuotaKind
from apps.land import commands as land
from apps.land import parcels
from apps.land import rules as land_rules
from apps.land.models import Part, Project
from apps.land.queries import drawn_apart, parts_near, with_polygons
from apps.land.rules import Ground
from apps.quota import commands as quota
from apps.quota.queries import conflicts_of
from apps.rulebook import presets
from apps.rulebook.commands import install
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.errors import Code, Refusal, Refused
from tests.factories.deal import PROVINCE, SELLER, A, Deal, at

pytestmark = pytest.mark.django_db
NOW = at("03-05 09:00")
FARMLAND, PADDY, CAPACITY = QuotaKind.FARMLAND_AREA, QuotaKind.PADDY_AREA, QuotaKind.GRAIN_CAPACITY
SIDE = 0.002


@pytest.fixture
def deal() -> Deal:
    return Deal.begun()


def square(west: float = 114.47, south: float = 34.47, side: float = SIDE) -> Any:
    return json.loads(json.dumps(mapping(box(west, south, west + side, south + side))))


def part(
    geometry: Any, kind: QuotaKind = FARMLAND, land_class: str = "irrigated", before: int = 16, no: str = ""
) -> land.PartFacts:
    area = parcels.area_mu(shape(geometry))
    return land.PartFacts(kind, land_class, area, before, 7, parcel_no=no, geometry=geometry)


def record(deal: Deal, number: str, *parts: land.PartFacts, by: str = SELLER) -> Project:
    """A project with a report that fits its parts."""
    made = land_rules.made_by([each.ground for each in parts])
    return land.record_project(
        name=f"项目{number}", approval_no=f"立{number}", acceptance_no=f"验{number}", region="410222",
        parts=list(parts),
        report=made, farmland_before=Decimal(0), farmland_after=made.amounts[FARMLAND], by=deal.operator(by), now=NOW,
    )  # fmt: skip


def no(call: Any) -> Refusal:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal


def test_ground_that_another_project_has_is_refused_whoever_records_it(deal: Deal) -> None:
    record(deal, "1", part(square()))
    refusal = no(lambda: record(deal, "2", part(square(west=114.471))))
    assert refusal.code is Code.PARCEL_CONFLICT
    assert "项目1" in refusal.sentence
    assert not Project.objects.filter(acceptance_no="验2").exists()
    assert record(deal, "3", part(square(west=114.47 + SIDE))).pk, "neighbours share a border"


def test_it_is_refused_through_the_act_as_pages_and_the_api_do_it(deal: Deal) -> None:
    record(deal, "1", part(square()))
    area = str(parcels.area_mu(shape(square())))
    capacity = str(land_rules.made_by([Ground(FARMLAND, "dry", Decimal(area), 16, 7)]).amounts[CAPACITY])
    facts = {
        "name": "另一项目", "approval_no": "立9", "acceptance_no": "验9", "region": "410222", "farmland_before": "0",
        "farmland_after": area, "farmland_area": area, "paddy_area": "0", "grain_capacity": capacity,
        "parts": [{
            "kind": "farmland_area", "land_class": "dry", "quantity": area, "grade_before": 16, "grade_after": 7,
            "geometry": json.dumps(square()),
        }],
    }  # fmt: skip
    refusal = no(lambda: perform(act_called("project.record"), data=facts, by=deal.operator(SELLER), now=NOW))
    assert refusal.code is Code.PARCEL_CONFLICT


@pytest.mark.parametrize(
    ("kind", "land_class", "before", "allowed"),
    [
        (PADDY, "paddy", 16, False),
        (PADDY, "paddy", 15, True),
        (CAPACITY, "irrigated", 15, True),
        (FARMLAND, "irrigated", 16, False),
    ],
)
def test_paddy_and_capacity_lie_on_older_farmland_only_as_its_improvement(
    deal: Deal, kind: QuotaKind, land_class: str, before: int, allowed: bool
) -> None:
    record(deal, "1", part(square()))
    second = part(square(), kind, land_class, before)
    if allowed:
        assert record(deal, "2", second).pk
        assert no(lambda: record(deal, "3", second)).code is Code.PARCEL_CONFLICT, "once, not twice"
    else:
        assert no(lambda: record(deal, "2", second)).code is Code.PARCEL_CONFLICT


def test_within_a_project_kinds_share_a_parcel_but_nothing_counts_twice(deal: Deal) -> None:
    assert record(deal, "1", part(square()), part(square(), PADDY, "paddy", 9)).pk
    elsewhere = square(west=114.48)
    twice = part(elsewhere, FARMLAND, "paddy"), part(elsewhere, PADDY, "paddy", 9)
    assert no(lambda: record(deal, "2", *twice)).code is Code.PARCEL_CONFLICT
    same = part(elsewhere, no="1"), part(elsewhere, no="2")
    assert no(lambda: record(deal, "3", *same)).code is Code.PARCEL_CONFLICT


def test_an_overlap_counts_from_a_square_metre_on(deal: Deal) -> None:
    """0.002° of latitude are about 221.9 m: 0.9 and 1.1 m² are strips of some millimetres."""
    record(deal, "1", part(square()))
    height_m = 221.86
    degree_m = parcels.CGCS2000.line_length([114.47, 114.471], [34.47, 34.47]) * 1000
    for area, refused in ((0.9, False), (1.1, True)):
        strip = area / height_m / degree_m
        neighbour = part(square(west=114.47 + SIDE - strip))
        if refused:
            assert no(lambda neighbour=neighbour: record(deal, "2", neighbour)).code is Code.PARCEL_CONFLICT
        else:
            made = record(deal, "2", neighbour)
            _void(deal, made)


def test_the_index_proposes_every_part_that_brute_force_finds(deal: Deal) -> None:
    chance = random.Random(7)
    older = Project.objects.get()
    project = Project.objects.create(
        owner=older.owner,
        region=older.region,
        name="三百地块",
        acceptance_no="y",
        part_count=300,
        recorded_at=NOW,
    )
    Part.objects.bulk_create(
        Part(
            project=project, kind="farmland_area", land_class="dry", quantity=1, grade_before=16, grade_after=7,
            geometry=square(114 + chance.random(), 34 + chance.random(), 0.02 + chance.random() / 20),
        )
        for _ in range(300)
    )  # fmt: skip
    everything = [(each.pk, shape(each.geometry or {})) for each in Part.objects.all()]
    for _ in range(60):
        wanted = shape(square(114 + chance.random(), 34 + chance.random(), 0.03))
        hit = {pk for pk, polygon in everything if polygon.intersects(wanted)}
        assert hit <= {each.pk for each in parts_near(parcels.bounds_of(wanted))}


def test_the_rules_say_whether_every_parcel_needs_its_polygon(deal: Deal) -> None:
    bare = land.PartFacts(FARMLAND, "irrigated", Decimal(20), 16, 7)
    refusal = no(lambda: record(deal, "1", bare))
    assert (refusal.code, refusal.detail) == (Code.INVALID, {"field": "geometry"})
    book = presets.parameters("baseline", {"geometry_required": False})
    install(province="410000", name="规则", legal_basis=["演示"], parameters=book, now=NOW)
    assert record(deal, "1", bare).pk


def test_what_is_drawn_lies_apart_and_is_as_large_as_it_says(deal: Deal) -> None:
    areas = [Decimal("20.0000"), Decimal("369.8550"), Decimal("0.5000"), Decimal("20.0000")]
    polygons = [shape(each) for each in drawn_apart(region="410222", areas_mu=areas)]
    recorded = [shape(each.geometry or {}) for each in Part.objects.all()]
    for place, polygon in enumerate(polygons):
        assert abs(parcels.area_mu(polygon) - areas[place]) <= Decimal("0.001") * areas[place]
        assert not any(polygon.intersects(other) for other in [*polygons[:place], *recorded])
        found = parcels.parcel(json.loads(json.dumps(mapping(polygon))))
        assert parcels.why_not_there(found, region="410222") == ""
    facts = {"region": "410222", "parts": [{"quantity": "20"}, {"quantity": "1", "geometry": square()}]}
    filled = with_polygons(facts)["parts"]
    assert filled[0]["geometry"]["type"] == "Polygon"
    assert filled[1]["geometry"] == square()


# --- giving a project up ---


def _void(deal: Deal, project: Project, *, by: str = SELLER) -> None:
    deal.do(
        by,
        "project.void",
        quota.void_project,
        now=NOW,
        subject_id=project.pk,
        project_id=project.pk,
        reason="测绘有误",
    )


@pytest.mark.parametrize("by", [SELLER, PROVINCE])
def test_a_project_given_up_frees_its_ground_and_its_number(deal: Deal, by: str) -> None:
    made = record(deal, "1", part(square()))
    _void(deal, made, by=by)
    assert record(deal, "1", part(square())).pk
    assert no(lambda: _void(deal, made)).code is Code.WRONG_STATUS


def test_what_is_booked_is_not_given_up_and_nothing_is_booked_of_what_was(deal: Deal) -> None:
    assert no(lambda: _void(deal, Project.objects.get())).code is Code.WRONG_STATUS
    made = record(deal, "1", part(square()))
    _void(deal, made)
    refusal = no(lambda: deal.book(made.pk, "C-1", made.made, now=NOW))
    assert refusal.code is Code.NOT_FOUND


def test_giving_up_takes_two_persons_of_its_owner_or_the_province(deal: Deal) -> None:
    made = record(deal, "1", part(square()))
    data = {"reason": "测绘有误"}
    done = perform(
        act_called("project.void"), subject_id=made.pk, data=data, by=deal.operator(SELLER), now=NOW
    )
    assert done.outcome == "prepared"
    other = record(deal, "2", part(square(west=114.48)))
    unprepared = no(
        lambda: quota.void_project(project_id=other.pk, reason="测绘有误", by=deal.approver(SELLER), now=NOW)
    )
    assert unprepared.code is Code.NOT_PERMITTED
    refusal = no(
        lambda: perform(
            act_called("project.void"), subject_id=made.pk, data=data, by=deal.operator(A), now=NOW
        )
    )
    assert refusal.code is Code.NOT_FOUND


def test_reviewers_are_told_of_ground_that_older_projects_have(deal: Deal) -> None:
    batch = Project.objects.get().batches.get()
    assert conflicts_of([batch.pk]) == []
    older = Project.objects.get()
    newer = Project.objects.create(
        owner=older.owner,
        region=older.region,
        name="旧法登记",
        approval_no="x",
        acceptance_no="y",
        part_count=1,
        recorded_at=NOW,
    )
    first = older.parts.get()
    Part.objects.create(
        project=newer, kind="farmland_area", land_class="dry", quantity=1, grade_before=16, grade_after=7,
        geometry=first.geometry,
    )  # fmt: skip
    deal.book(newer.pk, "C-9", land_rules.made_by([Ground(FARMLAND, "dry", Decimal(1), 16, 7)]), now=NOW)
    assert [each.code for each in conflicts_of([newer.batches.get().pk])] == [Code.PARCEL_CONFLICT]
    assert conflicts_of([batch.pk]) == []
