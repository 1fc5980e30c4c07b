"""Rounds of an application, and which round a piece of evidence belongs to."""

from collections.abc import Sequence
from datetime import datetime

from apps.stages.application.models import Submission


def submissions_of(listing_id: int) -> list[Submission]:
    """Every handing in, the first round first."""
    return list(Submission.objects.filter(listing_id=listing_id).order_by("review_round"))


def round_of(uploaded_at: datetime, submissions: Sequence[Submission]) -> int | None:
    """The round with which a file was handed in; None for one that came after the last handing in."""
    return next((each.review_round for each in submissions if uploaded_at <= each.at), None)


def round_note(uploaded_at: datetime, submissions: Sequence[Submission]) -> str:
    """The round of a file in words: 第1轮, or 第1轮提交后上传; empty before anything was handed in."""
    if not submissions:
        return ""
    found = round_of(uploaded_at, submissions)
    if found is not None:
        return f"第{found}轮"
    return f"第{submissions[-1].review_round}轮提交后上传"
