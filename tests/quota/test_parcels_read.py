"""Who books or gives up a project reads its parcels: number, kind, area in 亩, grades."""

import pytest

from apps.land.models import Part
from kernel.acts.act import act_called
from kernel.acts.perform import bound_of
from tests.factories.deal import PROVINCE, Deal
from tests.quota.test_booked_once import ground, recorded

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("act", "data"),
    [
        ("quota.book", {"certificate_no": "C-1", "farmland_area": "10", "grade": 7}),
        ("project.void", {"reason": "重复登记"}),
    ],
)
def test_the_parcels_of_a_project_are_read_and_bound(act: str, data: dict[str, object]) -> None:
    deal = Deal.begun()
    project = recorded(deal, ground("30"))
    by = deal.operator(PROVINCE)
    bound = bound_of(act_called(act), project.pk, data, by=by)
    [reading] = bound.readings
    part = Part.objects.get(project=project)
    assert reading.rows[0] == [
        ("地块编号", part.parcel_no or str(part.pk)), ("指标种类", "耕地数量"), ("面积（亩）", "30.0000"),
        ("治理前等别", f"{part.grade_before}等"), ("治理后等别", "7等"),
        ("界址", "已上图" if part.geometry else "未上图"),
    ]  # fmt: skip
    other = recorded(deal, ground("20"), number="演示验〔2025〕98号")
    digests = {
        each.value
        for key in (project.pk, other.pk)
        for each in bound_of(act_called(act), key, data, by=by).facts
        if each.label == "地块清单摘要"
    }
    assert len(digests) == 2
