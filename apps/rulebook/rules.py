"""When a version of the rules no longer serves."""

from datetime import date

from kernel.errors import Code, Refusal


def why_expired(version: str, *, valid_to: date | None) -> Refusal:
    """`rule_expired` where the last version has lapsed, which is named with its last day."""
    return Refusal(
        Code.RULE_EXPIRED,
        f"“{version}”已于{valid_to}失效，须由省级主管部门批准新版本后方可办理。",
        {"valid_to": str(valid_to)},
    )
