"""No administrator makes a right alone, holds a trade duty, or leaves an act without a trace."""

from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from apps.parties import commands
from apps.parties.commands import register_organisation, register_person
from apps.parties.forms import ACTS
from apps.parties.models import Invitation, Membership, Organisation, Person
from apps.parties.queries import actor_of
from apps.parties.roles import KINDS_REGISTERED, Role
from kernel import clock
from kernel.actors import SYSTEM, Actor, Duty
from kernel.acts.act import act_called
from kernel.acts.perform import digest_waiting, perform
from kernel.audit.models import AuditEntry
from kernel.errors import Code, Refused
from tests.factories.deal import CENTRE, FINANCE, PROVINCE, SELLER, A, B, Deal, at
from tests.factories.journey import announced
from tests.factories.papers import TO_BID

pytestmark = pytest.mark.django_db
NOW = at("03-06 09:00")
PASSWORD = "Zhilun-4821-shen"


@pytest.fixture
def office() -> dict[Duty, Actor]:
    """Two administrators."""
    body = register_organisation(
        kind=Role.PLATFORM, name="平台管理办公室", region="410000", by=SYSTEM, now=at("03-01 09:00")
    )
    return {
        duty: actor_of(
            register_person(
                username=f"admin-{duty}",
                name="管理员",
                organisation=body,
                duty=duty,
                by=SYSTEM,
                now=at("03-01 09:00"),
            )
        )
        for duty in Duty
    }


def both(office: dict[Duty, Actor], what: str, subject: int = 0, /, **data: Any) -> dict[str, Any]:
    """One administrator prepares, the other releases."""
    act, approver = act_called(what), office[Duty.APPROVER]
    perform(act, subject_id=subject, data=data, by=office[Duty.OPERATOR], now=NOW)
    seen = digest_waiting(act, subject_id=subject, data=data, by=approver)
    return perform(act, subject_id=subject, data=data, by=approver, now=NOW, seen=seen).answer


def code(call: Any) -> Code:
    """What a call is refused for."""
    with pytest.raises(Refused) as no:
        call()
    return no.value.refusal.code


def test_every_act_of_the_administration_takes_two(office: dict[Duty, Actor]) -> None:
    assert all(act.two_persons and act.binds for act in ACTS)
    deal = Deal.begun()
    person, body = deal.people[A][0].person_id, deal.organisation(B).pk
    alone = office[Duty.APPROVER]
    tries: list[Any] = [
        lambda: commands.grant(person_id=person, organisation_id=body, duty=Duty.OPERATOR, by=alone, now=NOW),
        lambda: commands.end_membership(membership_id=deal.people[A][0].pk, by=alone, now=NOW),
        lambda: commands.set_active(person_id=person, active=False, by=alone, now=NOW),
        lambda: commands.invite(person_id=person, by=alone, now=NOW),
        lambda: commands.register_organisation(
            kind=Role.COUNTY_GOVERNMENT, name="x", region="410222", by=alone, now=NOW
        ),
        lambda: commands.enrol(
            username="xxx", name="x", organisation_id=body, duty=Duty.OPERATOR, by=alone, now=NOW
        ),
    ]
    before = (Membership.objects.count(), Person.objects.count(), Organisation.objects.count())
    assert {code(each) for each in tries} == {Code.NOT_PERMITTED}
    assert (Membership.objects.count(), Person.objects.count(), Organisation.objects.count()) == before


def test_a_person_is_enrolled_by_two_and_comes_in_by_a_link_that_works_once(
    office: dict[Duty, Actor],
) -> None:
    deal = Deal.begun()
    with clock.simulated(NOW):
        made = both(
            office, "person.register", username="new-one", name="新人", organisation_id=deal.organisation(A).pk,
            duty="operator",
        )  # fmt: skip
        path = both(office, "account.invite", made["person"])["path"]
        assert path.rsplit("/", 2)[1] not in str(list(Invitation.objects.values()))
        new = {"new_password1": PASSWORD, "new_password2": PASSWORD}
        assert Client().get(path).status_code == 200
        assert Client().post(path, {"new_password1": "1", "new_password2": "1"}).status_code == 400
        assert Client().post(path, new).status_code == 302
        assert Client().post(path, new).status_code == 404
    assert Person.objects.get(username="new-one").check_password(PASSWORD)
    assert "任职机构" not in str(AuditEntry.objects.filter(verb="account.accept").get().after)


def test_an_administrator_holds_no_trade_duty_whoever_writes_the_row(office: dict[Duty, Actor]) -> None:
    deal = Deal.begun()
    administrator = office[Duty.OPERATOR].person_id
    assert code(
        lambda: both(
            office, "membership.grant", administrator, organisation_id=deal.organisation(A).pk, duty="operator"
        )
    ) is Code.SELF_DEALING  # fmt: skip
    with pytest.raises(IntegrityError, match="administrator"), transaction.atomic():
        Membership.objects.create(person_id=administrator, organisation=deal.organisation(A), duty="operator")
    with pytest.raises(IntegrityError, match="administrator"), transaction.atomic():
        Membership.objects.create(
            person=deal.people[A][0].person,
            organisation_id=office[Duty.OPERATOR].organisation_id,
            duty="operator",
        )


def test_nobody_bids_for_two_rivals_on_one_lot(office: dict[Duty, Actor]) -> None:
    deal = Deal.begun()
    deal.announce()
    deal.register(A)
    both(
        office, "membership.grant", deal.people[A][0].person_id, organisation_id=deal.organisation(B).pk,
        duty="operator",
    )  # fmt: skip
    deal._attach(B, TO_BID, now=at("03-10 09:30"))
    act = act_called("registration.submit")
    assert (
        code(lambda: perform(act, subject_id=deal.listing_id, by=deal.operator(B), now=at("03-10 09:30")))
        is Code.SELF_DEALING
    )


def test_nobody_is_given_a_place_with_two_that_are_on_one_lot(office: dict[Duty, Actor]) -> None:
    deal = announced()
    person = deal.people[A][0].person_id
    for other in (B, SELLER):
        said = {"organisation_id": deal.organisation(other).pk, "duty": "approver"}
        assert code(partial(both, office, "membership.grant", person, **said)) is Code.SELF_DEALING
    deal.suspend(now=at("03-16 10:00"))
    deal.terminate(now=at("03-17 10:00"))
    both(office, "membership.grant", person, organisation_id=deal.organisation(B).pk, duty="approver")


def test_nobody_is_given_a_place_with_two_of_a_province_of_which_one_checks_the_other(
    office: dict[Duty, Actor],
) -> None:
    deal, now = Deal.begun(), at("03-05 09:00")
    bodies = {
        "auditor": register_organisation(
            kind=Role.AUDITOR, name="河南演示审计", region="410000", by=SYSTEM, now=now
        ),
        "treasury": register_organisation(
            kind=Role.COUNTY_FINANCE, name="通许演示财政局", region="410222", by=SYSTEM, now=now
        ),
        "far": register_organisation(
            kind=Role.AUDITOR, name="湖南演示审计", region="430000", by=SYSTEM, now=now
        ),
    }
    treasurer = register_person(
        username="treasurer",
        name="陈某",
        organisation=bodies["treasury"],
        duty=Duty.OPERATOR,
        by=SYSTEM,
        now=now,
    ).person_id
    for person, other in (
        (treasurer, bodies["auditor"]),
        (treasurer, deal.organisation(FINANCE)),
        (deal.people[SELLER][0].person_id, deal.organisation(CENTRE)),
        (deal.people[SELLER][0].person_id, bodies["treasury"]),
        (deal.people[CENTRE][0].person_id, deal.organisation(PROVINCE)),
    ):
        said = {"organisation_id": other.pk, "duty": "approver"}
        assert code(partial(both, office, "membership.grant", person, **said)) is Code.SELF_DEALING
    both(office, "membership.grant", treasurer, organisation_id=bodies["far"].pk, duty="operator")


def test_values_before_and_after_are_on_record(office: dict[Duty, Actor]) -> None:
    deal = announced()
    body = deal.organisation(A)
    both(office, "organisation.change", body.pk, name="改名县人民政府", active=True)
    entry = AuditEntry.objects.get(verb="organisation.change")
    assert entry.before["name"] == body.name
    assert entry.after["name"] == "改名县人民政府"
    assert deal.organisation(CENTRE).active


def test_nobody_stands_above_itself(office: dict[Duty, Actor]) -> None:
    deal = Deal.begun()
    above, below = deal.organisation(SELLER), deal.organisation(A)
    both(office, "organisation.change", below.pk, name=below.name, active=True, superior_id=above.pk)
    for body in (above, below):
        change = {"name": above.name, "active": True, "superior_id": body.pk}
        assert code(lambda change=change: both(office, "organisation.change", above.pk, **change)) is (
            Code.INVALID
        )
    above.refresh_from_db()
    assert above.superior_id is None


@pytest.mark.parametrize("kind", [each for each in Role if each not in KINDS_REGISTERED])
def test_kinds_that_are_the_platforms_own_are_not_registered(office: dict[Duty, Actor], kind: Role) -> None:
    assert (
        code(lambda: both(office, "organisation.register", kind=str(kind), name="x", region="410000"))
        is Code.INVALID
    )


def test_the_register_pages_change_nothing(office: dict[Duty, Actor]) -> None:
    client = Client()
    client.force_login(
        Person.objects.get(pk=office[Duty.OPERATOR].person_id),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    assert client.get("/admin/parties/person/").status_code == 200
    for model in ("person", "organisation", "membership", "region"):
        assert client.get(f"/admin/parties/{model}/add/").status_code == 403
        assert client.post(f"/admin/parties/{model}/add/", {}).status_code == 403
