"""Several people load one year at the same time, with real commits."""

from threading import Barrier, Thread

from django.db import connection

from kernel.workdays import commands, queries
from tests.kernel.workdays.samples import BY_HAND, NOW

PEOPLE = 4


def test_people_loading_one_year_at_once_take_turns_and_leave_one_in_force(committed_db: str) -> None:
    ready, failures = Barrier(PEOPLE), list[Exception]()

    def one_person(number: int) -> None:
        try:
            ready.wait(timeout=30)
            notice = BY_HAND.copy()
            notice["notice_no"] = f"国办发明电〔2030〕{number}号"
            commands.load(**notice, by=f"第{number}人", now=NOW)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    people = [Thread(target=one_person, args=[number]) for number in range(PEOPLE)]
    for person in people:
        person.start()
    for person in people:
        person.join(timeout=60)
    assert failures == []
    assert queries.revisions(year=2031).count() == PEOPLE
    assert queries.years().filter(year=2031).count() == 1
