"""`python -m bench.scheduler`: the exchange's own scheduler of deadlines, with one kind more, of a trivial effect."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
django.setup()

# Only now can models be imported.
from bench.marks import know  # noqa: E402
from kernel.deadlines import scheduler  # noqa: E402

if __name__ == "__main__":
    know()
    scheduler.watch()
