"""What the centre fills in to announce a lot."""

from typing import Any

from rest_framework import serializers

from apps.documents.queries import Printed
from apps.documents.states import DocumentKind
from apps.listings.states import ListingStatus
from apps.parties.roles import Can
from apps.stages.announcement import bound, commands
from apps.stages.announcement.names import ANNOUNCEMENT_AMEND, ANNOUNCEMENT_NOTE_PORTAL, ANNOUNCEMENT_PUBLISH
from kernel.acts.act import Act
from kernel.transparency import Told
from kernel.web.fields import InstantInput, LineInput, LinesInput


class AnnouncementForm(serializers.Serializer[Any]):
    """The announced moments, Beijing time: those that the lot's form of trade has."""

    registration_closes = InstantInput(label="报名截止", required=False, allow_null=True)
    bidding_opens = InstantInput(label="竞价开始", required=False, allow_null=True)
    bidding_closes = InstantInput(label="竞价截止", required=False, allow_null=True)
    deposit_cutoff = InstantInput(label="保证金到账截止（默认同竞价开始）", required=False, allow_null=True)
    contact = LineInput(label="联系人及电话", max_length=120, required=False, allow_blank=True)


class SupplementForm(serializers.Serializer[Any]):
    """What changes, and why."""

    text = LinesInput(label="补充公告内容", max_length=4000)
    registration_closes = InstantInput(label="报名截止", required=False, allow_null=True)
    bidding_opens = InstantInput(label="竞价开始", required=False, allow_null=True)
    bidding_closes = InstantInput(label="竞价截止", required=False, allow_null=True)
    deposit_cutoff = InstantInput(label="保证金到账截止", required=False, allow_null=True)
    contact = LineInput(label="联系人及电话", max_length=120, required=False, allow_blank=True)


class PortalForm(serializers.Serializer[Any]):
    """Where and since when the provincial authority's portal shows the announcement."""

    address = serializers.URLField(label="门户网址", max_length=500)
    published_at = InstantInput(label="门户发布时间")
    screenshot_sha256 = serializers.RegexField(
        r"^[0-9a-fA-F]{64}$",
        label="页面截图SHA-256",
        help_text="页面截图文件的SHA-256摘要，64位十六进制",
        style={"digest": True},
    )


ACTS = (
    Act(
        ANNOUNCEMENT_PUBLISH,
        "发布交易公告",
        commands.publish,
        Can.RUN_TRADES,
        form=AnnouncementForm,
        two_persons=True,
        binds=bound.publish_bound,
        paper=Printed(DocumentKind.ANNOUNCEMENT, instead=DocumentKind.AGREEMENT_NOTICE),
        statuses=frozenset({ListingStatus.APPROVED}),
        help="发布后交易事实不得修改。",
        subject="listing_id",
        told=Told.OFFICES,
    ),
    Act(
        ANNOUNCEMENT_AMEND,
        "发布补充公告",
        commands.amend,
        Can.RUN_TRADES,
        form=SupplementForm,
        two_persons=True,
        binds=bound.amend_bound,
        paper=Printed(DocumentKind.SUPPLEMENTARY_ANNOUNCEMENT),
        statuses=frozenset({ListingStatus.ANNOUNCED}),
        help="剩余公告期不足的，时间自动顺延。",
        subject="listing_id",
        told=Told.OFFICES,
    ),
    Act(
        ANNOUNCEMENT_NOTE_PORTAL,
        "登记门户发布情况",
        commands.note_portal,
        Can.RUN_TRADES,
        form=PortalForm,
        two_persons=True,
        binds=bound.note_bound,
        statuses=frozenset({ListingStatus.ANNOUNCED, ListingStatus.SUSPENDED}),
        help="公告期自本平台与主管部门门户中较晚发布者起算。",
        subject="listing_id",
        told=Told.OFFICES,
    ),
)
