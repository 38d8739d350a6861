"""Where one stands with headquarters, in the words of the status bar and of the sync centre."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from fielddesk.core.i18n import N_, _, duration_words, format_moment, format_number, format_quantity, ngettext
from fielddesk.features.sync_centre.queries import Carried, ReceiptLine
from fielddesk.sync.status import Status
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.text import Glyph, Text, Worded

ICONS = {
    "starting": "cloud",
    "connecting": "arrows-clockwise",
    "sending": "cloud-arrow-up",
    "receiving": "cloud-arrow-down",
    "snapshot": "cloud-arrow-down",
    "sending_files": "cloud-arrow-up",
    "fetching_files": "cloud-arrow-down",
    "agreed": "cloud-check",
    "waiting": "cloud-warning",
    "offline": "cloud-slash",
    "store": "warning",
    "asks": "question",
    "stopped": "pause-circle",
    "locked": "lock-simple",
    "blocked": "prohibit",
}
STATES = {"good": "ok", "busy": "info", "calm": "", "attention": "warn", "stop": "bad"}

_REASONS: dict[str, str | Callable[[dict[str, Any]], str]] = {
    "no_name": N_("The name of headquarters cannot be looked up here. Without a network this is normal."),
    "no_route": N_("Nobody answers at headquarters' address. Without a network this is normal."),
    "timeout": N_("Headquarters did not answer in time."),
    "cut_off": N_("The connection was cut in the middle. Nothing is lost; it goes on where it stopped."),
    "captive_portal": N_("This network wants a sign-in first. Open a web page, sign in, then sync again."),
    "proxy": N_("The proxy of this network refuses the connection. Ask whoever runs the network."),
    "tls": N_("There is no safe connection here: something between changes it. Nothing was sent."),
    "tls_expired": N_("Headquarters' certificate has expired, or this computer's clock is wrong. Check the clock."),
    "tls_foreign": N_("Somebody else answers in headquarters' place. Nothing was sent. Try another network."),
    "bad_address": N_("This is no address of a headquarters. Write it like https://hq.example.com."),
    "not_encrypted": N_("The address of headquarters would send everything in the clear. Ask for an https address."),
    "not_headquarters": N_("Something answers there, but it is not headquarters. Nothing was sent."),
    "bad_answer": N_("Headquarters answered with something that cannot be. It was not used; the next try comes soon."),
    "too_long": N_("Headquarters' answer was longer than any real one. It was not used."),
    "busy": N_("Headquarters is busy and asked for a little time. It goes on by itself."),
    "hq_trouble": N_("Headquarters has trouble of its own. It goes on by itself when that is over."),
    "too_large": N_("Headquarters found a question too large; it is asked in smaller pieces."),
    "refused": N_("Headquarters refuses at the moment. It is tried again every few minutes."),
    "epoch": N_("Headquarters was restored from a backup. Your work is sent again; nothing is lost."),
    "cancelled": N_("It was stopped."),
    "program_error": N_("FieldDesk made a mistake here. A report was kept; it tries again by itself."),
    "too_old": N_("This FieldDesk is too old for headquarters. Your work is kept; install the update to send it."),
    "too_new": N_("Headquarters is too old for this FieldDesk. Your work is kept until headquarters is updated."),
    "later": N_("Headquarters must be updated before it understands your newest work. It is kept and sent then."),
    "gap": N_("Headquarters waits for something this laptop cannot find any more. Call your service centre."),
    "wrong_hq": N_("Another headquarters answers at this address. Nothing was sent. Call your service centre."),
    "device_unknown": N_("Headquarters does not know this laptop. Call your service centre for a new enrolment code."),
    "disk_full": N_("The disk is full. Make room; what you did is safe, and it goes on by itself."),
    "folder_read_only": N_("FieldDesk may not write into its folder. Check the folder's rights."),
    "store_busy": N_("Another program holds the store. It is tried again."),
    "store_damaged": N_("The store on this laptop is damaged. Close FieldDesk and start it again; it will be mended."),
}


def reason_words(problem: str | None, values: dict[str, Any]) -> str:
    """Why it is so and what to do, in one or two sentences; "" where nothing is wrong."""
    if problem is None:
        return ""
    made = _REASONS.get(problem)
    if made is None:
        return _("It did not work ({code}). It is tried again by itself.").format(code=problem)
    return made(values) if callable(made) else _(made)


def connection_words(status: Status, zone: str) -> str:
    """The first words of the status bar."""
    match status.code:
        case "starting":
            return _("Starting")
        case "connecting":
            return _("Connecting to headquarters")
        case "sending" | "receiving":
            if status.percent is None:
                return _("Syncing")
            return _("Syncing {n} %").format(n=status.percent)
        case "snapshot":
            return _("Fetching everything: {n} rows so far").format(n=format_number(status.done))
        case "sending_files":
            return _("Sending photos {n} of {of}").format(**_under_way(status))
        case "fetching_files":
            return _("Fetching photos {n} of {of}").format(**_under_way(status))
        case "agreed":
            return _agreed(status, zone)
        case "waiting":
            return _("Some work cannot be sent yet")
        case "offline":
            return _offline(status, zone)
        case "store":
            return _("Sync rests: trouble with this laptop's store")
        case "asks":
            return _("Sync asks you a question")
        case "stopped":
            return _("Sync stopped")
        case "locked":
            return _("Headquarters has locked this laptop")
        case "blocked":
            return _("Sync needs help")
    raise AssertionError(status.code)


def _under_way(status: Status) -> dict[str, str]:
    total = status.total or 1
    return {"n": format_number(min(status.done + 1, total)), "of": format_number(total)}


def _agreed(status: Status, zone: str) -> str:
    at = status.synced_at or status.since
    return (
        _("In step with headquarters since {time}").format(time=format_moment(at, zone, "time")) if at else _("In step")
    )


def _offline(status: Status, zone: str) -> str:
    if status.problem == "captive_portal":
        return _("This network needs a sign-in")
    if status.since is None:
        return _("Offline")
    return _("Offline since {time}").format(time=format_moment(status.since, zone, "time"))


def waiting_words(count: int) -> str:
    """What waits to be sent; "" when nothing does."""
    if not count:
        return ""
    return ngettext("{n} change waits to be sent", "{n} changes wait to be sent", count).format(n=format_number(count))


def needs_words(count: int) -> str:
    """What needs a person; "" when nothing does."""
    return ngettext("{n} needs you", "{n} need you", count).format(n=format_number(count)) if count else ""


def retry_words(status: Status) -> str:
    """When it is tried again; "" where no try is planned."""
    if status.retry_in is None or status.code not in ("offline", "store", "waiting"):
        return ""
    if status.retry_in < 60_000_000:
        return _("Tried again within a minute.")
    return _("Tried again in {time}.").format(time=duration_words(status.retry_in))


def clock_words(status: Status) -> str:
    """A warning where this laptop's clock is off by more than two minutes."""
    ahead = status.clock_ahead
    if ahead is None or abs(ahead) < 120_000_000:
        return ""
    words = duration_words(ahead)
    if ahead > 0:
        return _("This laptop's clock is {time} fast. Times are corrected at headquarters; please set it.").format(
            time=words
        )
    return _("This laptop's clock is {time} slow. Times are corrected at headquarters; please set it.").format(
        time=words
    )


def files_words(status: Status) -> str:
    """What is the matter with photos and files; "" where nothing is."""
    parts = []
    if status.files_lost:
        parts.append(
            ngettext(
                "{n} photo or file went from this laptop, or was damaged, before it was sent. Its record stays.",
                "{n} photos and files went from this laptop, or were damaged, before they were sent. Their records "
                "stay.",
                status.files_lost,
            ).format(n=format_number(status.files_lost))
        )
    if status.files_problem == "disk_full":
        parts.append(_("The disk is too full to fetch photos and files. Make room; it goes on by itself."))
    if status.files_waiting and status.tone != "busy":
        parts.append(
            ngettext(
                "{n} photo or file waits to be sent.", "{n} photos and files wait to be sent.", status.files_waiting
            ).format(n=format_number(status.files_waiting))
        )
    return " ".join(parts)


# ---------------------------------------------------------------- what a session carried


def bytes_words(count: int) -> str:
    """A length in bytes as people say it."""
    if count < 1_000_000:
        return format_quantity(max(1, count // 1000) * 1_000_000, "kB")
    return format_quantity(count // 100_000 * 100_000, "MB")


def carried_words(carried: Carried) -> str:
    """Records, answers, photos and files one way, each with its number."""
    parts = []
    if carried.records:
        parts.append(ngettext("{n} record", "{n} records", carried.records).format(n=format_number(carried.records)))
    if carried.answers:
        parts.append(ngettext("{n} answer", "{n} answers", carried.answers).format(n=format_number(carried.answers)))
    if carried.files:
        files = ngettext("{n} photo or file", "{n} photos and files", carried.files)
        files = files.format(n=format_number(carried.files))
        parts.append(_("{files} ({size})").format(files=files, size=bytes_words(carried.file_bytes)))
    return " · ".join(parts) or _("nothing")


def receipt_words(receipt: ReceiptLine, when: str) -> str:
    """What the last session carried, in one line."""
    return _("Last sync {time}. Out: {out}. In: {into}.").format(
        time=when, out=carried_words(receipt.out), into=carried_words(receipt.into)
    )


def ended_words(receipt: ReceiptLine) -> str:
    """How a session ended."""
    if receipt.ended_at is None:
        return _("Not finished; the next sync went on where it stopped.")
    match receipt.how:
        case "complete":
            return _("Complete")
        case "stopped":
            return _("It was stopped.")
        case "asks":
            return _("Sync asks you a question")
        case "locked":
            return _("Headquarters has locked this laptop")
    return reason_words(receipt.how, {})


class Line(Protocol):
    """The line to headquarters, as the sync centre needs it."""

    @property
    def status(self) -> Status: ...

    def listen(self, listener: Callable[[Status], None]) -> None:
        """Call back on the main thread whenever the status changes, and once now."""
        ...

    def sync_now(self) -> None: ...

    def stop(self) -> None: ...

    def answer_removal(self, agreed: bool) -> None: ...

    def enrol_again(self) -> None:
        """Set this laptop up anew with another code; what waits stays and goes with it."""
        ...


class Standing(Worded, QWidget):
    """Where one stands, in three lines at most, with what can be done about it."""

    def __init__(self, line: Line, zone: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line, self._zone = line, zone
        self._status = line.status
        self._glyph = Glyph("cloud", "text2", 22)
        self._words = Text("", "strong", wraps=True)
        self._why = Text("", "second", wraps=True)
        self._last = Text("", "second", wraps=True)
        self._last.hide()
        self._receipt: tuple[ReceiptLine, Callable[[], str]] | None = None
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self.sync_now = Button(lambda: _("Sync now"), "arrows-clockwise")
        self.sync_now.clicked.connect(line.sync_now)
        self.stop = Button(lambda: _("Stop"), "pause-circle")
        self.stop.clicked.connect(line.stop)
        self.agree = Button(lambda: _("Remove them"))
        self.agree.clicked.connect(lambda: line.answer_removal(True))
        self.keep = Button(lambda: _("Keep them"))
        self.keep.clicked.connect(self._keep)
        self.enrol = Button(lambda: _("Type a new code"), "key")
        self.enrol.clicked.connect(line.enrol_again)
        self._keeps = False
        self._lay()
        line.listen(self.show_status)

    def _lay(self) -> None:
        words = QVBoxLayout()
        theme.space(words, spacing=2)
        for widget in (self._words, self._why, self._bar, self._last):
            words.addWidget(widget)
        head = QHBoxLayout()
        theme.space(head, spacing=12)
        head.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        buttons = QHBoxLayout()
        theme.space(buttons, spacing=8)
        for button in (self.sync_now, self.stop, self.agree, self.keep, self.enrol):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        theme.space(column, (16, 8, 12, 8), 8)
        column.addLayout(head)
        column.addLayout(buttons)

    def show_status(self, status: Status) -> None:
        """Say a status in words; called at each change."""
        self._status = status
        self._keeps = self._keeps and status.code == "asks"
        self._glyph.show_icon(ICONS[status.code], STATES[status.tone] or "text2")
        self._words.set_words(connection_words(status, self._zone()))
        why = _("Nothing is removed. Sync rests until you press Sync now.") if self._keeps else why_words(status)
        self._why.set_words(why)
        self._why.setVisible(bool(why))
        percent = status.percent if status.tone == "busy" else None
        self._bar.setVisible(percent is not None)
        self._bar.setValue(percent or 0)
        busy, asks = status.tone == "busy", status.code == "asks" and not self._keeps
        unknown = status.problem == "device_unknown"
        self.sync_now.setVisible(not busy and not asks and not unknown)
        self.enrol.setVisible(unknown)
        self.stop.setVisible(busy)
        self.agree.setVisible(asks)
        self.keep.setVisible(asks)

    def show_receipt(self, receipt: ReceiptLine, when: Callable[[], str]) -> None:
        """Say under the status what the last session carried."""
        self._receipt = (receipt, when)
        self._last.set_words(receipt_words(receipt, when()))
        self._last.show()

    def retranslate(self) -> None:
        self.show_status(self._status)
        if self._receipt is not None:
            self.show_receipt(*self._receipt)

    def _keep(self) -> None:
        self._keeps = True
        self._line.answer_removal(False)
        self.show_status(self._status)


def why_words(status: Status) -> str:
    """What stands under the first words: why, what to do, when it goes on."""
    if status.code == "asks":
        return ngettext(
            "Headquarters wants to remove {n} of {of} records from this laptop. That is unusual: ask there first.",
            "Headquarters wants to remove {n} of {of} records from this laptop. That is unusual: ask there first.",
            status.values.get("removed", 0),
        ).format(n=format_number(status.values.get("removed", 0)), of=format_number(status.values.get("of", 0)))
    if status.code == "locked":
        return _("What you did is handed in for review; then this laptop is locked. Nothing is erased.")
    if status.code == "stopped":
        return _("Everything is saved here. “Sync now” goes on where it stopped.")
    parts = (
        reason_words(status.problem, status.values), retry_words(status), files_words(status), clock_words(status)
    )  # fmt: skip
    return " ".join(part for part in parts if part)
