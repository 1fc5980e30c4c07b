"""A database that was made by other migrations is noticed, and never migrated over."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from config import databases, demo, history
from config.history import REWRITTEN


def test_a_database_knows_the_migrations_that_made_it(committed_db: str) -> None:
    assert history.rewritten() == []
    assert "listings.0001_initial" in history.on_disk()


def test_a_migration_that_was_rewritten_is_named_and_nothing_is_changed(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    present = history.on_disk()
    monkeypatch.setattr(history, "on_disk", lambda: present | {"listings.0001_initial": "0" * 12})
    assert history.rewritten() == ["listings.0001_initial"]
    migrated = []
    monkeypatch.setattr(databases, "let_runtime_role_work", lambda: migrated.append(True))
    for command in ("setup_database", "migrate"):
        with pytest.raises(CommandError, match=r"listings\.0001_initial等1项") as no:
            call_command(command, verbosity=0)
        assert no.value.returncode == REWRITTEN
    assert not migrated
    monkeypatch.undo()
    assert history.rewritten() == [], "what was noted is as it was"


def test_a_plain_migrate_notes_what_it_applied_and_nothing_that_waits(committed_db: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'watching'")
        cursor.execute("DROP TABLE watching_watch")
    call_command("migrate", "quota", verbosity=0)
    assert "watching.0001_initial" not in history._kept()
    call_command("migrate", verbosity=0)
    assert "watching.0001_initial" in history._kept()
    assert history.rewritten() == []


def test_a_database_without_a_note_and_a_migration_that_is_gone_are_other_histories_too(
    committed_db: str,
) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('quota', '0099_gone', now())"
        )
        assert history.rewritten() == ["quota.0099_gone"]
        cursor.execute("COMMENT ON SCHEMA public IS 'standard public schema'")
    assert len(history.rewritten()) > 30


def test_only_a_demonstrations_database_is_made_anew(committed_db: str) -> None:
    for option in ("--anew", "--or-anew"):
        with pytest.raises(CommandError, match="只有本机演示"):
            call_command("setup_database", option, verbosity=0)
    assert history.rewritten() == []


def test_the_demonstration_begins_a_fresh_database_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[tuple[str, ...]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        called.append(tuple(command[2:]))
        rewritten = command[2] == "setup_database" and "--anew" not in command
        return subprocess.CompletedProcess(command, REWRITTEN if rewritten else 0)

    monkeypatch.setattr(demo, "_ACHIEVED", tmp_path / "demo.json")
    monkeypatch.setattr("config.demo.subprocess.run", run)
    demo._prepare("postgresql://somewhere")
    assert called == [
        ("setup_database", "--verbosity", "0"),
        ("setup_database", "--anew", "--verbosity", "0"),
        ("seed_market",),
    ]
    assert "重新建立" in capsys.readouterr().out
    assert demo._REWRITTEN == REWRITTEN


def test_a_migration_that_stopped_half_way_goes_on(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'watching'")
        cursor.execute("DROP TABLE watching_watch")
        cursor.execute("COMMENT ON SCHEMA public IS '{}'")
        cursor.execute("DELETE FROM django_migrations WHERE app <> 'watching'")
    assert history.rewritten() == []

    class Killed(Exception):
        pass

    def dies(*_: Any, **__: Any) -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('quota', '0001_initial', now())"
            )
        raise Killed

    monkeypatch.setattr("django.core.management.commands.migrate.Command.handle", dies)
    with pytest.raises(Killed):
        call_command("migrate", verbosity=0)
    assert history.rewritten() == []
