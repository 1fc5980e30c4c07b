"""What the centre fills in to announce a lot."""

from typing import Any

from rest_framework import serializers

from apps.documents.queries import printed
from apps.documents.states import DocumentKind
from apps.listings.states import ListingStatus
from apps.stages.announcement import commands
from kernel.actors import CENTRE
from kernel.acts.act import Act
from kernel.web.fields import InstantInput


class AnnouncementForm(serializers.Serializer[Any]):
    """The announced moments, Beijing time."""

    registration_closes = InstantInput(label="报名截止")
    bidding_opens = InstantInput(label="竞价开始")
    bidding_closes = InstantInput(label="竞价截止")
    deposit_cutoff = InstantInput(label="保证金到账截止（默认同竞价开始）", required=False, allow_null=True)
    contact = serializers.CharField(label="联系人及电话", max_length=120, required=False, allow_blank=True)


class SupplementForm(serializers.Serializer[Any]):
    """What changes, and why."""

    text = serializers.CharField(label="补充公告内容", max_length=4000)
    registration_closes = InstantInput(label="报名截止", required=False, allow_null=True)
    bidding_opens = InstantInput(label="竞价开始", required=False, allow_null=True)
    bidding_closes = InstantInput(label="竞价截止", required=False, allow_null=True)
    deposit_cutoff = InstantInput(label="保证金到账截止", required=False, allow_null=True)
    contact = serializers.CharField(label="联系人及电话", max_length=120, required=False, allow_blank=True)


ACTS = (
    Act(
        "announcement.publish",
        "发布交易公告",
        commands.publish,
        CENTRE,
        form=AnnouncementForm,
        two_persons=True,
        paper=printed(DocumentKind.ANNOUNCEMENT),
        statuses=frozenset({ListingStatus.APPROVED}),
        help="发布后交易事实不得修改。",
    ),
    Act(
        "announcement.amend",
        "发布补充公告",
        commands.amend,
        CENTRE,
        form=SupplementForm,
        two_persons=True,
        paper=printed(DocumentKind.SUPPLEMENTARY_ANNOUNCEMENT),
        statuses=frozenset({ListingStatus.ANNOUNCED}),
        help="剩余公告期不足的，时间自动顺延。",
    ),
)
