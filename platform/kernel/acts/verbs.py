"""What the record calls that which is no act of a person: each is declared with its name and to whom it is told."""

from dataclasses import dataclass

from kernel.acts.act import all_acts
from kernel.transparency import Told

STEPS = (".prepare", ".send_back", ".take_back", ".void")
"""How the verbs of an act's steps on the way to its release end."""


@dataclass(frozen=True)
class Verb:
    """One verb of the record, in Chinese, and who may read of it on a case whose names are still hidden."""

    name: str
    label: str
    told: Told = Told.SECRET


_verbs: dict[str, Verb] = {}


def declare_verbs(*verbs: Verb) -> None:
    """Make verbs known, when the site starts. The same name twice is a programming error."""
    for each in verbs:
        if each.name in _verbs:
            raise ValueError(f"verb {each.name} is declared twice")
        _verbs[each.name] = each


def label_of(name: str) -> str:
    """A verb in Chinese; the name itself when nobody declares it."""
    return _verbs[name].label if name in _verbs else name


def verbs_told() -> list[str]:
    """The verbs, acts' steps included, that are told while names are hidden; any other is not."""
    acts = [act.name for act in all_acts() if act.told is not Told.SECRET]
    steps = [f"{name}{step}" for name in acts for step in STEPS]
    return [*acts, *steps, *(each.name for each in _verbs.values() if each.told is not Told.SECRET)]
