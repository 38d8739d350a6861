"""What is done with a finished PDF: opened, saved wherever one likes, a stick too, printed, its number copied."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.core.paths import safe_name
from fielddesk.ui.seams import Bench
from fielddesk.ui.wording import sentence

PRINTER_SECONDS = 30
With = Callable[[Callable[[bytes], None]], None]
"""Brings the bytes of a PDF to whoever asks, later and on the main thread."""


class Handling(QObject):
    """Answers for one widget with documents; dialogs come up over it."""

    def __init__(self, bench: Bench, at: QWidget) -> None:
        super().__init__(at)
        self._bench, self._at = bench, at
        self.dialog: QWidget | None = None

    def kept(self, sha256: str) -> With:
        """The file of an issued document; says so where it has not arrived."""

        def bring(then: Callable[[bytes], None]) -> None:
            def came(content: bytes | None) -> None:
                if content is None:
                    self.told(FieldDeskError("file_not_arrived"))
                else:
                    then(content)

            self._bench.read_blob(sha256, came)

        return bring

    def open(self, file: With, name: str) -> None:
        """Hand a copy to the system's program for PDFs."""

        def opened(path: Path) -> None:
            if not _opened(path):
                self.told(FieldDeskError("no_viewer"))

        self._copy(file, name, opened)

    def save(self, file: With, name: str) -> None:
        """Ask where, and save it there."""

        from fielddesk.ui.handing import choose_place

        def chosen(path: Path) -> None:
            place = path if path.suffix.lower() == ".pdf" else path.with_name(f"{path.name}.pdf")
            file(lambda content: self._write(content, place))

        self.dialog = choose_place(self._at, lambda: _("Save as…"), _file_name(name), chosen)

    def _write(self, content: bytes, path: Path) -> None:
        from fielddesk.ui.handing import save

        self._bench.work(
            lambda: save(content, path),
            lambda _nothing: self._bench.toast(lambda: _("{file} is saved").format(file=path.name)),
            failed=self.told,
        )

    def print(self, file: With, name: str) -> None:
        """Hand it to the printer of this computer; where it takes no PDF, to the program that shows it."""

        def copied(path: Path) -> None:
            self._bench.work(lambda: _print(path), lambda sent: self._sent(sent, path), failed=self.told)

        self._copy(file, name, copied)

    def _sent(self, sent: bool, path: Path) -> None:
        if sent:
            self._bench.toast(lambda: _("{file} is with the printer").format(file=path.name), icon="printer")
        elif _opened(path):
            self._bench.toast(lambda: _("The document is open; print it from there"), icon="printer")
        else:
            self.told(FieldDeskError("no_viewer"))

    def copy_number(self, number: str) -> None:
        QGuiApplication.clipboard().setText(number)
        self._bench.toast(lambda: _("Copied: {text}").format(text=number), icon="copy")

    def _copy(self, file: With, name: str, then: Callable[[Path], None]) -> None:
        from fielddesk.ui.handing import hand_out

        file(lambda content: self._bench.work(lambda: hand_out(content, _file_name(name)), then, failed=self.told))

    def told(self, error: FieldDeskError) -> None:
        self._bench.toast(lambda: sentence(error), icon="warning-fill")


def _opened(path: Path) -> bool:
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def _file_name(name: str) -> str:
    return f"{safe_name(name, 'document')}.pdf"


def _print(path: Path) -> bool:
    """Whether the system's printing program took a PDF; False where there is none. not_printed."""
    import shutil
    import subprocess

    if sys.platform == "win32":
        import os

        try:
            os.startfile(str(path), "print")
        except OSError:
            return False
        return True
    program = shutil.which("lp") or shutil.which("lpr")
    if program is None:
        return False
    try:
        done = subprocess.run([program, str(path)], capture_output=True, timeout=PRINTER_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        raise FieldDeskError("not_printed") from None
    if done.returncode:
        raise FieldDeskError("not_printed")
    return True
