"""A scheme that the ministry took back (收回方案) says nothing any more, also when its number comes again."""

import pytest
from django.test import Client

from apps.crossprovince.models import SchemeRow
from kernel import clock
from tests.crossprovince.test_chain import sound
from tests.factories.across import PROVINCE, Across, moment
from tests.factories.taking import PROVINCE as TAKING_PROVINCE
from tests.factories.taking import Taking

pytestmark = pytest.mark.django_db


def taken_back(across: Across, when: str = "09-19 10:00", number: str = "收回1号") -> None:
    across.incoming(PROVINCE, "scheme.revoke", when, number, reason="重新匹配")
    assert across.status == "with_ministry"


@pytest.mark.parametrize("row_no", ["1", "2"])
def test_only_the_rows_that_stand_move_quota(row_no: str) -> None:
    across = Across.with_ministry("400.0000")
    first = across.adjustment_id
    across.draft("05-01 09:00", amount="400.0000")
    across.submit("05-02 10:00")  # another 400 of the batch stand frozen, for another case
    second, across.adjustment_id = across.adjustment_id, first
    across.match(across.row("400.0000", "26.6667"))
    taken_back(across)
    done = across.match(
        across.row("400.0000", "26.6667", row_no=row_no), when="09-19 11:00", number="自然资函〔2026〕10号"
    )
    assert (done.outcome, across.status) == ("done", "matched")
    assert (SchemeRow.objects.count(), SchemeRow.ever.count()) == (1, 2)
    across.implementing()
    across.allocate("108000000.00")
    across.transfer()
    assert across.quota() == {"frozen": "400.0000"}
    across.adjustment_id = second
    assert across.status == "province_review"
    sound()


def test_the_rows_of_a_demand_come_again_too() -> None:
    taking = Taking.with_ministry()
    taking.match(taking.row())
    taking.incoming(TAKING_PROVINCE, "demand.revoke", "09-19 10:00", "收回1号", reason="重新匹配")
    taking.match(taking.row(), when="09-19 11:00", number="自然资函〔2026〕10号")
    assert (taking.status, SchemeRow.objects.count(), SchemeRow.ever.count()) == ("matched", 1, 2)
    sound()


def test_everybody_reads_that_a_published_scheme_was_taken_back() -> None:
    across = Across.with_ministry()
    across.match(across.row())
    address = f"/cross-province/{across.adjustment_id}/"

    def page(when: str) -> tuple[int, str]:
        with clock.simulated(moment(when)):
            answer = Client().get(address)
        return answer.status_code, answer.content.decode()

    taken_back(across)
    assert page("09-19 11:00")[0] == 404, "what was never published is nobody's business"
    across.match(across.row(), when="09-20 09:00", number="自然资函〔2026〕10号")
    across.publish()
    assert "方案收回后不发生效力" not in page("09-22 10:00")[1]
    taken_back(across, "09-23 10:00", "收回2号")
    status, said = page("09-23 11:00")
    assert status == 200
    for text in (across.adjustment.case.number, "部调剂〔2026〕1号", "方案收回后不发生效力", "调剂方案公示"):
        assert str(text) in said, text
    assert across.adjustment.title not in said
    assert 'id="objection"' not in said
