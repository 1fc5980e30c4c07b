"""The parcels of a report as its approver reads them: a table with heads, not running text."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from apps.documents.states import AttachmentKind as K
from kernel import clock
from kernel.access.models import Preparation
from kernel.acts.bound import Reading
from kernel.web.opaque import shown
from tests.factories.ziyun import COUNTY, MEASURER, Ziyun, at, facts, report
from tests.surplus.test_pages import page


@pytest.fixture
def settled(settings: Any, tmp_path: Any) -> Iterator[Ziyun]:
    settings.MEDIA_ROOT = tmp_path
    with clock.simulated(at("01-05 09:00")) as moved:
        made = Ziyun.settled()
        made.clock = moved
        yield made


@pytest.mark.django_db
def test_parcels_stand_in_a_table_with_number_village_and_area(settled: Ziyun) -> None:
    settled.draft()
    settled.both(
        COUNTY, "verification.commission", "01-07 09:00", measurer_id=settled.organisation_id(MEASURER),
        contract_no="核定合同1号", contract_price="120000.00",
    )  # fmt: skip
    settled.attach(MEASURER, K.MEASUREMENT_REPORT, when="01-20 09:00")
    settled.alone(MEASURER, "verification.report", "01-20 09:00", **report(facts()["parts"]))
    waiting = Preparation.objects.get(act="verification.report", decided_at=None)
    text = page(settled, MEASURER, f"/desk/preparations/{shown(waiting.pk, 'preparation')}/", duty=1)
    for head in ("地块编号", "所在村", "面积（亩）"):
        assert re.search(rf'<th scope="col"[^>]*>{head}</th>', text)
    first = facts()["parts"][0]
    assert f'<th scope="row" data-head="地块编号">{first["parcel_no"]}</th>' in text
    assert f'<td data-head="所在村">{first["village"]}</td>' in text
    assert f'<td data-head="面积（亩）" class="num">{first["area"]}</td>' in text
    assert "｜" not in text
    assert len(re.findall(r'<th scope="row" data-head="地块编号">', text)) == len(facts()["parts"])


def test_a_list_is_a_table_and_running_text_is_none() -> None:
    table = Reading("清单", "序号｜名称\n1｜甲\n2｜乙")
    assert (table.heads, table.rows[1]) == (["序号", "名称"], [("序号", "2"), ("名称", "乙")])
    for text in ("第一条 须知。\n第二条 其他。", "序号｜名称\n1｜甲｜乙", ""):
        assert (Reading("文本", text).heads, Reading("文本", text).rows) == ([], [])
