"""A quality commitment on the pages: what the public reads, what waits on whose desk, what an approver sees."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.disclosure.evidence import visible_attachments
from apps.documents.states import AttachmentKind
from apps.land.models import Project
from kernel import clock
from kernel.access.models import Preparation
from kernel.web.opaque import shown
from tests.factories.deal import PROVINCE, SELLER, A, B, at
from tests.factories.desk_site import form_of
from tests.factories.promised import Promised
from tests.factories.visitors import read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def deal() -> Iterator[Promised]:
    """Handed over on 7 May, reported to be of grade 8 on 3 August; it is the 4th."""
    made = Promised.with_its_buyer()
    made.report(grade=8)
    with clock.simulated(at("08-04 09:00")):
        yield made


def browser_of(deal: Promised, key: str, duty: int = 0) -> Client:
    browser = Client()
    person = deal.people[key][duty].person
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def page(deal: Promised, key: str, address: str, *, duty: int = 0) -> str:
    answer = browser_of(deal, key, duty).get(address)
    assert answer.status_code == 200, f"{key} {address}: {answer.status_code}"
    return answer.content.decode()


def seen(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))


def test_everybody_reads_both_grades_and_what_came_of_it(deal: Promised) -> None:
    address = f"/listings/{deal.listing_id}/"
    said = read(address, now=at("08-04 09:00"))
    for each in ("由 9 等提升至 7 等", "18,000 公斤，其中现有 14,000 公斤", "高标准农田建设和地力提升"):
        assert each in said, each
    assert "216,666.67" not in said
    deal.decide("08-04 10:00")
    said = read(address, now=at("08-04 11:00"))
    assert "达到 8 等" in said
    assert "216,666.67" in said


def test_it_waits_on_the_desk_of_whoever_is_next() -> None:
    made = Promised.with_its_buyer()
    report, decide = (f"/desk/acts/commitment.{each}/{made.listing_id}/" for each in ("report", "decide"))
    with clock.simulated(at("08-03 09:00")):
        assert report in page(made, SELLER, "/desk/")
        assert decide not in page(made, PROVINCE, "/desk/")
    made.report(grade=8)
    with clock.simulated(at("08-04 09:00")):
        assert report not in page(made, SELLER, "/desk/")
        assert decide in page(made, PROVINCE, "/desk/")
        assert report in page(
            made, SELLER, f"/desk/listings/{made.listing_id}/"
        )  # again while it is undecided


def test_both_parties_read_the_report_and_nobody_else(deal: Promised) -> None:
    def files(key: str) -> bool:
        found = visible_attachments(deal.listing, by=deal.operator(key))
        return found.filter(kind=AttachmentKind.REGRADING_REPORT).exists()

    assert [files(key) for key in (SELLER, A, PROVINCE, B)] == [True, True, True, False]
    said = page(deal, A, f"/desk/listings/{deal.listing_id}/")
    assert "复评报告.pdf" in said


def test_the_approver_of_a_decision_reads_every_amount(deal: Promised) -> None:
    form_at = f"/desk/acts/commitment.decide/{deal.listing_id}/"
    browser = browser_of(deal, PROVINCE)
    form: dict[str, Any] = dict(form_of(browser.get(form_at)))
    assert form["grade"] == ["8"]
    assert browser.post(form_at, form | {"reason": "与复评报告一致"}).status_code == 302
    waiting = Preparation.objects.get(act="commitment.decide", decided_at=None)
    said = seen(page(deal, PROVINCE, f"/desk/preparations/{shown(waiting.pk, 'preparation')}/", duty=1))
    for each in ("216,666.67", "173,333.33", "2,000 公斤", "16,000 公斤", "18,000 公斤", "复评报告.pdf"):
        assert each in said, each


def test_the_projects_page_says_which_parts_are_better_now(deal: Promised) -> None:
    deal.decide("08-04 10:00")
    project = Project.objects.get()
    said = seen(page(deal, PROVINCE, f"/desk/projects/{project.pk}/"))
    assert "→ 8（20.0000 亩）" in said


def test_a_draft_is_asked_for_what_it_promises() -> None:
    made = Promised.stocked()
    with clock.simulated(at("03-02 09:30")):
        said = page(made, SELLER, "/desk/acts/listing.draft/0/")
        for name in (
            "target_grade",
            "commitment_project",
            "commitment_area",
            "commitment_days",
            "proceeds_use",
        ):
            assert f'name="{name}"' in said, name
        assert "通许县补充耕地项目" in said
        assert 'name="target_grade"' not in page(made, SELLER, "/desk/acts/listing.draft/0/?class=surplus")


def test_the_public_page_takes_a_dozen_queries_at_most(deal: Promised) -> None:
    address = f"/listings/{deal.listing_id}/"
    read(address, now=at("08-04 09:00"))
    with CaptureQueriesContext(connection) as queries:
        read(address, now=at("08-04 09:00"))
    assert len(queries) <= 12, [each["sql"] for each in queries]
