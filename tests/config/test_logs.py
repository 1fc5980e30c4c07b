"""What a log line of a request may say."""

import logging
import logging.config
import sys

from config.logs import configured, without_secrets


def test_a_line_names_neither_the_secret_of_a_calendar_nor_what_a_query_asks_for() -> None:
    for asked, said in (
        ("GET /calendar/abc:def-123.ics", "GET /calendar/…"),
        ("GET /desk/acts/refund.release/5/?organisation_id=17", "GET /desk/acts/refund.release/5/"),
        ("GET /desk/calendar/", "GET /desk/calendar/"),
    ):
        assert without_secrets(None, "info", {"request": asked}) == {"request": said}
    assert without_secrets(None, "info", {"event": "x?y"}) == {"event": "x?y"}


def test_a_traceback_is_told_briefly_and_without_variables() -> None:
    """Every page that is not found has one: what draws frames and variables takes longer than the page."""
    how = configured(level="WARNING", as_json=False)["formatters"]["structured"]
    told = logging.config.DictConfigurator({"version": 1}).configure_formatter(how)
    try:
        price = "6" + "1000"
        raise LookupError(len(price))
    except LookupError:
        record = logging.LogRecord("t", logging.WARNING, "t.py", 1, "没有", (), sys.exc_info())
    line = told.format(record)
    assert "LookupError: 5" in line
    assert "61000" not in line
    assert "╭" not in line
