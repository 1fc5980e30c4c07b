"""Which rules are in force."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from apps.rulebook.models import Rulebook
from apps.rulebook.parameters import Parameters
from apps.rulebook.rules import why_expired
from apps.rulebook.subjects import SUPPLEMENTARY, Subject, subject_called
from kernel.clock import beijing
from kernel.errors import refuse


@dataclass(frozen=True)
class Rules:
    """A listing's own copy of the rules it runs under, with where they come from."""

    name: str
    version: int
    legal_basis: tuple[str, ...]
    parameters: Parameters
    subject: Subject = SUPPLEMENTARY

    def as_json(self) -> dict[str, Any]:
        """What is stored on the listing. A copy that names no subject is of the first one, as it was stored before."""
        stored = {
            "name": self.name,
            "version": self.version,
            "legal_basis": list(self.legal_basis),
            "parameters": self.parameters.as_json(),
        }
        return stored if self.subject is SUPPLEMENTARY else stored | {"subject": self.subject.code}


def rules_from(stored: dict[str, Any]) -> Rules:
    """The rules as a listing stored them."""
    subject = subject_called(stored.get("subject", SUPPLEMENTARY.code))
    return Rules(
        stored["name"],
        stored["version"],
        tuple(stored["legal_basis"]),
        _of_a_listing(subject, stored["parameters"]),
        subject,
    )


def rules_of(book: Rulebook) -> Rules:
    """A version's rules."""
    subject = subject_called(book.subject)
    loaded = _of_a_listing(subject, book.parameters)
    return Rules(book.name, book.version, tuple(book.legal_basis), loaded, subject)


def _of_a_listing(subject: Subject, parameters: dict[str, Any]) -> Parameters:
    """The parameters of a subject under which lots are listed. TypeError for another's, which has no such rules."""
    loaded = subject.parameters.model_validate(parameters)
    if not isinstance(loaded, Parameters):
        raise TypeError(f"the rules on {subject.code} are not a listing's")
    return loaded


def versions(*, province: str, subject: Subject) -> QuerySet[Rulebook]:
    """Every version of a province's rules on a subject, the oldest first."""
    return Rulebook.objects.filter(province=province, subject=subject.code).order_by("version")


def in_force(*, province: str, subject: Subject, now: datetime) -> Rulebook | None:
    """The newest approved version of the subject that is valid on that day (Beijing); None when there is none."""
    valid = _valid_on(beijing(now).date()).filter(province=province, subject=subject.code)
    return valid.order_by("-version").first()


def in_force_or_never(*, province: str, subject: Subject, now: datetime) -> Rulebook | None:
    """The version of the subject that is in force; None where the province never had any.

    Refuses: rule_expired (it had one that has lapsed).
    """
    book = in_force(province=province, subject=subject, now=now)
    if book is None:
        last = newest_approved(province=province, subject=subject, now=now)
        refuse(why_expired(str(last), valid_to=last.valid_to) if last is not None else None)
    return book


def newest_approved(*, province: str, subject: Subject, now: datetime) -> Rulebook | None:
    """The newest approved version of the subject that has come into force, valid still or past its last day."""
    begun = versions(province=province, subject=subject).filter(
        approved_at__isnull=False, valid_from__lte=beijing(now).date()
    )
    return begun.order_by("-version").first()


def lapsed(books: Iterable[Rulebook], *, now: datetime) -> list[Rulebook]:
    """Of some versions of one province, the newest of each subject whose approved versions are all past their last day.

    A subject of which none has come into force is not among them.
    """
    today, newest, valid = beijing(now).date(), dict[str, Rulebook](), set[str]()
    for each in sorted(books, key=lambda book: book.version):
        if each.approved_at is not None and each.valid_from <= today:
            newest[each.subject] = each
            if each.valid_to is None or today <= each.valid_to:
                valid.add(each.subject)
    return [book for subject, book in newest.items() if subject not in valid]


def approved_before(book: Rulebook) -> Rulebook | None:
    """The newest approved version of the same province and subject that is older than this one."""
    older = versions(province=book.province, subject=subject_called(book.subject)).filter(
        approved_at__isnull=False, version__lt=book.version
    )
    return older.order_by("-version").first()


def approved_after(book: Rulebook) -> Rulebook | None:
    """The newest approved version of the same province and subject that is newer than this one."""
    newer = versions(province=book.province, subject=subject_called(book.subject)).filter(
        approved_at__isnull=False, version__gt=book.version
    )
    return newer.order_by("-version").first()


def _valid_on(day: date) -> QuerySet[Rulebook]:
    valid = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    return Rulebook.objects.filter(valid, approved_at__isnull=False)


def differences(old: Rulebook, new: Rulebook) -> list[tuple[str, Any, Any]]:
    """(parameter, old value, new value) for every parameter that differs."""
    names = sorted(set(old.parameters) | set(new.parameters))
    return [
        (name, old.parameters.get(name), new.parameters.get(name))
        for name in names
        if old.parameters.get(name) != new.parameters.get(name)
    ]


@dataclass(frozen=True)
class Compared:
    """One parameter of two versions; `path` is dotted where it is nested."""

    path: str
    old: Any
    new: Any

    @property
    def changed(self) -> bool:
        """Whether the versions differ in it."""
        return bool(self.old != self.new)


def side_by_side(old: Rulebook, new: Rulebook) -> list[Compared]:
    """Every parameter of two versions, in the rulebook's order, nested ones by their dotted paths."""
    before, after = dict(flat(old)), dict(flat(new))
    return [Compared(path, before.get(path), after.get(path)) for path in dict.fromkeys([*after, *before])]


def flat(book: Rulebook) -> Iterator[tuple[str, Any]]:
    """(path, value) of every parameter of a version, in the rules' order; nested ones by dotted paths."""
    parameters = book.parameters
    known = [name for name in subject_called(book.subject).parameters.model_fields if name in parameters]
    for name in dict.fromkeys([*known, *parameters]):
        value = parameters[name]
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", each) for inner, each in value.items())
        else:
            yield name, value
