"""Another province stands in the ledger alone: it has no people, and is in no statistic and no signal."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from apps.insight import market_statistics, office_statistics, open_data
from apps.insight.anomalies import signals
from apps.insight.office_statistics import Asked
from apps.kinds.table import QuotaClass, QuotaKind
from apps.parties.commands import register_person
from apps.parties.models import Membership, Organisation
from apps.parties.roles import KINDS_REGISTERED, Role
from apps.quota.years import statement_of
from apps.surplus.models import Verification
from kernel.actors import SYSTEM, Duty
from kernel.errors import Code, Refused
from tests.factories.taking import COUNTY, PROVINCE, Taking
from tests.factories.ziyun import at

pytestmark = pytest.mark.django_db


def received() -> tuple[Taking, Organisation]:
    taking = Taking.with_ministry()
    taking.paying()
    taking.pay("400000000.00")
    taking.receive()
    return taking, Organisation.objects.get(kind=Role.EXTERNAL_PROVINCE)


def test_nobody_works_there_and_none_is_registered_by_hand() -> None:
    _, guizhou = received()
    assert not Membership.objects.filter(organisation=guizhou).exists()
    assert (Role.EXTERNAL_PROVINCE.capabilities, str(Role.EXTERNAL_PROVINCE) in KINDS_REGISTERED) == (
        frozenset(),
        False,
    )
    with pytest.raises(Refused) as no, transaction.atomic():
        register_person(
            username="guizhou", name="某人", organisation=guizhou, duty=Duty.OPERATOR, by=SYSTEM,
            now=at("11-02 09:00"),
        )  # fmt: skip
    assert (no.value.refusal.code, no.value.refusal.detail["field"]) == (Code.INVALID, "organisation_id")


def test_no_administrator_gives_anybody_a_duty_there() -> None:
    taking, guizhou = received()
    taking.register("platform", Role.PLATFORM, "平台管理处", "330000")
    someone = taking.people[COUNTY][0].person_id
    told = {"organisation_id": guizhou.pk, "duty": "operator"}
    with pytest.raises(Refused) as no, transaction.atomic():
        taking.alone("platform", "membership.grant", "11-02 09:00", subject=someone, **told)
    assert (no.value.refusal.code, no.value.refusal.detail["field"]) == (Code.INVALID, "organisation_id")
    assert not Membership.objects.filter(organisation=guizhou).exists()


def test_it_is_in_no_statistic_and_no_signal() -> None:
    taking, guizhou = received()
    by, now = taking.actor(PROVINCE), at("11-02 09:00")
    said: list[Any] = [signals(by=by, now=now)]
    for of in QuotaClass:
        said += market_statistics.deals(of=of)
        asked = Asked(date(2026, 1, 1), date(2026, 12, 31), of=of)
        said.append(office_statistics.report(asked, by=by))
    said += open_data.certified(Verification.objects.all())
    said += [statement_of(province, 2026) for province in ("330000", "520000")]
    assert guizhou.name not in repr(said)
    assert all(str(QuotaKind.CONSTRUCTION_AREA) not in repr(each) for each in said[-2:])
