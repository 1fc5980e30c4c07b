"""What mending a slip binds: in a paper of outside or in a document, what stands now and what is to stand."""

from collections.abc import Iterator, Mapping
from typing import Any

from apps.documents.corrections import incoming_for, new_paper, same_document
from apps.documents.mending import Mend, document_for, mended_facts
from apps.documents.models import Attachment, IncomingDocument
from apps.documents.states import AttachmentKind, DocumentKind
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.act import act_called
from kernel.acts.bound import Bound, Fact, File
from kernel.cases.queries import named
from kernel.text import folded

_SAID = (
    ("来文机关", "body"),
    ("来文文号", "document_no"),
    ("来文日期", "document_date"),
    ("登记号", "register_no"),
)


def incoming_facts(data: Mapping[str, Any]) -> tuple[Fact, ...]:
    """What a body outside decided, as an act that enters it binds it: who, its document's number and day."""
    return tuple(bound.text(label, data.get(name, "")) for label, name in _SAID if name != "register_no")


def correct_bound(incoming_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Each thing that changes with what stood before, what stays, and the paper before and after."""
    found = incoming_for(incoming_id, by=by)
    rows = same_document(found)
    other = bound.is_yes(data.get("other_paper"))
    cases = _cases(rows)
    return Bound(
        facts=(
            bound.text("据以办理的事项", act_called(found.act).label),
            bound.text("涉及办件", cases),
            *(_fact(label, str(getattr(found, name)), str(data.get(name) or "")) for label, name in _SAID),
            *_elsewhere(found, rows, data),
            bound.text("扫描件", "换用新上传的扫描件" if other else "不更换"),
            bound.text("更正理由", data.get("reason", "")),
        ),
        evidence=_files(found, rows, other=other, by=by),
        effect=f"更正{found.body}“{found.document_no}”的登记内容，涉及{cases}；原内容留存备查，"
        "已出具的文书、已起算的期限和已记账的款项不变。",
        button=f"更正来文“{found.document_no}”",
        findings=_alike(rows, data),
    )


def _elsewhere(
    found: IncomingDocument, rows: list[IncomingDocument], data: Mapping[str, Any]
) -> Iterator[Fact]:
    """What changes in the rows of other cases, which may have been entered otherwise than the one that is named."""
    called = named([each.case_id for each in rows])
    for row in rows:
        if row.pk == found.pk or row.case_id is None:
            continue
        for label, name in _SAID:
            before, now = str(getattr(row, name)), str(data.get(name) or "")
            if name != "register_no" and before != now:
                yield bound.text(f"{called[row.case_id].number}·{label}", f"{before} → {now}")


def _alike(rows: list[IncomingDocument], data: Mapping[str, Any]) -> tuple[str, ...]:
    """Other papers of these cases under the same number: one paper may decide several acts, or it is a slip."""
    key = folded(str(data.get("document_no") or ""))
    others = IncomingDocument.objects.filter(case_id__in=[each.case_id for each in rows], document_key=key)
    found = others.exclude(pk__in=[each.pk for each in rows]).order_by("id")
    return tuple(
        f"同一办件据以办理“{act_called(each.act).label}”的来文已登记为{each.body}“{each.document_no}”，"
        "请核对是否同一来文。"
        for each in found
    )


def _cases(rows: list[IncomingDocument]) -> str:
    called = named([each.case_id for each in rows])
    return "、".join(each.number or each.title for each in called.values()) or "不属于任何办件"


def _fact(label: str, before: str, now: str) -> Fact:
    return bound.text(
        label, f"{now or '无'}（不变）" if before == now else f"{before or '无'} → {now or '无'}"
    )


def _files(
    found: IncomingDocument, rows: list[IncomingDocument], *, other: bool, by: Actor
) -> tuple[File, ...]:
    """The paper that stands, and the one that is to stand in its place, on every case that the document decided."""
    paper = new_paper(found, by=by) if other else None
    if paper is None:
        return (_file(found.attachment, "原扫描件"),)
    old = {each.attachment.sha256: each.attachment for each in [*rows, found]}
    return (
        *(_file(each, "原扫描件") for each in old.values()),
        _file(paper, "新扫描件，用于全部所涉办件"),
    )


def _file(paper: Attachment, place: str) -> File:
    return File(paper.name, f"{AttachmentKind(paper.kind).label}（{place}）", paper.sha256, paper.pk)


def document_bound(document_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Each place with what it says and what it is to say."""
    found = document_for(document_id, by=by)
    mends = [Mend(str(each.get("place", "")), str(each.get("right", ""))) for each in data.get("mends", ())]
    _, slips = mended_facts(found, mends)
    name = f"{DocumentKind(found.kind).label}（{found.number}）"
    return Bound(
        facts=(
            bound.text("文书", name),
            *(bound.text(each.place, f"{each.wrong} → {each.right}") for each in slips),
            bound.text("更正理由", data.get("reason", "")),
        ),
        effect=f"另行出具{name}的更正文书，文号另编，载明所更正的文字；更正理由留存备查，不予印制；原文书保留并标注已更正，其余内容不变。",
        button=f"更正{name}",
    )
