"""Files in and out of the window: dialogs that wait for nobody, and copies for other programs.

What is handed to another program lies unencrypted in a folder of its own, readable to this person only, and goes when
FieldDesk ends; what an end by force left behind goes a day later.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.ui.text import Words, spoken

PREFIX = "fielddesk-open-"
_KEPT_SECONDS = 86_400
_folder: tempfile.TemporaryDirectory[str] | None = None


def hand_out(content: bytes, name: str) -> Path:
    """A copy of a content for another program; `name` is a safe one. file_not_saved. Asks the disk: on a worker."""
    global _folder
    try:
        if _folder is None:
            _forget_old()
            _folder = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
        inside = Path(tempfile.mkdtemp(dir=_folder.name))
        path = inside / name
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError:
        raise FieldDeskError("file_not_saved") from None
    return path


def _forget_old() -> None:
    for each in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if each.stat().st_mtime < time.time() - _KEPT_SECONDS:
                shutil.rmtree(each, ignore_errors=True)
        except OSError:
            continue


def save(content: bytes, path: Path) -> None:
    """Write a content where a person chose, whole or not at all; file_not_saved."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        new.write_bytes(content)
        os.replace(new, path)
    except (OSError, ValueError):
        new.unlink(missing_ok=True)
        raise FieldDeskError("file_not_saved") from None


def open_with_system(path: Path) -> None:
    """Open a file with the program the system has for it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def choose_files(parent: QWidget, title: Words, then: Callable[[list[Path]], None]) -> QFileDialog:
    """Ask for files to take in; `then` comes when they are chosen."""
    dialog = _dialog(parent, title)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(lambda names: then([Path(name) for name in names]))
    dialog.open()
    return dialog


def choose_place(parent: QWidget, title: Words, name: str, then: Callable[[Path], None]) -> QFileDialog:
    """Ask where a file shall be saved; `name` is proposed."""
    dialog = _dialog(parent, title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(name)
    dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
    dialog.open()
    return dialog


def choose_folder(parent: QWidget, title: Words, then: Callable[[Path], None]) -> QFileDialog:
    """Ask for a folder."""
    dialog = _dialog(parent, title)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
    dialog.open()
    return dialog


def _dialog(parent: QWidget, title: Words) -> QFileDialog:
    dialog = QFileDialog(parent.window(), spoken(title))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog, QGuiApplication.platformName() == "offscreen")
    dialog.finished.connect(dialog.deleteLater)
    return dialog
