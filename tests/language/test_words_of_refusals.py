"""Facts beside a refusal: a code of several processes is called as the process of its own case calls it."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from apps.crossprovince import demand_states
from apps.crossprovince import rules as crossprovince_rules
from apps.crossprovince import states as adjustment_states
from apps.funds.rules import why_not_distribute
from apps.listings import states as listing_states
from apps.portal.templatetags.exchange import figures_of
from apps.process.record_words import content_of
from apps.rulebook.cross_province import FARMERS
from apps.rulebook.proceeds import Share
from apps.surplus import states as verification_states
from kernel.acts.act import act_called
from kernel.audit.models import AuditEntry
from kernel.errors import Refusal
from kernel.money import Yuan
from kernel.transitions import why_not_in

LABELS: Mapping[str, Mapping[Any, str]] = {
    "listing.withdraw": listing_states.LABELS,
    "verification.withdraw": verification_states.LABELS,
    "adjustment.withdraw": adjustment_states.LABELS,
    "demand.withdraw": demand_states.LABELS,
}
"""Every process whose cases have statuses, by an act that is done on them."""
EACH = [
    pytest.param(act, status, id=f"{act} {status}") for act, labels in LABELS.items() for status in labels
]


def _refused(act: str, status: StrEnum) -> Refusal:
    labels = LABELS[act]
    refusal = why_not_in(status, [each for each in labels if each is not status], labels=labels)
    assert refusal is not None
    return refusal


@pytest.mark.parametrize(("act", "status"), EACH)
def test_a_status_beside_a_refusal_is_called_as_its_own_process_calls_it(act: str, status: StrEnum) -> None:
    refusal, labels = _refused(act, status), LABELS[act]
    said = dict(figures_of(refusal))
    assert said["当前状态"] == labels[status]
    others = sorted(str(each) for each in labels if each is not status)
    assert said["可办理的状态"].split("、") == [labels[type(status)(each)] for each in others]


@pytest.mark.parametrize(("act", "status"), EACH)
def test_the_record_of_a_refusal_calls_it_so_too(act: str, status: StrEnum) -> None:
    assert act_called(act).name == act
    entry = AuditEntry(
        verb=act, outcome="refused", before={}, after={"detail": dict(_refused(act, status).detail)}
    )
    said = {line.label: line.after for line in content_of(entry)}
    assert said["状态"] == LABELS[act][status]
    assert not set(said["可办理的状态"].split("、")) & {str(each) for each in LABELS[act]}


def test_categories_statements_and_rights_beside_a_refusal_are_said_in_words() -> None:
    shares = (Share("farmers", least=Decimal("0.5"), called=FARMERS), Share("infrastructure"))
    given = {"farmers": Yuan("1"), "infrastructure": Yuan("99")}
    refusal = why_not_distribute(whole=Yuan("100"), given=given, shares=shares)
    assert refusal is not None
    assert dict(figures_of(refusal))["分配项目"] == FARMERS
    refusal = crossprovince_rules.why_not_declared(loan_source=True, income_tied=False)
    assert refusal is not None
    assert dict(figures_of(refusal))["声明事项"] == "收益已作质押或还款来源"
    refusal = crossprovince_rules.why_not_verified(
        certificate_no="甲", surplus=True, own=True, circulation="county"
    )
    assert refusal is not None
    assert "county" not in dict(figures_of(refusal))["流转权限"]
