"""Opening, numbering, holding and ending cases. Called by the commands of their rooms, under the case's lane."""

from datetime import datetime

from django.db.models import F

from kernel.cases.models import Case
from kernel.cases.registry import process_called


def open_case(*, process: str, owner_id: int, province: str, region: str, now: datetime) -> Case:
    """A new case. KeyError for a process that no room has registered."""
    process_called(process)
    return Case.objects.create(
        process=process, owner_id=owner_id, province=province, region=region, opened_at=now
    )


def give_number(case_id: int, number: str) -> None:
    """Give a case its number, once. A second one is a programming error, which the database refuses as well."""
    if not Case.objects.filter(pk=case_id, number=None).update(number=number):
        raise ValueError(f"case {case_id} has a number already, or does not exist")


def hold(case_id: int, *, by: int = 1) -> None:
    """Something more holds the next step of a case; with `by=-1` something less."""
    Case.objects.filter(pk=case_id).update(holds=F("holds") + by)


def end(case_id: int, *, at: datetime) -> None:
    """A case is over, one way or another; the first end stays."""
    Case.objects.filter(pk=case_id, ended_at=None).update(ended_at=at)
