"""What approving a version of the rules binds: which rules, since when, and everything that changes by it."""

from collections.abc import Mapping
from typing import Any

from apps.parties.models import Region
from apps.rulebook.changes import changes_of, digest_of, said_of
from apps.rulebook.models import Rulebook
from apps.rulebook.queries import approved_before
from apps.rulebook.subjects import subject_called
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact
from kernel.errors import not_found


def approve_bound(rulebook_id: int, _: Mapping[str, Any], by: Actor) -> Bound:
    """The version with its basis and its days, each parameter and row that differs, the digest of all parameters.

    A first version has every parameter and row. Refuses not_found, also for another province's draft.
    """
    book = Rulebook.objects.filter(pk=rulebook_id).first()
    if book is None or book.province[:2] != by.region[:2]:
        raise not_found("规则版本")
    subject = subject_called(book.subject)
    province = Region.objects.filter(pk=book.province).values_list("name", flat=True).first() or ""
    of = f"{province}{subject.label}规则第{book.version}版"
    until = f"至{book.valid_to}" if book.valid_to else ""
    return Bound(
        facts=(*_version(book, province, subject.label), *_content(book)),
        effect=f"批准后，{of}（{book.name}）自{book.valid_from}起施行{until}，不再更改；此后提交和公告的项目按新版本办理。",
        button=f"批准{of}",
        findings=_striking(book),
    )


def _version(book: Rulebook, province: str, subject: str) -> tuple[Fact, ...]:
    basis = "；".join(f"{each}{'' if read else '（未核实）'}" for each, read in book.basis)
    return (
        bound.text("规则主题", subject),
        bound.text("适用省份", f"{province}（{book.province}）"),
        bound.text("规则名称", book.name),
        bound.text("规则版本", f"第{book.version}版"),
        bound.text("依据文号", basis or "未填写"),
        bound.day("生效日期", book.valid_from),
        bound.day("失效日期", book.valid_to) if book.valid_to else bound.text("失效日期", "未定"),
    )


def _content(book: Rulebook) -> tuple[Fact, ...]:
    """Each difference from the version before; everything where there is none before; the digest of it all."""
    subject = subject_called(book.subject)
    rules = subject.parameters.model_validate(book.parameters)
    before = approved_before(book)
    if before is None:
        against, said = "无（首个版本，列出全部参数）", list(said_of(subject, rules))
    else:
        against = f"{before}（自{before.valid_from}起）"
        said = list(changes_of(subject, subject.parameters.model_validate(before.parameters), rules))
    return (
        bound.text("对照版本", against),
        *(bound.text(label, text) for label, text in said or [("参数变化", "无")]),
        bound.digest("参数摘要", digest_of(rules)),
    )


def _striking(book: Rulebook) -> tuple[str, ...]:
    """What its approver should not overlook."""
    unread = [each for each, read in book.basis if not read]
    return (f"依据{'、'.join(unread)}的原文未核实，请核对后再批准。",) if unread else ()
