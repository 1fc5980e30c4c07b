"""Moving a demand along: its status and its number."""

from datetime import datetime

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_states import ENDED, MOVES, DemandStatus
from kernel.cases import commands as cases
from kernel.clock import beijing
from kernel.numbering.commands import next_number


def advance(found: Demand, to: DemandStatus, *, now: datetime) -> None:
    """Move it on. A move that the process does not know is a programming error."""
    if not MOVES.allows(found.state, to):
        raise ValueError(f"{found.status} → {to} is no move of a demand")
    found.status = to
    found.save()
    if to in ENDED:
        cases.end(found.pk, at=now)


def give_number(found: Demand, *, now: datetime) -> None:
    """Its number, at its first submission or when it is split off: 跨省需〔YYYY〕province NNNN号, without gaps."""
    if found.case.number is None:
        year = beijing(now).year
        serial = next_number(f"demand:{found.province}:{year}")
        found.case.number = f"跨省需〔{year}〕{found.province}{serial:04d}号"
        cases.give_number(found.pk, found.case.number)
