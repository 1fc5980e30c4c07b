"""The process that verifications are cases of (节余指标核定)."""

from apps.surplus.queries import visible_to
from kernel.actors import Actor
from kernel.cases.registry import Process


def _may_see(case_id: int, by: Actor) -> bool:
    return visible_to(by).filter(pk=case_id).exists()


VERIFICATION = Process(
    name="verification",
    label="节余指标核定",
    page=lambda case_id: f"/desk/verifications/{case_id}/",
    public_page=lambda case_id: f"/certificates/{case_id}/",
    may_see=_may_see,
)
