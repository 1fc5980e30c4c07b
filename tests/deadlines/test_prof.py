import time
from tests.deadlines.test_worker import *
import tests.deadlines.worker as w
def test_p(committed_db,tmp_path):
    for n in NAMES:
        t=time.time(); played_in_process(n, tmp_path/n); print(n, time.time()-t)
    with RealWorker(committed_db, tmp_path, Trouble.KILLED).running() as worker:
        orig=worker._kill_in_the_middle
        def k(now):
            a=time.time(); n0=worker.kills; orig(now); print(now, worker.kills-n0, "kill phase", round(time.time()-a,2), end=" ")
        worker._kill_in_the_middle=k
        of=worker._finish
        def f(now):
            a=time.time(); of(now); print("finish", round(time.time()-a,2))
        worker._finish=f
        t=time.time()
        rehearse(cases.read(CASES/"henan-448.json"), channel=Direct(), engine=worker); print(time.time()-t)
