"""What the forms begin with that mend a slip in a paper of outside, or in a document."""

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.desks.prefilled import Prefill
from apps.desks.targets import Subject
from apps.documents.corrections import incoming_for
from apps.documents.incoming import paper_waiting, stated
from apps.documents.mending import document_for, places_of
from kernel.actors import Actor


def incoming(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """What was entered, with its paper and the one that may take its place."""
    found = incoming_for(subject.pk, by=by)
    entered = {name: value for name, value in stated(found).items() if name != "attachment"}
    return Prefill(
        entered,
        evidence=[found.attachment, *paper_waiting(found.case_id, by=by)],
        hint=_("改正登记有误的项目，其余保持不变。需更换扫描件的，先在原页面上传正确的扫描件。"),
    )


LABELS = (
    *(gettext_noop("联系电话"), gettext_noop("联系地址"), gettext_noop("理由"), gettext_noop("复评意见")),
    *(gettext_noop("说明"), gettext_noop("来文机关"), gettext_noop("来文文号"), gettext_noop("部备案号")),
    gettext_noop("部备案日期"),
)
"""What the words of documents that may be mended are called (`Facts.correctable`)."""


def document(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The places that may be mended, each with what it says."""
    found = document_for(subject.pk, by=by)
    offered = [(each.path, f"{each.label}：{each.text}") for each in places_of(found.kind, found.facts)]
    return Prefill(
        offered={"mends.place": offered},
        hint=_("选择有误之处，填写更正后的全文；未列出的内容不能以更正改变。"),
    )
