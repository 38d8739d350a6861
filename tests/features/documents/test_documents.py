"""Reports are looked at, issued, corrected, saved and printed from an order; the place of documents lists them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication

from fielddesk.core.errors import RuleBroken
from fielddesk.features.customers.model import Customer
from fielddesk.features.documents.actions import issue_document
from fielddesk.features.documents.model import Attachment, IssuedDocument
from fielddesk.features.documents.papers import PAPERS
from fielddesk.features.documents.rules import EVERYBODY
from fielddesk.features.inspections.model import Answer
from fielddesk.features.people.rules import ROLES
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from tests.support import inspected
from tests.support.benches import Workplace
from tests.support.laptops import some_id
from tests.support.look import faults
from tests.support.region import ANNA, MILLION, put


def put_up(desk: Workplace) -> Any:
    """The panel of the order's documents with the preview of its report."""
    desk.open("orders")
    desk.bench.show("work_order", inspected.ORDER)
    desk.settle()
    page = desk.desk.page("orders")
    page.tabs.choose("documents")
    desk.settle()
    panel = page.tabs.panel()
    panel.makers["inspection_report"].click()
    desk.settle()
    return panel


def documents(store: Store) -> list[IssuedDocument]:
    with store.read() as read:
        return read.all(IssuedDocument, order=[IssuedDocument.c.number])


def issue(desk: Workplace, panel: Any) -> None:
    panel.preview.issue.button.click()
    desk.settle()


def change(store: Store) -> None:
    put(store, [
        Answer(id=some_id("late"), inspection_id=inspected.INSPECTION, order_id=inspected.ORDER,
               asset_id=inspected.ASSET, version_id=inspected.VERSION, item="noise", verdict="noted",
               number=80 * MILLION, by_id=ANNA, at=store.clock.now(), rev=1)
    ])  # fmt: skip


def text_of(content: bytes) -> str:
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    ).stdout.decode()


def test_a_report_is_looked_at_and_issued(desk: Workplace, laptop: Store) -> None:
    inspected.fill(laptop)
    panel = put_up(desk)
    assert panel.preview.leaves.count() == 3
    assert panel.preview.languages.current() == "en"
    assert faults(desk.desk) == []
    issue(desk, panel)
    [one] = documents(laptop)
    assert re.fullmatch(r"INS-A7-\d{4}-1", one.number)
    assert (one.kind, one.language, one.order_id, one.asset_id, one.customer_id) == (
        "inspection_report", "en", inspected.ORDER, inspected.ASSET, inspected.CUSTOMER,
    )  # fmt: skip
    assert laptop.blobs is not None
    content = laptop.blobs.read_bytes(one.sha256)
    text = text_of(content)
    assert one.number in text
    assert one.digest in text
    assert "cannot be shown" not in text
    with laptop.read() as read:
        file = read.one(Attachment, one.attachment_id)
    assert (file.kind, file.media_type, file.size, file.sha256) == (
        "document", "application/pdf", len(content), one.sha256,
    )  # fmt: skip
    assert panel.list.chosen_id() == one.id
    assert one.number in desk.desk.toast.words()


@pytest.mark.slow
def test_what_says_the_same_already_is_not_issued_twice(desk: Workplace, laptop: Store) -> None:
    inspected.fill(laptop)
    panel = put_up(desk)
    issue(desk, panel)
    panel.show_preview("inspection_report")
    desk.settle()
    assert not panel.preview.issue.button.isEnabled()
    panel.preview.languages._buttons["zh_CN"].click()
    desk.settle()
    assert panel.preview.issue.button.isEnabled()
    issue(desk, panel)
    first, second = documents(laptop)
    assert (second.language, second.replaces_id) == ("zh_cn", None)  # a translation corrects nothing
    assert first.digest == second.digest


@pytest.mark.slow
def test_a_correction_needs_a_reason_and_names_the_old_one(desk: Workplace, laptop: Store) -> None:
    inspected.fill(laptop)
    panel = put_up(desk)
    issue(desk, panel)
    panel.show_preview("inspection_report")
    desk.settle()
    change(laptop)
    panel.reload()
    desk.settle()
    issue(desk, panel)
    assert len(documents(laptop)) == 1
    assert panel.preview.remark.isVisible()
    panel.preview.reason.setText("Noise was read wrongly")
    issue(desk, panel)
    old, new = documents(laptop)
    assert (new.replaces_id, new.reason) == (old.id, "Noise was read wrongly")
    assert laptop.blobs is not None
    assert f"replaces {old.number}" in text_of(laptop.blobs.read_bytes(new.sha256))
    assert laptop.blobs.read_bytes(old.sha256)  # the old one stays


def test_the_place_of_documents_tells_whether_the_record_has_changed(desk: Workplace, laptop: Store) -> None:
    inspected.fill(laptop)
    issue(desk, put_up(desk))
    page = desk.open("documents")
    desk.settle()
    assert page.list.rows.rowCount() == 1
    assert "still says the same" in page.pane._shown_chips[0].words()
    change(laptop)
    page.reload()
    desk.settle()
    assert "has changed since" in page.pane._shown_chips[0].words()
    assert faults(desk.desk) == []
    for text, count in (("INS-", 1), ("harbour", 1), ("inspection", 1), ("zzz", 0)):
        page.finder.edit.setText(text)
        page.finder.edit._ask()
        desk.settle()
        assert page.list.rows.rowCount() == count, text


@pytest.mark.parametrize("code", ["zh_cn", pytest.param("zh_tw", marks=pytest.mark.slow)])
def test_it_comes_up_in_the_language_of_the_customer(desk: Workplace, laptop: Store, code: str) -> None:
    from dataclasses import replace

    inspected.fill(laptop)
    with laptop.read() as read:
        customer = read.one(Customer, inspected.CUSTOMER)
    put(laptop, [replace(customer, language=code)])
    panel = put_up(desk)
    assert panel.preview.languages.current().lower() == code
    issue(desk, panel)
    assert documents(laptop)[0].language == code


def test_an_order_without_an_inspection_says_so(desk: Workplace, laptop: Store) -> None:
    panel = put_up(desk)
    assert panel.preview.leaves.count() == 0
    assert not panel.preview.issue.button.isEnabled()
    assert panel.preview.save.isEnabled() is False
    assert "no inspection" in panel.preview.leaves._words.text()
    panel.preview.back.click()
    assert panel.list.isVisibleTo(panel) or panel.empty.isVisibleTo(panel)


def test_a_photo_that_has_not_arrived_does_not_hold_the_report_up(desk: Workplace, laptop: Store) -> None:
    shots = inspected.fill(laptop)
    assert laptop.blobs is not None
    for sha256 in shots:
        laptop.blobs.remove(sha256)
    panel = put_up(desk)
    issue(desk, panel)
    [one] = documents(laptop)
    assert text_of(laptop.blobs.read_bytes(one.sha256)).count("This picture cannot be shown") == 3


@pytest.mark.slow
def test_it_is_saved_printed_and_its_number_copied(
    desk: Workplace, laptop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspected.fill(laptop)
    panel = put_up(desk)
    issue(desk, panel)
    [one] = documents(laptop)
    assert laptop.blobs is not None
    content = laptop.blobs.read_bytes(one.sha256)
    lines = {str(line.words()): line for line in panel._menu(one.id)}  # type: ignore[operator]
    lines["Save as…"].run()
    desk.settle()
    panel.handling.dialog.fileSelected.emit(str(tmp_path / "stick" / "report"))
    desk.settle()
    assert "could not be saved" in desk.desk.toast.words()  # there is no such folder
    panel.handling.dialog.fileSelected.emit(str(tmp_path / "report"))
    desk.settle()
    assert (tmp_path / "report.pdf").read_bytes() == content
    panel.handling.dialog.close()
    lines["Copy number"].run()
    desk.settle()
    assert QGuiApplication.clipboard().text() == one.number
    printer = tmp_path / "bin" / "lp"
    printer.parent.mkdir()
    printer.write_text(f'#!/bin/sh\ncat "$1" > "{tmp_path}/printed.pdf"\n')
    printer.chmod(0o755)
    monkeypatch.setenv("PATH", f"{printer.parent}{os.pathsep}{os.environ['PATH']}")
    lines["Print"].run()
    desk.settle()
    assert (tmp_path / "printed.pdf").read_bytes() == content
    assert "printer" in desk.desk.toast.words()
    printer.write_text("#!/bin/sh\nexit 1\n")
    lines["Print"].run()
    desk.settle()
    assert "did not take it" in desk.desk.toast.words()


def test_a_file_that_has_not_arrived_is_told(desk: Workplace, laptop: Store) -> None:
    inspected.fill(laptop)
    panel = put_up(desk)
    issue(desk, panel)
    [one] = documents(laptop)
    assert laptop.blobs is not None
    laptop.blobs.remove(one.sha256)
    panel._menu(one.id)[1].run()
    desk.settle()
    assert "has not arrived" in desk.desk.toast.words()


def test_asset_and_customer_show_the_documents_too(desk: Workplace, laptop: Store) -> None:
    inspected.fill(laptop)
    issue(desk, put_up(desk))
    for place, table, row_id in (
        ("assets", "asset", inspected.ASSET), ("customers", "customer", inspected.CUSTOMER),
    ):  # fmt: skip
        desk.open(place)
        desk.bench.show(table, row_id)
        desk.settle()
        page = desk.desk.page(place)
        page.tabs.choose("documents")
        desk.settle()
        assert page.tabs.panel().list.rows.rowCount() == 1
        assert page.tabs.panel().makers == {}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"number": " "}, "document_number_missing"), ({"subject_id": some_id("other")}, "document_without_record"),
        ({"replaces_id": some_id("old")}, "document_reason_missing"), ({"size": 0}, "document_empty"),
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused(laptop: Store, wrong: dict[str, Any], code: str) -> None:
    right = {
        "subject_id": inspected.ORDER, "order_id": inspected.ORDER, "number": "INS-1", "kind": "inspection_report",
        "language": "en", "title": "x", "sha256": "0" * 64, "size": 1, "digest": "0" * 64,
    }  # fmt: skip
    with pytest.raises(RuleBroken) as caught:
        laptop.do(call(issue_document, **{**right, **wrong}))
    assert caught.value.code == code


def test_the_roles_written_out_below_people_are_all_there_are() -> None:
    assert set(ROLES) == EVERYBODY
    assert "inspection_report" in PAPERS
