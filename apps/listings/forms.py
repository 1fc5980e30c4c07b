"""What the acts on a listing take: stopping it, letting it go on, ending it."""

from typing import Any

from rest_framework import serializers

from apps.documents.queries import Printed
from apps.documents.states import DocumentKind
from apps.listings import commands
from apps.listings.bound import resume_bound, suspend_bound, terminate_bound
from apps.listings.names import LISTING_RESUME, LISTING_SUSPEND, LISTING_TERMINATE
from apps.listings.states import SUSPENDABLE, TERMINABLE, ListingStatus
from apps.parties.roles import Can
from kernel.acts.act import Act
from kernel.acts.subjects import Subject
from kernel.transparency import Told
from kernel.web.fields import LinesInput


class ReasonForm(serializers.Serializer[Any]):
    """Why; internally and for the public."""

    reason = LinesInput(label="内部理由", max_length=500)
    public_reason = LinesInput(
        label="公开理由",
        max_length=500,
        required=False,
        allow_blank=True,
        help_text=f"接在公告的“因”字之后。留空则公告写作“因{commands.UNSAID}”；内部理由不公开。",
    )


SUBJECTS = (Subject("listing_id", "listings"),)

ACTS = (
    Act(
        LISTING_SUSPEND,
        "中止交易",
        commands.suspend,
        Can.RUN_TRADES,
        form=ReasonForm,
        two_persons=True,
        binds=suspend_bound,
        paper=Printed(DocumentKind.SUSPENSION_NOTICE),
        statuses=SUSPENDABLE,
        help="中止后不接受报价，期限停止计算。",
        subject="listing_id",
        told=Told.OFFICES,
    ),
    Act(
        LISTING_RESUME,
        "恢复交易",
        commands.resume,
        Can.RUN_TRADES,
        two_persons=True,
        binds=resume_bound,
        paper=Printed(DocumentKind.RESUMPTION_NOTICE),
        statuses=frozenset({ListingStatus.SUSPENDED}),
        help="恢复后期限按中止时间顺延，报价时间不少于规定小时数。",
        subject="listing_id",
        told=Told.OFFICES,
    ),
    Act(
        LISTING_TERMINATE,
        "终止交易",
        commands.terminate,
        Can.RUN_TRADES,
        form=ReasonForm,
        two_persons=True,
        binds=terminate_bound,
        paper=Printed(DocumentKind.TERMINATION_NOTICE),
        statuses=TERMINABLE,
        help="终止后指标解冻，保证金退还，不可恢复。",
        subject="listing_id",
        told=Told.OFFICES,
    ),
)
