"""What the forms begin with that mend a slip in a paper of outside, or in a document."""

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.desks.prefilled import Prefill
from apps.desks.targets import Subject
from apps.documents.corrections import incoming_for
from apps.documents.incoming import paper_waiting, stated
from apps.documents.mending import correctable_texts, document_for
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


_CORRECTABLE = {
    "body": gettext_noop("来文机关"),
    "contacts": gettext_noop("联系方式"),
    "document_number": gettext_noop("来文文号"),
    "legal_basis": gettext_noop("依据"),
    "opinion": gettext_noop("意见"),
    "project": gettext_noop("项目名称"),
    "reason": gettext_noop("理由"),
    "record_date": gettext_noop("部备案日期"),
    "record_number": gettext_noop("部备案号"),
    "remarks": gettext_noop("说明"),
    "title": gettext_noop("标题"),
    "villages": gettext_noop("所在村"),
}
"""What the words of a document that may be mended are called."""


def document(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The words that may be mended, to be copied from."""
    found = document_for(subject.pk, by=by)
    texts = dict.fromkeys(correctable_texts(found.kind, found.facts))
    return Prefill(
        figures=[(_(_CORRECTABLE[name]), text) for name, text in texts],
        hint=_("“原文字”照右侧所列文字填写有误的部分，“更正为”填写正确的文字；未列出的内容不能以更正改变。"),
    )
