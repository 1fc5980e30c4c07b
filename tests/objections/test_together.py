"""A flood of objections to a scheme is refused together: by two persons who read each, each answered on record."""

from pathlib import Path
from typing import Any

import pytest

from apps.crossprovince.states import AdjustmentStatus as S
from apps.objections.models import Objection
from apps.objections.rules import LEAST_OF_A_FLOOD
from kernel.access.models import Preparation
from kernel.audit.models import AuditEntry
from kernel.deadlines.models import Deadline
from kernel.deadlines.runner import run_due
from kernel.errors import Code
from tests.crossprovince.test_chain import refused
from tests.crossprovince.test_pages import browser, read
from tests.crossprovince.test_publication import published
from tests.factories.across import COUNTY, FAR_PROVINCE, FINANCE, PROVINCE, Across, at

pytestmark = pytest.mark.django_db
ACT = "objection.refuse_together"
WHEN = "09-24 10:00"


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Path) -> None:
    """Papers go to a folder of this test's own."""
    settings.MEDIA_ROOT = tmp_path


def flooded(count: int = LEAST_OF_A_FLOOD + 1) -> tuple[Across, list[int]]:
    """A scheme in publication, to which so many object without a login, each in other words."""
    across = published()
    made = [across.object("09-23 10:00", f"反对之{place}").answer["objection"] for place in range(count)]
    return across, made


def data(made: list[int], **changes: Any) -> dict[str, Any]:
    return {"up_to": made[-1], "reason": "内容雷同，与方案无关", **changes}


def test_a_flood_on_a_scheme_is_refused_by_two_persons_who_read_each_of_it() -> None:
    across, made = flooded()
    run_due(now=at("09-23 11:00"))
    across.alone(PROVINCE, ACT, WHEN, **data(made[:-1]))
    waiting = Preparation.objects.get(act=ACT)
    [reading] = waiting.bound["readings"]
    for place, each in enumerate(made[:-1]):
        assert f"第{each}号" in reading["text"]
        assert f"反对之{place}" in reading["text"]
    assert f"反对之{len(made) - 1}" not in reading["text"]
    across.release(PROVINCE, waiting, WHEN)
    found = {each.pk: each for each in Objection.objects.all()}
    assert [found[each].status for each in made] == ["refused"] * (len(made) - 1) + ["raised"]
    assert {found[each].reason for each in made[:-1]} == {"内容雷同，与方案无关"}
    answers = AuditEntry.objects.filter(verb="objection.accept")
    assert sorted(int(each.subject.rpartition(":")[2]) for each in answers) == made[:-1]
    assert AuditEntry.objects.get(verb=ACT, outcome="done").after["objections"] == made[:-1]
    assert across.adjustment.unanswered_objections == 1
    pending = Deadline.objects.filter(kind="objection_accept", status="pending")
    assert list(pending.values_list("subject_id", flat=True)) == [made[-1]]


def test_once_the_last_is_refused_the_scheme_takes_effect() -> None:
    across, made = flooded()
    run_due(now=at("09-30 00:00"))
    assert across.status == S.PUBLICISED
    across.both(PROVINCE, ACT, "10-09 10:00", **data(made))
    assert (across.status, across.adjustment.implementing_at) == (S.IMPLEMENTING, at("10-09 10:00"))


def test_none_of_them_is_accepted_while_the_approver_reads() -> None:
    across, made = flooded()
    across.alone(PROVINCE, ACT, WHEN, **data(made))
    accepted = {"subject": made[0], "accepted": True}
    assert (
        refused(lambda: across.alone(PROVINCE, "objection.accept", WHEN, **accepted)).code
        is Code.FACTS_FROZEN
    )
    across.release(PROVINCE, Preparation.objects.get(act=ACT, decided_at=None), WHEN)
    assert Objection.objects.filter(status="refused").count() == len(made)


def test_a_few_are_answered_one_by_one_and_others_answer_none() -> None:
    across, made = flooded(LEAST_OF_A_FLOOD - 1)
    assert refused(lambda: across.alone(PROVINCE, ACT, WHEN, **data(made))).code is Code.INVALID
    for key in (FAR_PROVINCE, COUNTY, FINANCE):
        no = refused(lambda key=key: across.alone(key, ACT, WHEN, **data(made)))
        assert no.code in (Code.NOT_PERMITTED, Code.NOT_FOUND)


def test_it_waits_on_the_desk_and_on_the_page_of_the_case() -> None:
    across, made = flooded()
    address = f"/desk/acts/{ACT}/{across.adjustment_id}/"
    for page in ("/desk/", f"/desk/adjustments/{across.adjustment_id}/"):
        assert address in read(browser(across, PROVINCE), page, WHEN)[0]
    form, _ = read(browser(across, PROVINCE), address, WHEN)
    assert f'value="{made[-1]}"' in form
    assert "反对之0" in form
    assert address not in read(browser(across, FAR_PROVINCE), "/desk/", WHEN)[0]
