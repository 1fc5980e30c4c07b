"""What acts are done on (办理对象): each room says once how its things are addressed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """One sort of thing that acts are done on.

    `keyword` is the commands' keyword for its id, `collection` the address under which it stands. `opaque` ones are
    addressed by what is shown of their ids, which would count what is hidden otherwise.
    """

    keyword: str
    collection: str
    opaque: bool = False

    @property
    def table(self) -> str:
        """The model whose rows it addresses: `refund_id` those of "refund"."""
        return self.keyword.removesuffix("_id")


_subjects: dict[str, Subject] = {"preparation_id": Subject("preparation_id", "preparations", opaque=True)}


def declare_subjects(*subjects: Subject) -> None:
    """Make subjects known, when the site starts. The same keyword twice is a programming error."""
    for each in subjects:
        if each.keyword in _subjects:
            raise ValueError(f"subject {each.keyword} is declared twice")
        _subjects[each.keyword] = each


def subject_called(keyword: str) -> Subject:
    """The subject of that keyword; KeyError when no room declares it."""
    return _subjects[keyword]


def is_opaque(name: str) -> bool:
    """Whether ids of a table, named as in an act's answer, are shown opaquely."""
    found = _subjects.get(f"{name}_id")
    return found is not None and found.opaque
