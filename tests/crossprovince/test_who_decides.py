"""Who has acted for a county decides on nothing of its case, and whoever may upload voids nothing of others."""

from typing import Any

import pytest
from django.test import Client

from apps.crossprovince.models import Adjustment
from apps.crossprovince.queries import require_apart
from apps.documents.states import AttachmentKind as K
from apps.objections.models import Objection
from apps.parties.models import Membership, Organisation
from apps.parties.queries import actor_of
from kernel import clock
from kernel.access.models import Preparation
from kernel.actors import Actor, Duty
from kernel.acts.act import act_called
from kernel.acts.perform import Done, perform
from kernel.deadlines.runner import run_due
from kernel.errors import Code
from tests.crossprovince.test_chain import refused
from tests.crossprovince.test_money import transferred
from tests.factories.across import COUNTY, FINANCE, PROVINCE, Across, at, moment

pytestmark = pytest.mark.django_db


def moved(across: Across) -> Actor:
    """The county's approver leaves it and works for the province's department now."""
    old = across.people[COUNTY][1]
    Membership.objects.filter(pk=old.pk).update(active=False)
    office = Organisation.objects.get(pk=across.people[PROVINCE][0].organisation_id)
    made = Membership.objects.create(person=old.person, organisation=office, duty=Duty.APPROVER)
    return actor_of(Membership.objects.select_related("person", "organisation").get(pk=made.pk))


def released_by(who: Actor, across: Across, act: str, when: str, subject: int, **data: Any) -> Done:
    across.alone(PROVINCE, act, when, subject=subject, **data)
    waiting = Preparation.objects.filter(act=act, decided_at=None).latest("id")
    return perform(
        act_called(act),
        subject_id=subject,
        data=waiting.payload,
        by=who,
        now=moment(when),
        seen=waiting.digest,
    )


def test_who_applied_neither_publishes_the_scheme_nor_dismisses_objections_to_it() -> None:
    across = Across.with_ministry()
    across.match(across.row())
    who = moved(across)
    no = refused(lambda: released_by(who, across, "scheme.publish", "09-21 09:00", across.scheme.pk))
    assert no.code is Code.SELF_DEALING
    across.publish()
    across.object("09-22 10:00")
    last = Objection.objects.get().pk
    across.alone(PROVINCE, "objection.accept", "09-22 11:00", subject=last, accepted=True)
    no = refused(
        lambda: released_by(
            who, across, "objection.decide", "09-22 12:00", last, upheld=False, reason="与事实不符"
        )
    )
    assert no.code is Code.SELF_DEALING
    assert Objection.objects.get().status == "accepted"


def test_nor_on_the_rest_that_was_split_off() -> None:
    across = Across.with_ministry()
    across.match(across.row("500.0000", "33.3333"))
    who = moved(across)
    for each in Adjustment.objects.all():
        assert refused(lambda each=each: require_apart(each, by=who)).code is Code.SELF_DEALING


def test_a_publication_that_is_over_takes_no_more_objections_though_one_holds_it() -> None:
    across = Across.with_ministry()
    across.match(across.row())
    across.publish()
    across.object("09-29 23:59")
    run_due(now=at("09-30 00:00"), case_id=across.adjustment_id)
    assert across.status == "publicised"
    no = refused(lambda: across.object("09-30 00:00"))
    assert no.code is Code.WRONG_STATUS
    with clock.simulated(moment("10-09 10:00")):
        page = Client().get(f"/cross-province/{across.adjustment_id}/").content.decode()
    assert 'id="objection"' not in page
    held = Objection.objects.get().pk
    across.alone(PROVINCE, "objection.accept", "10-09 10:00", subject=held, accepted=False, reason="无据")
    assert across.status == "implementing"


def test_a_paper_that_another_office_lays_down_voids_no_approval() -> None:
    across = Across.with_ministry()
    across.match(across.row())
    across.implementing()
    across.allocate("216000000.00")
    across.attach(PROVINCE, K.INCOMING_DOCUMENT, when="10-21 09:00")
    rows = [
        {
            "scheme_no": across.scheme.scheme_no, "row_no": "1", "national_no": "国转1号",
            "transferred_at": at("10-21 09:00").isoformat(),
        }
    ]  # fmt: skip
    across.alone(
        PROVINCE, "adjustment.transfer", "10-21 10:00", rows=rows, body="自然资源部", document_no="回执1号",
        document_date="2026-10-21",
    )  # fmt: skip
    waiting = Preparation.objects.get(act="adjustment.transfer", decided_at=None)
    across.attach(FINANCE, K.INCOMING_DOCUMENT, when="10-21 11:00")
    across.release(PROVINCE, waiting, "10-21 12:00")
    assert across.status == "transferred"


def test_what_is_not_published_is_found_no_more_than_what_there_is_not() -> None:
    across = transferred()
    across.draft("10-23 09:00", amount="1.0000")
    assert answered(across.adjustment_id) == answered(999_999_999)


def answered(case_id: int) -> dict[str, Any]:
    """What an anonymous visitor is told who objects to a case of this number."""
    with clock.simulated(moment("10-23 10:00")):
        answer = Client().post(
            f"/api/v1/cases/{case_id}/acts/objection.raise_on_case/",
            {"text": "面积有误", "name": "某人", "contact": "13800000000"},
            content_type="application/json",
        )
    assert answer.status_code == 404
    told: dict[str, Any] = answer.json()
    return {name: value for name, value in told.items() if name not in ("case", "request_id", "reference")}
