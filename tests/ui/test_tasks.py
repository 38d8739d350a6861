"""Questions away from the window: answered on the main thread, the latest wins, nothing is lost or delivered late."""

import threading
from concurrent.futures import Future

import pytest
from PySide6.QtWidgets import QApplication

from fielddesk.ui.tasks import Tasks


@pytest.fixture
def tasks():
    made: list[Tasks] = []

    def make(**how) -> Tasks:
        made.append(Tasks(**how))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_the_answer_comes_on_the_main_thread_and_the_work_does_not(tasks, qtbot) -> None:
    where: list[int] = []
    lane = tasks()
    lane.ask(lambda: where.append(threading.get_ident()), lambda _answer: where.append(threading.get_ident()))
    qtbot.waitUntil(lambda: len(where) == 2)
    assert where[0] != threading.get_ident()
    assert where[1] == threading.get_ident()


def test_the_latest_question_under_a_key_wins(tasks, qtbot) -> None:
    lane, gate, answers = tasks(), threading.Event(), []
    lane.ask(lambda: gate.wait(5) and "old", answers.append, key="search")
    for text in ("r", "ro", "rob"):
        lane.ask(lambda text=text: text, answers.append, key="search")
    gate.set()
    qtbot.waitUntil(lambda: not lane.busy())
    QApplication.processEvents()
    assert answers == ["rob"]


def test_an_overtaken_answer_that_is_already_under_way_is_dropped(tasks, qtbot) -> None:
    lane, answers = tasks(), []
    lane.ask(lambda: "old", answers.append, key="search")
    qtbot.waitUntil(lambda: not lane.busy())  # answered, not delivered: the event loop has not turned for it
    lane.ask(lambda: "new", answers.append, key="search")
    qtbot.waitUntil(lambda: "new" in answers)
    assert answers[-1] == "new"
    assert answers.count("new") == 1


def test_a_running_question_is_interrupted_when_it_is_overtaken(tasks, qtbot) -> None:
    class Reader:
        def __init__(self) -> None:
            self.stop = threading.Event()
            self.closed = False

    readers: list[Reader] = []

    def opens() -> Reader:
        readers.append(Reader())
        return readers[-1]

    lane = tasks(opens=opens, interrupts=lambda reader: reader.stop.set(), closes=lambda r: setattr(r, "closed", True))
    answers: list[object] = []
    started = threading.Event()

    def slow(reader: Reader) -> str:
        started.set()
        return "stopped" if reader.stop.wait(5) else "never"

    lane.ask(slow, answers.append, key="search")
    assert started.wait(5)
    lane.ask(lambda reader: "new", answers.append, key="search")
    qtbot.waitUntil(lambda: answers == ["new"])
    assert len(readers) == 1
    lane.close()
    assert readers[0].closed


def test_without_a_key_every_question_is_answered_in_order(tasks, qtbot) -> None:
    lane, answers = tasks(threads=1), []
    for number in range(50):
        lane.ask(lambda number=number: number, answers.append)
    qtbot.waitUntil(lambda: len(answers) == 50)
    assert answers == list(range(50))


def test_a_failure_goes_to_who_asked_and_else_to_the_crash_report(tasks, qtbot) -> None:
    lane, told, broke = tasks(), [], []
    lane.broke.connect(broke.append)

    def fails() -> None:
        raise ValueError("no")

    lane.ask(fails, None, told.append)
    lane.ask(fails)
    qtbot.waitUntil(lambda: bool(told and broke))
    assert isinstance(told[0], ValueError)
    assert isinstance(broke[0], ValueError)


def test_a_cancelled_question_is_never_answered(tasks, qtbot) -> None:
    lane, gate, answers = tasks(), threading.Event(), []
    lane.ask(lambda: gate.wait(5), answers.append)
    question = lane.ask(lambda: "unwanted", answers.append)
    question.cancel()
    gate.set()
    qtbot.waitUntil(lambda: not lane.busy() and bool(answers))
    QApplication.processEvents()
    assert answers == [True]


def test_a_future_of_the_writer_is_delivered_on_the_main_thread(tasks, qtbot) -> None:
    lane = tasks()
    good: Future[str] = Future()
    bad: Future[str] = Future()
    answers: list[object] = []
    lane.follow(good, lambda answer: answers.append((answer, threading.get_ident())))
    lane.follow(bad, None, answers.append)
    writer = threading.Thread(target=lambda: (good.set_result("stored"), bad.set_exception(OSError("full"))))
    writer.start()
    writer.join()
    assert answers == []
    qtbot.waitUntil(lambda: len(answers) == 2)
    assert answers[0] == ("stored", threading.get_ident())
    assert isinstance(answers[1], OSError)


def test_after_closing_nothing_is_asked_and_threads_are_gone(tasks) -> None:
    lane = tasks(threads=2)
    lane.close()
    assert not any(thread.is_alive() for thread in lane._threads)
    assert lane.ask(lambda: "late").dropped
