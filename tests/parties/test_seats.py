"""Where each kind of organisation sits: what its role sees goes as far as its division, so it sits nowhere higher."""

from typing import Any

import pytest
from django.db import transaction

from apps.parties.commands import register_organisation, register_person
from apps.parties.models import Organisation
from apps.parties.queries import actor_of
from apps.parties.roles import KINDS_REGISTERED, Reach, Role, division_prefix, role_called
from kernel.access.models import Preparation
from kernel.actors import SYSTEM, Duty
from kernel.acts.act import act_called
from kernel.acts.perform import approval_of, perform
from kernel.errors import Code, Refused
from tests.factories.deal import at

pytestmark = pytest.mark.django_db
NOW = at("03-06 09:00")
PROVINCE, PREFECTURE, COUNTY, UNDIVIDED = "430000", "410200", "410222", "441900"
"""Of two provinces and a third: 湖南, 开封, 通许, and 东莞, which has no counties below it."""

EVERYWHERE = {PROVINCE, PREFECTURE, COUNTY, UNDIVIDED}
SEATS: dict[Role, set[str]] = {
    Role.COUNTY_GOVERNMENT: {COUNTY, UNDIVIDED},
    Role.DEVELOPMENT_ZONE: {PREFECTURE, COUNTY, UNDIVIDED},
    Role.NATURAL_RESOURCES_BUREAU: {PREFECTURE, COUNTY, UNDIVIDED},
    Role.SITE_PROJECT_UNIT: EVERYWHERE,
    Role.TRADING_CENTRE: {PROVINCE},
    Role.PROVINCIAL_DNR: {PROVINCE},
    Role.FINANCE: {PROVINCE, COUNTY, UNDIVIDED},
    Role.SUPERVISOR: {PROVINCE},
    Role.CITY_DNR: {PREFECTURE, UNDIVIDED},
    Role.MEASURER: EVERYWHERE,
    Role.COUNTY_FINANCE: {COUNTY, UNDIVIDED},
    Role.AUDITOR: EVERYWHERE,
}


def registered(kind: Role, region: str) -> Organisation:
    return register_organisation(kind=kind, name=f"{kind}在{region}", region=region, by=SYSTEM, now=NOW)


@pytest.mark.parametrize("region", sorted(EVERYWHERE))
@pytest.mark.parametrize("code", KINDS_REGISTERED)
def test_a_kind_sits_only_at_its_own_levels(code: str, region: str) -> None:
    kind = role_called(code)
    if region in SEATS[kind]:
        made = role_called(registered(kind, region).kind)
        county_finance = kind is Role.FINANCE and region != PROVINCE
        assert made is (Role.COUNTY_FINANCE if county_finance else kind)
        return
    with pytest.raises(Refused) as no, transaction.atomic():
        registered(kind, region)
    assert (no.value.refusal.code, no.value.refusal.detail["field"]) == (Code.INVALID, "region")
    assert not Organisation.objects.filter(region=region).exists()


def test_nobody_below_a_province_reaches_all_of_one() -> None:
    """Audit offices are at every level, and at a province's the whole of it is theirs to audit."""
    for code in KINDS_REGISTERED:
        kind = role_called(code)
        for region in sorted(SEATS[kind] - {PROVINCE}):
            prefix = role_called(registered(kind, region).kind).reach.prefix(region)
            assert prefix is None or prefix == division_prefix(region)
    reaching = {kind for kind in SEATS if kind.reach is Reach.REGION and PROVINCE in SEATS[kind]}
    assert reaching == {Role.AUDITOR}


def prepared(**data: Any) -> tuple[Preparation, Any]:
    """An administration's registration that waits, and its approver."""
    body = register_organisation(kind=Role.PLATFORM, name="平台", region="410000", by=SYSTEM, now=NOW)
    operator, approver = (
        actor_of(
            register_person(
                username=f"admin.{duty}", name="管理员", organisation=body, duty=duty, by=SYSTEM, now=NOW
            )
        )
        for duty in (Duty.OPERATOR, Duty.APPROVER)
    )
    perform(act_called("organisation.register"), subject_id=0, data=data, by=operator, now=NOW)
    return Preparation.objects.get(act="organisation.register"), approver


@pytest.mark.parametrize("code", KINDS_REGISTERED)
def test_the_approver_sees_just_what_is_stored(code: str) -> None:
    kind = role_called(code)
    region = COUNTY if COUNTY in SEATS[kind] else min(SEATS[kind])
    waiting, approver = prepared(kind=code, name=" 某\u200b机构 ", region=region)
    approval = approval_of(waiting, by=approver, now=NOW)
    said = {each.label: each.value for each in approval.bound.facts}
    perform(
        act_called("organisation.register"), subject_id=0, data=dict(waiting.payload), by=approver, now=NOW,
        seen=waiting.digest,
    )  # fmt: skip
    made = Organisation.objects.select_related("region").latest("id")
    assert (said["机构名称"], said["类型"]) == (made.name, role_called(made.kind).label)
    assert said["行政区划"] == f"{made.region.name}（{made.region_id}）"
