"""Keeping a person's own filters under a name, and no longer. A setting of one's own: no act, no record."""

from datetime import datetime

from django.db import transaction

from apps.desks.models import SavedView
from apps.parties.models import Person
from kernel.actors import Actor
from kernel.errors import Code, Refused, not_found
from kernel.text import kept_line

MOST_VIEWS = 20
"""So many views of one page."""


@transaction.atomic
def keep_view(*, page: str, name: str, query: str, by: Actor, now: datetime) -> SavedView:
    """Keep filters of a page under a name; the same name again takes the new ones.

    Refuses: invalid (no name or one that cannot be shown, no filters, a name or filters too long),
    amount_exceeds (has as many views of this page as one may have).
    """
    name = _named(name)
    longest = SavedView._meta.get_field("query").max_length or 0
    if not query:
        raise Refused.because(Code.INVALID, "请先设置筛选条件并查询，再保存。", field="query")
    if len(query) > longest:
        raise Refused.because(
            Code.INVALID, f"筛选条件过长（至多{longest}个字符），请减少条件后再保存。", field="query"
        )
    Person.objects.select_for_update(no_key=True).get(pk=by.person_id)
    own = SavedView.objects.filter(person_id=by.person_id, page=page)
    if own.exclude(name=name).count() >= MOST_VIEWS:
        raise Refused.because(
            Code.AMOUNT_EXCEEDS,
            f"每个页面至多保存{MOST_VIEWS}组筛选条件，请先删除不用的。",
            most=str(MOST_VIEWS),
        )
    kept, _ = own.update_or_create(
        person_id=by.person_id, page=page, name=name, defaults={"query": query, "saved_at": now}
    )
    return kept


def _named(name: str) -> str:
    longest = SavedView._meta.get_field("name").max_length or 0
    try:
        kept = kept_line(name)
    except ValueError as wrong:
        raise Refused.because(Code.INVALID, f"筛选条件的名称{wrong}", field="name") from wrong
    if not kept or len(kept) > longest:
        raise Refused.because(Code.INVALID, f"请给这组筛选条件起一个名称，至多{longest}字。", field="name")
    return kept


@transaction.atomic
def delete_view(*, view_id: int, by: Actor) -> SavedView:
    """Delete a view of one's own; gives it as it was. Refuses: not_found, also for another person's."""
    found = SavedView.objects.filter(pk=view_id, person_id=by.person_id).first()
    if found is None:
        raise not_found("已保存的筛选条件")
    found.delete()
    return found
