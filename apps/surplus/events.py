"""What verifying surplus quota makes true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class VerificationCommissioned(Event):
    """A measurer was commissioned; nobody else may measure."""

    verification_id: int
    now: datetime


@dataclass(frozen=True)
class VerificationAmended(Event):
    """The county changed parcels after a measurer was commissioned: a new report has to follow."""

    verification_id: int
    version: int
    now: datetime


@dataclass(frozen=True)
class VerificationMeasured(Event):
    """The measurer's report is there."""

    verification_id: int
    now: datetime


@dataclass(frozen=True)
class VerificationSubmitted(Event):
    """The county handed its verification in."""

    verification_id: int
    now: datetime


@dataclass(frozen=True)
class VerificationReviewed(Event):
    """The city or the province gave its opinion."""

    verification_id: int
    level: str
    outcome: str
    now: datetime


@dataclass(frozen=True)
class VerificationReturned(Event):
    """It went back to the county with written reasons."""

    verification_id: int
    reason: str
    now: datetime


@dataclass(frozen=True)
class VerificationReopened(Event):
    """The ministry sent back what the province had verified: the county has it again."""

    verification_id: int
    body: str
    document_no: str
    reason: str
    now: datetime


@dataclass(frozen=True)
class VerificationRecorded(Event):
    """The ministry's record number (部备案号) is entered."""

    verification_id: int
    now: datetime


@dataclass(frozen=True)
class VerificationCertified(Event):
    """The quota is booked and its certificate is due."""

    verification_id: int
    batch_id: int
    now: datetime


@dataclass(frozen=True)
class VerificationReduced(Event):
    """A re-check found less than was certified; what was not available of it is a claim on its holder."""

    verification_id: int
    claim_id: int
    now: datetime


@dataclass(frozen=True)
class VerificationEnded(Event):
    """It was withdrawn or revoked; its ground is free again."""

    verification_id: int
    reason: str
    now: datetime
