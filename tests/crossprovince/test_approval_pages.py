"""Who decides on what crosses provinces sees what the money is, how long is published, which paper is entered."""

from typing import Any

import pytest
from django.test import Client

from apps.crossprovince.closing_bound import close_bound
from apps.rulebook import price_tables
from apps.rulebook.commands import install
from kernel import clock
from kernel.access.models import Preparation
from kernel.errors import Code
from kernel.web.opaque import shown
from tests.crossprovince.test_chain import refused
from tests.factories.across import COUNTY, PAPERS, PROVINCE, Across, moment

pytestmark = pytest.mark.django_db
DECISIONS = ("adjustment.decide", "adjustment.consent", "adjustment.report")


def facts(prepared: Preparation) -> dict[str, str]:
    """What an approver reads, by its label."""
    return {each["label"]: each["value"] for each in prepared.bound["facts"]}


def papers(prepared: Preparation) -> list[str]:
    """What the papers beside it are called, in their order."""
    return [each["kind"] for each in prepared.bound["evidence"]]


def test_prices_that_change_between_preparation_and_release_refuse_the_application() -> None:
    across = Across.certified()
    across.draft()
    across.attach(COUNTY, *PAPERS, when="04-02 09:00")
    across.alone(COUNTY, "adjustment.submit", "04-02 10:00")
    waiting = Preparation.objects.get(act="adjustment.submit", decided_at=None)
    assert facts(waiting)["按此价格的调出价款"] == "240000000.00"
    book = price_tables.parameters("baseline")
    dearer = tuple(each.model_copy(update={"amount": each.amount + 1}) for each in book.rows)
    install(
        province="520000", name="新价格", legal_basis=["演示"], now=moment("04-02 11:00"),
        parameters=book.model_copy(update={"rows": dearer}), subject=price_tables.PRICES,
    )  # fmt: skip
    no = refused(lambda: across.release(COUNTY, waiting, "04-02 12:00"))
    assert no.code is Code.TEXT_CHANGED
    assert across.status == "draft"


def test_approvers_see_prices_what_they_come_to_and_which_paper_is_entered() -> None:
    seen: dict[str, Preparation] = {}

    def look(prepared: Preparation) -> None:
        seen[prepared.act] = prepared

    Across.with_ministry(look=look)
    for act in DECISIONS:
        told = facts(seen[act])
        assert told["调出价（一般耕地及其他农用地）"] == "300000.00", act
        assert told["按此价格的调出价款"] == "240000000.00", act
        assert told["预计下达"] == "216000000.00", act
        assert told["用于乡村振兴不低于（60%）"] == "129600000.00", act
        assert told["方案用于乡村振兴"] == "151200000.00", act
    assert facts(seen["adjustment.submit"])["预计下达"] == "216000000.00"
    assert papers(seen["adjustment.consent"])[0] == "外部来文（本次来文）"
    entered = papers(seen["adjustment.acknowledge"])
    assert entered[0] == "外部来文（本次来文）"
    assert "外部来文（黔府函〔2026〕1号）" in entered
    assert "外部来文" not in entered
    assert not any("本次" in each for each in papers(seen["adjustment.report"]))


def test_who_publishes_a_scheme_sees_for_how_long() -> None:
    across = Across.with_ministry()
    across.match(across.row())
    across.alone(PROVINCE, "scheme.publish", "09-21 09:00", subject=across.scheme.pk)
    prepared = Preparation.objects.get(act="scheme.publish", decided_at=None)
    days = across.adjustment.rules["parameters"]["scheme_publication_wd"]  # type: ignore[index]
    assert facts(prepared)["公示期"] == f"自发布之日起{days}个工作日"
    approver: Any = across.people[PROVINCE][1].person
    client = Client()
    client.force_login(approver, backend="django.contrib.auth.backends.ModelBackend")
    with clock.simulated(moment("09-21 09:05")):
        page = client.get(f"/desk/preparations/{shown(prepared.pk, 'preparation')}/").content.decode()
    across.release(PROVINCE, prepared, "09-21 09:05")
    assert clock.ended(across.adjustment.ends_at) in page  # type: ignore[arg-type]


def test_who_closes_a_case_sees_what_each_line_was_spent_on() -> None:
    across = Across.with_ministry("400.0000")
    across.match(across.row("400.0000", "26.6667"))
    across.implementing()
    across.allocate("108000000.00")
    across.distribute("75600000.00", "32400000.00", "0.00")
    across.spend("farmers", "1000000.00", 1, "10-23 11:00")
    told = {each.label for each in close_bound(across.adjustment_id, {}, across.actor(PROVINCE)).facts}
    assert "第1行已支出：拆旧区农民补偿、宅基地退出，农户搬迁补偿（板当镇演示村）" in told
