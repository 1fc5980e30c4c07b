"""What the offices do beyond one transaction: rules tried in a child process, a record rewritten by its owner."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from apps.rehearsal import trials
from apps.rehearsal.models import Trial
from apps.rulebook.models import Rulebook
from kernel.audit import heads
from kernel.audit.models import AuditEntry
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, opened


def drafted_rules(site: DeskSite, **changes: str) -> Rulebook:
    typed: dict[str, Any] = {
        "valid_from": "2026-06-01",
        **{f"parameters.{name}": value for name, value in changes.items()},
    }
    site.alone("province", "rulebook.draft", **typed)
    return Rulebook.objects.latest("pk")


def test_a_case_is_tried_on_a_draft_in_a_child_process(committed_db: str, redis_url: str) -> None:
    with opened() as site:
        book = drafted_rules(site, confirmation_wd="9")
        address = f"/desk/rulebooks/{book.pk}/try/"
        assert "henan-448" in site.see("province", address)
        answer = site.browser("province").post(address, {"sample": "henan-448"})
        assert answer.status_code == 302
        found = Trial.objects.get()
        assert "正在后台演练" in site.see("province", answer.headers["Location"])
        second = site.browser("province").post(address, {"sample": "henan-448"})
        assert second.status_code == 400
        assert "已有试算" in second.content.decode()
        trials.play(trial_id=found.pk)
        found.refresh_from_db()
        assert (found.status, found.error) == ("done", "")
        page = site.see("province", answer.headers["Location"])
        assert "confirmation" in page
        changed = [
            each.what for each in trials.compared(found.beside_result, found.result or {}) if each.changed
        ]
        assert any(each.startswith("confirmation") for each in changed)
        trials.play(trial_id=found.pk)
        assert AuditEntry.objects.filter(verb="rulebook.try", outcome="done").count() == 1
        assert Trial.objects.count() == 1


def test_a_head_kept_elsewhere_shows_a_cut_and_a_rewritten_chain(committed_db: str) -> None:
    with opened() as site:
        steps.booked(site)
        kept = site.browser("supervisor").get("/desk/record/head.json").content
        assert heads.check(kept).holds
        site.alone(
            "seller",
            "project.record",
            **steps.PROJECT | {"acceptance_no": "b"} | steps.rows("parts", steps.PART | steps.elsewhere()),
        )
        assert heads.check(kept).holds
        last = AuditEntry.objects.filter(chain="platform").order_by("-sequence")
        kept = heads.exported(now=site.clock.now())
        for change, sentence in (
            (f"UPDATE audit_auditentry SET hash = repeat('0', 64) WHERE id = {last[0].pk}", "被重写"),
            (f"DELETE FROM audit_auditentry WHERE id = {last[0].pk}", "截断"),
        ):
            _as_owner(change)
            answer = site.browser("supervisor").post(
                "/desk/record/chains/", {"step": "check", "file": SimpleUploadedFile("head.json", kept)}
            )
            assert sentence in answer.content.decode()
        page = site.browser("supervisor").post("/desk/record/chains/", {"step": "verify"})
        assert "全部链条完整" in page.content.decode(), (
            "a cut end is whole by itself: only the kept head shows it"
        )


def _as_owner(statement: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER USER")
