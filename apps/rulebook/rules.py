"""When a version of the rules no longer serves, or is not to be approved any more."""

from datetime import date

from kernel.errors import Code, Refusal


def why_expired(version: str, *, valid_to: date | None) -> Refusal:
    """`rule_expired` where the last version has lapsed, which is named with its last day."""
    return Refusal(
        Code.RULE_EXPIRED,
        f"“{version}”已于{valid_to}失效，须由省级主管部门批准新版本后方可办理。",
        {"valid_to": str(valid_to)},
    )


def why_not_the_older(version: str, *, newer: str, newer_from: date) -> Refusal:
    """`wrong_status` for a version that a newer one was approved before: it would not be in force beside that.

    What it says would come to apply unseen on the day on which the newer one lapses.
    """
    return Refusal(
        Code.WRONG_STATUS,
        f"“{newer}”（自{newer_from}起施行）已批准，“{version}”较其为早，批准后不会替代它；"
        "如仍需变更，请以已批准的版本为基础重新起草。",
        {"version": version, "newer_version": newer, "newer_valid_from": str(newer_from)},
    )
