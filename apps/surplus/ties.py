"""Who is tied to whom in a verification: a measurer to its county, an office that decides to those it decides on."""

from django.db.models import Q

from apps.money.models import FiscalAccount
from apps.parties.models import Organisation
from apps.parties.queries import shares_people, superiors
from apps.parties.roles import Can, kinds_that
from apps.surplus import rules
from apps.surplus.models import Verification
from apps.surplus.states import ENDED, VerificationStatus
from kernel.access.checks import require_no_part
from kernel.actors import Actor
from kernel.errors import Code, Refused
from kernel.text import folded


def ties_between(measurer_id: int, verification: Verification) -> list[str]:
    """What a measurer shares with a county and all below it: a superior, telephone, contact, address, account, people.

    People it must not share with the reviewers either.
    """
    one = Organisation.objects.get(pk=measurer_id)
    found: list[str] = []
    above = superiors(measurer_id) | {measurer_id}
    sides = _sides_of(verification) - {measurer_id}
    for other in Organisation.objects.filter(pk__in=sides):
        found += ["隶属同一上级"] * bool(above & (superiors(other.pk) | {other.pk}))
        found += ["联系电话相同"] * bool(_dialled(one.phone) and _dialled(one.phone) == _dialled(other.phone))
        found += ["联系人相同"] * bool(_names_of(one) & _names_of(other))
        found += ["地址相同"] * bool(one.address and folded(one.address) == folded(other.address))
    numbers = FiscalAccount.objects.filter(organisation_id=measurer_id).values("number")
    if FiscalAccount.objects.filter(organisation_id__in=sides, number__in=numbers).exists():
        found.append("收款账号相同")
    if shares_people(measurer_id, with_ids=sides | reviewers_of(verification)):
        found.append("或审核单位有同一人员任职")
    return list(dict.fromkeys(found))


def _sides_of(verification: Verification) -> set[int]:
    """The county, who filed for it, and what stands below it."""
    below = Organisation.objects.filter(superior_id=verification.holder_id).values_list("pk", flat=True)
    return {verification.holder_id, verification.filed_by_id, *below}


def _dialled(phone: str) -> str:
    """A telephone number as it is dialled within the country, without trunk zeros."""
    text = folded(phone)
    digits = "".join(sign for sign in text if sign.isdecimal())
    return (digits.lstrip("0").removeprefix("86") if text.startswith(("+", "00")) else digits).lstrip("0")


def _names_of(body: Organisation) -> set[str]:
    return {folded(name) for name in (body.representative, body.contact) if name}


def reviewers_of(verification: Verification) -> set[int]:
    """The offices of its prefecture and its province that decide on it."""
    places = (rules.prefecture_of(verification.region_id), verification.province)
    kinds = kinds_that(Can.REVIEW_FOR_CITY, Can.DECIDE_FOR_PROVINCE)
    return set(
        Organisation.objects.filter(kind__in=kinds, region_id__in=places, active=True).values_list(
            "pk", flat=True
        )
    )


def require_apart(verification: Verification, *, by: Actor) -> None:
    """Refuses: self_dealing when somebody of the deciding office serves the county, its bureau or the measurer too, or
    who decides has acted for one of them in this case."""
    parties = {verification.holder_id, verification.filed_by_id, verification.measurer_id or 0}
    if shares_people(by.organisation_id, with_ids=parties):
        raise Refused.because(
            Code.SELF_DEALING,
            "本单位有人员同时在本项目申报单位或核定机构任职，一人不得既申报、核定又审核，请先解除其中一项任职。",
        )
    require_no_part(parties, by=by, case_id=verification.pk)


def on_one_running_verification(one: int, other: int) -> bool:
    """Whether one organisation measures what the other declares, while it is not over."""
    running = Verification.objects.exclude(status__in=[*ENDED, VerificationStatus.CERTIFIED])

    def measures(measurer: int, county: int) -> bool:
        declared = Q(holder_id=county) | Q(filed_by_id=county)
        return running.filter(declared, measurer_id=measurer).exists()

    return measures(one, other) or measures(other, one)
