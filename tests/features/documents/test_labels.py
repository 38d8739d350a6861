"""Labels are printed, and read back by two readers that know nothing of each other."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from fielddesk.core import pdf
from fielddesk.features.assets.papers import labelled, labels_of
from fielddesk.features.assets.queries import AssetFilter
from fielddesk.features.documents.papers import BARS, QR, ROLL_62, SHEET_24, Label
from fielddesk.features.documents.papers.labels import label_sheet
from fielddesk.shell.scanning import codes_in
from fielddesk.store.database import Store
from tests.support.benches import Workplace
from tests.support.laptops import some_id


def labels(store: Store) -> list[Label]:
    with store.read() as read:
        return labels_of(read, AssetFilter())


def read_by_zbar(picture: bytes, folder: Path) -> list[str]:
    path = folder / "label.png"
    path.write_bytes(picture)
    done = subprocess.run(["zbarimg", "-q", "--raw", path], capture_output=True, check=False)
    return [line for line in done.stdout.decode().splitlines() if line]


@pytest.mark.parametrize("size", [SHEET_24, ROLL_62])
def test_both_readers_read_every_label_back(laptop: Store, tmp_path: Path, size: str) -> None:
    wanted = labels(laptop)
    assert [label.short for label in wanted] == sorted(
        (label.short for label in wanted), key=lambda short: [label.short for label in wanted].index(short)
    )
    printed = pdf.pages(label_sheet(wanted, size, QR), 200)
    assert len(printed) == (1 if size == SHEET_24 else len(wanted))
    assert sorted(text for page in printed for text in codes_in(page)) == sorted(label.code for label in wanted)
    assert sorted(text for page in printed for text in read_by_zbar(page, tmp_path)) == sorted(
        label.code for label in wanted
    )


def test_bar_codes_hold_the_serial_and_what_does_not_fit_gets_a_qr_code(laptop: Store, tmp_path: Path) -> None:
    wanted = [*labels(laptop), Label("序列号-7 " + "a" * 32, "序列号-7", "Press")]
    [page] = pdf.pages(label_sheet(wanted, SHEET_24, BARS), 200)
    expected = sorted([label.short for label in wanted[:-1]] + [wanted[-1].code])
    assert sorted(codes_in(page)) == expected
    assert sorted(read_by_zbar(page, tmp_path)) == expected


def test_a_sheet_that_was_begun_is_used_up_first() -> None:
    some = [Label(f"S-{n} {n:032x}", f"S-{n}", "Machine", (f"S-{n}",)) for n in range(23)]
    printed = pdf.pages(label_sheet(some, SHEET_24, QR, first=3), 150)
    assert len(printed) == 2
    assert [len(codes_in(page)) for page in printed] == [22, 1]


def test_words_that_are_too_long_or_hostile_stay_on_their_label() -> None:
    some = [Label("S-1 " + "0" * 32, "S" * 200, "#panic() " + "字" * 300, ("x" * 500, "שלום", "a\nb"))]
    for size in (SHEET_24, ROLL_62):
        for code in (QR, BARS):
            content = pdf.render(label_sheet(some, size, code))
            assert content.startswith(b"%PDF-")
            pages = subprocess.run(["pdfinfo", "-"], input=content, capture_output=True, check=True).stdout.decode()
            assert re.search(r"Pages:\s+1\n", pages)


def test_a_label_is_known_by_its_id_however_the_scanner_types(laptop: Store) -> None:
    first = labels(laptop)[0]
    with laptop.read() as read:
        assert labelled(read, f"  {first.code.upper()} ")[1] == labelled(read, first.code)[1]
        assert labelled(read, f"HPß50'0042 {first.code.split()[-1]}")[1] is not None
        assert labelled(read, "f" * 32) == (True, None)
        assert labelled(read, first.short) == (False, None)
        assert labelled(read, "f" * 33) == (False, None)


@pytest.mark.parametrize("how", ["menu", "command"])
def test_labels_are_printed_from_the_list(desk: Workplace, how: str, tmp_path: Path) -> None:
    page = desk.open("assets")
    desk.bench.show("asset", some_id("HP250-0042"))
    desk.settle()
    if how == "menu":
        [line] = [line for line in page.menu(page.list.chosen_id()) if line.shortcut == "Ctrl+P"]
        line.run()
    else:
        [command] = [each for each in desk.offers.commands if each.key == "asset.labels"]
        command.run(desk.bench)
    desk.settle()
    pane = page._labels
    assert [label.short for label in pane.labels()] == ["HP250-0042"]
    assert pane.leaves.count() == 1
    pane.which._buttons["all"].click()
    pane.size_of._buttons[ROLL_62].click()
    desk.settle()
    assert len(pane.labels()) == 6
    assert pane.leaves.count() == 6
    assert not pane.first.isVisible()
    pane.save.click()
    pane.handling.dialog.fileSelected.emit(str(tmp_path / "labels"))
    desk.settle()
    assert (tmp_path / "labels.pdf").read_bytes().startswith(b"%PDF-")
    pane.left_alone.emit()
    assert page.tabs.isVisible()
