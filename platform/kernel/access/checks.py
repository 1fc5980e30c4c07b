"""Permission, in one sentence each. Every command begins with one of these."""

from collections.abc import Collection

from kernel.access.queries import has_acted_for
from kernel.actors import DUTY_LABELS, Actor, Duty
from kernel.capabilities import Capability, named
from kernel.errors import Code, Refused


def require_capability(by: Actor, *any_of: Capability, duty: Duty | None = None) -> None:
    """Refuse `not_permitted` unless the role of `by` has one of the capabilities, with `duty` when one is named."""
    if not by.can(*any_of):
        raise Refused.because(
            Code.NOT_PERMITTED,
            f"您没有办理此事项的权限，此事项由{named(*any_of)}办理。",
            role=str(by.role),
        )
    if duty is not None and by.duty is not duty:
        raise Refused.because(
            Code.NOT_PERMITTED, f"此事项须由本单位{DUTY_LABELS[duty]}人员办理。", duty=str(by.duty or "none")
        )


def require_organisation(by: Actor, organisation_id: int, *, as_who: str) -> None:
    """Refuse `not_permitted` unless `by` acts for this very organisation, named by its part in the deal."""
    if by.organisation_id != organisation_id:
        raise Refused.because(Code.NOT_PERMITTED, f"此事项仅限{as_who}办理。")


def require_province(by: Actor, region: str) -> None:
    """Refuse `not_permitted` when a person of another province's staff acts on a thing of this province.

    `region` is the thing's division code (GB/T 2260); its first two digits name the province. The system passes.
    """
    if by.is_person and by.region[:2] != region[:2]:
        raise Refused.because(
            Code.NOT_PERMITTED,
            "此事项不属于本省，请由该事项所在省的主管部门或交易机构办理。",
            region=region[:2],
        )


def require_no_part(sides: Collection[int], *, by: Actor, case_id: int, before: Collection[int] = ()) -> None:
    """Refuse `self_dealing` when who decides on a case has acted in it for one of the sides, wherever it works now.

    Acting in a case that it came of (`before`) is acting in it.
    """
    if by.is_person and any(
        has_acted_for(set(sides) - {by.organisation_id}, person_id=by.person_id, case_id=each)
        for each in (case_id, *before)
    ):
        raise Refused.because(
            Code.SELF_DEALING, "您曾代表本项目一方办理过本项目事项，不得再审核本项目，请由其他人员办理。"
        )
