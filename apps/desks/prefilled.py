"""What a form begins with."""

from dataclasses import dataclass, field
from typing import Any

from apps.desks.form_fields import Choices
from apps.documents.models import Attachment
from apps.kinds.table import QuotaClass
from apps.stages.qualification.terms import Terms
from apps.stages.review.queries import Finding
from apps.surplus.rules import Finding as Checked


@dataclass(frozen=True)
class Prefill:
    """First values, choices by path, the checklist, and what is shown beside the form."""

    data: dict[str, Any] = field(default_factory=dict)
    offered: dict[str, Choices] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    evidence: list[Attachment] = field(default_factory=list)
    hint: str = ""
    guide_price: int = 0
    """The computed guide price that came with the application, to be opened from the page."""
    remarks: dict[str, str] = field(default_factory=dict)
    fills: tuple[str, ...] = ()
    """What the page can fill in from what was typed before it."""
    figures: list[tuple[str, str]] = field(default_factory=list)
    """What is decided on, by name."""
    checks: list[Checked] = field(default_factory=list)
    """What the system found in a verification."""
    terms: dict[str, Terms] = field(default_factory=dict)
    musts: tuple[str, ...] = ()
    """Paths of inputs that the rules in force want, whatever the form says."""
    title: str = ""
    """What the page is called, where it is not by its act."""
    of_class: QuotaClass | None = None
    """For a lot: of which class of quota, so that nothing else is asked for."""
