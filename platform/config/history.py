"""By which migrations a database was made (迁移记录): one made by other migrations of the same names is noticed.

The database keeps the digest of each migration it has applied, as the comment of its schema. A migration that was
changed or taken away since leaves tables that nobody can say anything about: such a database is not migrated.
"""

import hashlib
import json
from pathlib import Path

from django.apps import apps
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from config.env import ROOT

REWRITTEN = 3
"""The exit code where the database was made by migrations that have been rewritten since."""

_OURS = (ROOT / "apps", ROOT / "platform")


def on_disk() -> dict[str, str]:
    """Our migrations by "app.name", each with twelve hexadecimal digits of its text."""
    found = {}
    for config in apps.get_app_configs():
        if not any(Path(config.path).is_relative_to(each) for each in _OURS):
            continue
        for path in sorted(Path(config.path, "migrations").glob("0*.py")):
            found[f"{config.label}.{path.stem}"] = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return found


def rewritten() -> list[str]:
    """The migrations that the database has applied and that are other ones now, or gone; empty where all is well."""
    ours = on_disk()
    labels = {each.partition(".")[0] for each in ours}
    kept = _kept()
    loader = MigrationLoader(connections["owner"])
    applied = [f"{app}.{name}" for app, name in loader.applied_migrations if app in labels]
    return sorted(each for each in applied if each not in ours or kept.get(each) != ours[each])


def announce() -> None:
    """Note all that is going to be applied, before any is: a migration that stops half-way is known and goes on."""
    _keep(on_disk())


def keep() -> None:
    """Note what has been applied, and nothing that has not. After a migration of a database that was not rewritten."""
    applied = {f"{app}.{name}" for app, name in MigrationLoader(connections["owner"]).applied_migrations}
    _keep({name: digest for name, digest in on_disk().items() if name in applied})


def _keep(noted: dict[str, str]) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("COMMENT ON SCHEMA public IS %s", [json.dumps(noted, sort_keys=True)])


def _kept() -> dict[str, str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT obj_description('public'::regnamespace, 'pg_namespace')")
        (said,) = cursor.fetchone()
    try:
        found = json.loads(said or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
