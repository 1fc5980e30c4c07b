"""What a log line of a request may say."""

from config.logs import without_secrets


def test_a_line_names_neither_the_secret_of_a_calendar_nor_what_a_query_asks_for() -> None:
    for asked, said in (
        ("GET /calendar/abc:def-123.ics", "GET /calendar/…"),
        ("GET /desk/acts/refund.release/5/?organisation_id=17", "GET /desk/acts/refund.release/5/"),
        ("GET /desk/calendar/", "GET /desk/calendar/"),
    ):
        assert without_secrets(None, "info", {"request": asked}) == {"request": said}
    assert without_secrets(None, "info", {"event": "x?y"}) == {"event": "x?y"}
