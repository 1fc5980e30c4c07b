"""Where an act is found in the API."""

from kernel.acts.act import Act

_COLLECTIONS = {
    "listing_id": "listings",
    "registration_id": "registrations",
    "project_id": "projects",
    "batch_id": "batches",
    "encumbrance_id": "encumbrances",
    "claim_id": "claims",
    "objection_id": "objections",
    "refund_id": "refunds",
    "rulebook_id": "rulebooks",
    "deadline_id": "deadlines",
}


def act_path(act: Act, subject_id: int) -> str:
    """The path to POST an act to."""
    if not act.subject:
        return f"/api/v1/acts/{act.name}/"
    return f"/api/v1/{_COLLECTIONS[act.subject]}/{subject_id}/acts/{act.name}/"
