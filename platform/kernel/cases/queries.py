"""Reading cases of whatever process: what they are called, and where they are shown."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kernel.cases.models import Case
from kernel.cases.registry import process_called


@dataclass(frozen=True)
class NamedCase:
    """A case as a list shows it: what its process is called, its number and title, the page of who works on it."""

    pk: int
    process: str
    number: str
    title: str
    page: str


def named(case_ids: Iterable[int | None]) -> dict[int, NamedCase]:
    """The cases with these keys, each by its key, in one query and one a process."""
    wanted = {each for each in case_ids if each is not None}
    by_process: dict[str, list[int]] = defaultdict(list)
    for key, name in Case.objects.filter(pk__in=wanted).order_by("pk").values_list("pk", "process"):
        by_process[name].append(key)
    found: dict[int, NamedCase] = {}
    for name, keys in by_process.items():
        process = process_called(name)
        for key, called in process.called(keys).items():
            found[key] = NamedCase(key, process.label, called.number, called.title, process.page(key))
    return found
