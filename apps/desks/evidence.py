"""Evidence (材料) that comes in through a page: several files at once, each under its kind."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.documents.models import Attachment, IncomingDocument
from apps.documents.states import AttachmentKind
from kernel.errors import Refused, not_found

MOST_FILES = 5
"""So many files go up in one go."""
_LARGEST_UPLOAD = 20 * 1024 * 1024

Take = Callable[[AttachmentKind, str, bytes], Attachment]
"""Takes one file: its kind, its name, its content. Refuses as it likes."""


@dataclass(frozen=True)
class Wanted:
    """One kind of evidence: its name, whether it is required, and what was uploaded for it."""

    kind: str
    label: str
    required: bool
    files: list[Attachment]


def not_entered(files: Iterable[Attachment], entered: Collection[IncomingDocument]) -> list[Attachment]:
    """Files but for papers of bodies outside that an act has entered, or another took the place of: each act asks for
    another one. They were read with `documents.incoming.WITH_ENTERED`.
    """
    used = {each.attachment.sha256 for each in entered}
    return [each for each in files if each.sha256 not in used and not hasattr(each, "replaced_by")]


def take_files(request: HttpRequest, *, allowed: Collection[str], take: Take) -> None:
    """Take what the form brought and say what came of each file. Refuses: not_found (a kind that is not allowed)."""
    given = [
        (request.POST.get(f"kind{row}", ""), file)
        for row in ("", *(f"-{number}" for number in range(MOST_FILES)))
        if isinstance(file := request.FILES.get(f"file{row}"), UploadedFile)
    ]
    if any(kind not in allowed for kind, _file in given):
        raise not_found("材料种类")
    if not given:
        messages.error(request, _("未上传：请选择不超过20 MB的文件。"))
    for kind, file in given:
        _take(request, AttachmentKind(kind), file, take=take)


def _take(request: HttpRequest, kind: AttachmentKind, file: UploadedFile[Any], *, take: Take) -> None:
    """One file of several: what comes of it is said, whatever comes of the others."""
    said = {"kind": _(kind.label), "name": file.name or ""}
    if (file.size or 0) > _LARGEST_UPLOAD:
        messages.error(request, _("未上传%(kind)s（%(name)s）：请选择不超过20 MB的文件。") % said)
        return
    try:
        made = take(kind, file.name or "", file.read())
    except Refused as no:
        why = said | {"why": no.refusal.sentence}
        messages.error(
            request, _("未上传%(kind)s（%(name)s）：%(why)s") % why, extra_tags=str(no.refusal.code)
        )
        return
    messages.success(request, _("已上传：%(kind)s（%(name)s）。") % (said | {"name": made.name}))
