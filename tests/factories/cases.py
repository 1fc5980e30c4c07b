"""Cases without a lot behind them, for tests of what is keyed by a case."""

from collections.abc import Iterable

from kernel import clock
from kernel.cases.models import Case


def open_cases(keys: Iterable[int]) -> None:
    """Cases with these keys, of nobody; those that are there already stay as they are."""
    Case.objects.bulk_create(
        (
            Case(
                pk=key,
                process="listing",
                owner_id=0,
                province="410000",
                region="410100",
                opened_at=clock.now(),
            )
            for key in keys
        ),
        ignore_conflicts=True,
    )


def case_like(case: Case, *, number: str | None, owner_id: int, province: str) -> Case:
    """A case of its own for a copied lot: under another number, and as whose and where the lot is."""
    return Case.objects.create(
        process=case.process,
        number=number,
        owner_id=owner_id,
        province=province,
        region=case.region,
        opened_at=case.opened_at,
    )
