"""The hot folder (EX5): new pictures in a folder are offered on the order in front, by the time they were taken.

Nothing in the folder is moved, changed or deleted. What was there when the folder was chosen is old; what was taken in
or turned down is remembered by name, size and date.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from fielddesk.core import canonical, exif
from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _, format_number, ngettext
from fielddesk.features.documents.queries import Owner
from fielddesk.features.documents.rules import NO_ITEM
from fielddesk.store.outbox import setting
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Notice

if TYPE_CHECKING:
    from fielddesk.features.documents.panel.taking import Report, Taking

FOLDER: Final = "photo_folder"
"""Name of the setting: the path, "" for none."""
SEEN: Final = "photo_folder.seen"
FRONT: Final = "photo_folder.front"
LOOK_EACH_MS: Final = 5_000
SOON_MS: Final = 300
MOST_FILES: Final = 5_000
MOST_SEEN: Final = 20_000
MOST_FRONT: Final = 300
DEEPEST: Final = 3
SO_LONG: Final = 12 * 3600 * 1_000_000
"""A picture taken longer than this after an order was in front belongs to no order by its time."""
ENDINGS: Final = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".dng")


@dataclass(frozen=True)
class New:
    """A picture in the folder that was not taken yet; `taken_at` as its camera or its file says, microseconds UTC."""

    path: Path
    key: str
    taken_at: int


class HotFolder(QObject):
    """Signal `changed` when there are other new pictures than before."""

    changed = Signal()

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench if isinstance(bench, QObject) else None)
        self._bench = bench
        self._taking: Taking | None = None
        self.path = ""
        self.new: list[New] = []
        self.missing = False
        """Whether the folder is not there, such as a card that is not in."""
        self._seen: dict[str, None] = {}
        self._front: list[tuple[int, str, str]] = []
        self._sizes: dict[str, tuple[int, int]] = {}
        self._moments: dict[str, int] = {}
        self._loaded = False
        self._baseline = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.look)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(lambda _path: self._soon.start())
        self._often = QTimer(self)
        self._often.setInterval(LOOK_EACH_MS)
        self._often.timeout.connect(self.look)
        bench.read(_kept, self._load, key=FOLDER)

    # ---------------------------------------------------------------- which folder

    def _load(self, kept: tuple[Any, Any, Any]) -> None:
        path, seen, front = kept
        self._seen = dict.fromkeys(each for each in seen if isinstance(each, str)) if isinstance(seen, list) else {}
        self._front = sorted([_entry(each) for each in front if _entry(each)] + self._front) if front else self._front
        self._loaded = True
        if isinstance(path, str) and path and not self.path:
            self._watch(path)

    def choose(self, path: str) -> None:
        """Watch another folder, or none; the pictures that are in it now are old."""
        self._bench.keep_setting(FOLDER, path)
        self._baseline = bool(path)
        self._watch(path)

    def _watch(self, path: str) -> None:
        if self._watcher.directories():
            self._watcher.removePaths(self._watcher.directories())
        self.path, self._sizes, self.missing = path, {}, False
        self._show([])
        self.changed.emit()
        if path:
            if os.path.isdir(path):
                self._watcher.addPath(path)
            self._often.start()
            self.look()
        else:
            self._often.stop()

    # ---------------------------------------------------------------- looking

    def look(self) -> None:
        """Look through the folder on a worker."""
        path, zone = self.path, self._bench.zone()
        if path and self._loaded:
            known, seen, baseline = dict(self._moments), frozenset(self._seen), self._baseline
            self._bench.work(
                lambda: _look(path, zone, known, seen, baseline), lambda found: self._found(path, found), key=SEEN
            )

    def _found(self, path: str, found: dict[str, tuple[Path, tuple[int, int], int]] | None) -> None:
        if path != self.path:
            return
        if self.missing != (found is None):
            self.missing = found is None
            self.changed.emit()
        if found is None:
            return
        if not self._watcher.directories():
            self._watcher.addPath(path)
        if self._baseline:
            self._baseline = False
            self._remember(found)
            return
        # A file that is still being copied is larger the next time one looks.
        before, self._sizes = self._sizes, {key: size for key, (_path, size, _at) in found.items()}
        self._moments = {key: at for key, (_path, _size, at) in found.items()}
        whole = [New(file, key, at) for key, (file, size, at) in found.items() if before.get(key) == size]
        if len(whole) < len(found):
            self._soon.start()
        self._show(sorted(whole, key=lambda each: (each.taken_at, each.key)))

    def _show(self, new: list[New]) -> None:
        new = [each for each in new if each.key not in self._seen]
        if new != self.new:
            self.new = new
            self.changed.emit()

    def _remember(self, keys: Any) -> None:
        for key in keys:
            self._seen[key] = None
        self._seen = dict.fromkeys(list(self._seen)[-MOST_SEEN:])
        self._bench.keep_setting(SEEN, list(self._seen))
        self._show(self.new)

    def remember(self, paths: list[Path]) -> None:
        """Offer these no more: they were taken in, refused for good, or turned down."""
        wanted = set(paths)
        self._remember([each.key for each in self.new if each.path in wanted])

    # ---------------------------------------------------------------- which order

    def in_front(self, order_id: str, item: str = NO_ITEM) -> None:
        """This order, or this item of its checklist, is in front from now on: pictures taken now are of it."""
        if self._front and self._front[-1][1:] == (order_id, item):
            return
        self._front = [*self._front, (self._bench.now(), order_id, item)][-MOST_FRONT:]
        if self.path:
            self._bench.keep_setting(FRONT, [list(each) for each in self._front])
        self.changed.emit()

    def order_at(self, moment: int) -> tuple[str, str]:
        """The order and item that were in front when a picture was taken; "" where none was."""
        place = bisect_right(self._front, (moment, "\U0010ffff", "")) - 1
        if place < 0 or moment - self._front[place][0] > SO_LONG:
            return "", NO_ITEM
        return self._front[place][1], self._front[place][2]

    def for_order(self, order_id: str) -> list[tuple[New, str]]:
        """New pictures to offer on an order, each with its item: those of its time, and those of no order's time."""
        found = []
        for each in self.new:
            whose, item = self.order_at(each.taken_at)
            if whose in ("", order_id):
                found.append((each, item if whose else NO_ITEM))
        return found

    # ---------------------------------------------------------------- offering

    def notices(self, order_id: str) -> list[Notice]:
        """For the banner of the page that shows an order: how many new pictures there are, with two answers."""
        n = len(self.for_order(order_id))
        if not n:
            return []
        return [
            Notice(
                lambda: ngettext("{n} new photo in the photo folder", "{n} new photos in the photo folder", n).format(
                    n=format_number(n)
                ),
                lambda: _("Taken while this order was in front of you. The originals stay in the folder."),
                "info",
                "images",
                [
                    (lambda: _("Add to this order"), lambda: self.take_for(order_id)),
                    (lambda: _("Not these"), lambda: self.turn_down(order_id)),
                ],
            )
        ]

    def take_for(self, order_id: str) -> None:
        """Take in what is offered, each picture to the item that was in front when it was taken."""
        if self._taking is None:
            from fielddesk.features.documents.panel.taking import Taking  # pictures are decoded there

            self._taking = Taking(self._bench, self)
            self._taking.ended.connect(self._taken)
        for new, item in self.for_order(order_id):
            self._taking.take_files(Owner(order_id, item=item), [new.path])

    def turn_down(self, order_id: str) -> None:
        """Offer these no more; they stay in the folder."""
        self.remember([new.path for new, _item in self.for_order(order_id)])

    def _taken(self, report: Report) -> None:
        self.remember(report.paths)
        if report.sentences:
            self._bench.toast(report.words().replace("\n", " "), icon="warning-fill")


_folders: WeakKeyDictionary[Any, HotFolder] = WeakKeyDictionary()


def hot_folder(bench: Bench) -> HotFolder:
    """The one hot folder of a window."""
    found = _folders.get(bench)
    if found is None:
        found = _folders[bench] = HotFolder(bench)
    return found


def _kept(read: Any) -> tuple[Any, Any, Any]:
    return setting(read, FOLDER, ""), setting(read, SEEN, []), setting(read, FRONT, [])


def _entry(each: Any) -> Any:
    if isinstance(each, list) and len(each) == 3 and type(each[0]) is int:
        return (each[0], str(each[1]), str(each[2]))
    return None


def _look(
    folder: str, zone: str, known: dict[str, int], seen: frozenset[str], baseline: bool
) -> dict[str, tuple[Path, tuple[int, int], int]] | None:
    """Pictures in the folder that were not seen, by key; None where the folder is not there."""
    if not os.path.isdir(folder):
        return None
    found: dict[str, tuple[Path, tuple[int, int], int]] = {}
    for path in _pictures(folder):
        try:
            status = path.stat()
        except OSError:
            continue
        key = canonical.dumps([str(path), status.st_size, status.st_mtime_ns])
        if status.st_size and (baseline or key not in seen):
            at = known.get(key) or (0 if baseline else _moment(path, zone, status.st_mtime_ns))
            found[key] = (path, (status.st_size, status.st_mtime_ns), at)
    return found


def _pictures(folder: str) -> list[Path]:
    found: list[Path] = []
    deep = folder.rstrip(os.sep).count(os.sep)
    for inside, folders, names in os.walk(folder, onerror=lambda _error: None):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        if inside.rstrip(os.sep).count(os.sep) - deep >= DEEPEST:
            folders.clear()
        for name in sorted(names):
            if name.lower().endswith(ENDINGS) and not name.startswith("."):
                found.append(Path(inside, name))
                if len(found) >= MOST_FILES:
                    return found
    return found


def _moment(path: Path, zone: str, changed_ns: int) -> int:
    try:
        with path.open("rb") as file:
            taken = exif.taken_at(file.read(exif.HEAD_BYTES), zone)
    except OSError:
        taken = None
    return changed_ns // 1000 if taken is None else taken


__all__ = ["FOLDER", "HotFolder", "New", "hot_folder"]
