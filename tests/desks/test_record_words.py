"""The audit record as people read it: acts by their names, refusals as sentences, content as before and after."""

import re

import pytest

from apps.process.record_words import OTHER, content_of, verbs_called
from apps.rulebook.proceeds import CATEGORY_LABELS
from kernel.audit.models import AuditEntry
from tests.factories import desk_steps as steps
from tests.factories.desk_site import opened

pytestmark = pytest.mark.django_db
_CODE = re.compile(r"[a-z]+_[a-z_]+|[{}\"\[\]]")


def test_the_record_is_searched_by_the_chinese_name_of_what_was_done() -> None:
    assert "review.decide" in verbs_called("审查意见")
    assert "review.decide.prepare" in verbs_called("审查意见")
    assert "person.login" in verbs_called("登录")
    assert verbs_called("没有这个事项") == set()
    with opened() as site:
        steps.submitted(site)
        found = site.see("supervisor", "/desk/record/?verb=提交出让申请")
        assert _rows(found)
        assert all("提交出让申请" in row for row in _rows(found))
        assert _rows(site.see("supervisor", "/desk/record/?verb=没有这个事项")) == []
        assert _rows(site.see("supervisor", "/desk/record/?verb=listing.submit"))


def test_the_record_speaks_no_code_and_no_json() -> None:
    with opened() as site:
        listing = steps.contracted(site)
        site.browser("seller").post(f"/desk/acts/listing.withdraw/{listing.pk}/", {"reason": "撤回"})
        assert AuditEntry.objects.filter(outcome="refused").exists()
        for entry in AuditEntry.objects.all():
            for line in content_of(entry):
                assert line.label != OTHER, (entry.verb, entry.before, entry.after)
                assert not _CODE.search(line.label), (entry.verb, line)
        page = site.see("supervisor", "/desk/record/?outcome=refused")
        assert "当前状态下不能办理" in page
        assert "wrong_status" not in _table(page)
        for number in range(8):
            text = re.sub(r"<[^>]+>", " ", _table(page))
            assert "sha256" not in text, number
            following = re.search(r'rel="next" href="\?([^"]+)"', page)
            if following is None:
                break
            page = site.see("supervisor", f"/desk/record/?{following.group(1)}")


def test_a_change_stands_as_before_and_after() -> None:
    entry = AuditEntry(
        verb="listing.amend", before={"grade": "7", "title": "甲"}, after={"grade": "6", "title": "甲"}
    )
    lines = {line.label: (line.before, line.after) for line in content_of(entry)}
    assert ("7", "6") in lines.values()
    assert ("甲", "甲") in lines.values()


def test_what_was_chosen_on_a_form_is_called_as_the_form_calls_it() -> None:
    entry = AuditEntry(verb="funds.spend", before={}, after={"category": "farmers"})
    [line] = content_of(entry)
    assert (line.label, line.after) == ("支出项目", CATEGORY_LABELS["farmers"])


def test_what_is_kept_sealed_is_named_and_not_shown() -> None:
    entry = AuditEntry(verb="deposit.expect", before={}, after={"asked_sealed": "gAAAAABm"})
    [line] = content_of(entry)
    assert (line.label, line.after) == ("所查账号", "（密封）")


def _table(page: str) -> str:
    return page.partition("<tbody>")[2].rpartition("</tbody>")[0]


def _rows(page: str) -> list[str]:
    return re.findall(
        r'<th scope="row">([^<]+)', _table(page).replace("</details>", "").split("<details", 1)[0]
    )
