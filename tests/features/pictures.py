"""Draws every screen over a real store, to look at: `python -m tests.features.pictures DIR [words]`."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from fielddesk.core import i18n
from fielddesk.features.documents.panel.taking import things_of
from fielddesk.features.parts.actions import reserve_part, use_part
from fielddesk.features.people.rules import OFFICE
from fielddesk.features.workorders.actions import add_note, link_orders, report_incident
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.ui import theme
from fielddesk.ui.cover import Cover
from fielddesk.ui.marks import Mark
from fielddesk.ui.page import Scroll
from tests.features.inspections import scenes as inspections
from tests.support.benches import Workplace
from tests.support.laptops import some_id
from tests.support.lives import RC4
from tests.support.look import faults
from tests.support.region import VAN, put
from tests.support.safety import KIM, WORKS, the_works
from tests.support.scenes import Scene, furnished, put_away, scenes_for

ORDER = some_id("WO-A7-2026-1051")
HELD = some_id("WO-A7-2026-1038")
MILLION = 1_000_000
ROOM = {100: (1366, 768), 150: (1920, 960), 200: (1920, 920)}
"""Pixels of the window by text size: an office screen, a 13-inch laptop at 150 % and at 200 %."""


def _orders(place: Workplace) -> None:
    place.open("orders")
    page = place.desk.page("orders")
    page.finder.edit.clear()
    page.finder.edit._ask()
    page.reason.hide()
    place.bench.show("work_order", ORDER)
    page.tabs.choose("overview")


def _tab(place: Workplace, page: str, key: str) -> None:
    place.desk.page(page).tabs.choose(key)


def _note(place: Workplace) -> None:
    _orders(place)
    _tab(place, "orders", "notes")


def _parts(place: Workplace) -> None:
    _orders(place)
    _tab(place, "orders", "parts")
    place.desk.page("orders").tabs.panel().open.setChecked(False)


def _adding(place: Workplace) -> None:
    _orders(place)
    _tab(place, "orders", "parts")
    panel = place.desk.page("orders").tabs.panel()
    panel.open.setChecked(True)
    panel.adding.part.editor.setText("s")
    panel.adding.part.open_up()


def _history(place: Workplace) -> None:
    _orders(place)
    _tab(place, "orders", "history")


def _photos(place: Workplace) -> None:
    _orders(place)
    _tab(place, "orders", "photos")
    place.settle()
    photos = place.desk.page("orders").tabs.panel("photos").photos
    if not photos.tiles:
        folder = Path(tempfile.mkdtemp())
        (folder / "empty.jpg").write_bytes(b"")
        (folder / "Manual of the robot.pdf").write_bytes(b"%PDF-1.7")
        drawn = [picture_of_a_press(folder / f"IMG_20270115_08420{n}.jpg", n) for n in range(4)]
        photos.take(things_of([*drawn, folder / "Manual of the robot.pdf", folder / "empty.jpg"]))
        place.settle()
        shutil.rmtree(folder)
    place.desk.activateWindow()
    place.settle()
    next(iter(photos.tiles.values())).setFocus()


def picture_of_a_press(path: Path, n: int) -> Path:
    """Something to look at: metal, a pipe and a puddle."""
    image = QImage(1600, 1200, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    ground = QLinearGradient(0, 0, 1600, 1200)
    ground.setColorAt(0, QColor.fromHsv(200 + 20 * n, 30, 120))
    ground.setColorAt(1, QColor.fromHsv(200 + 20 * n, 60, 220))
    painter.fillRect(image.rect(), ground)
    painter.fillRect(300, 0, 160, 1200, QColor.fromHsv(30, 40, 90))
    painter.setBrush(QColor.fromHsv(40, 120, 50))
    painter.drawEllipse(420, 820, 500, 180)
    painter.end()
    image.save(str(path))
    return path


def _drawing(place: Workplace) -> None:
    _photos(place)
    photos = place.desk.page("orders").tabs.panel("photos").photos
    next(iter(photos.tiles.values())).opened.emit()
    place.settle()
    drawing = photos.opening.drawing
    if not drawing.canvas.marks:
        drawing.canvas.show_marks(
            [
                Mark("arrow", 1200, 400, 930, 840), Mark("circle", 380, 780, 960, 1040, "info"),
                Mark("text", 1000, 300, 1000, 300, "bad", "Oil at the lower seal"),
            ]
        )  # fmt: skip
        drawing.canvas.choose(2)
        drawing.canvas.setFocus()


def _sign_off(place: Workplace) -> None:
    _orders(place)
    _tab(place, "orders", "sign_off")
    place.settle()
    panel = place.desk.page("orders").tabs.panel("sign_off")
    panel.done.restore("Bearing of axis 3 replaced, cell tested for an hour without a stop.")


def _signing(place: Workplace) -> None:
    _sign_off(place)
    panel = place.desk.page("orders").tabs.panel("sign_off")
    panel.language.start(i18n.language())
    panel.hand_over.click()
    place.settle()
    page = panel.signing
    page.satisfaction.show_value(4)
    page.recommendation.show_value(9)
    page.name.fields["signer"].restore("M. Sørensen")


def _signature(place: Workplace) -> None:
    _signing(place)
    page = place.desk.page("orders").tabs.panel("sign_off").signing
    page.pad.type_name("M. Sørensen")
    page.findChildren(Scroll)[0].ensureWidgetVisible(page.not_signing)


def _signed(place: Workplace) -> None:
    _signature(place)
    panel = place.desk.page("orders").tabs.panel("sign_off")
    panel.signing.finish.click()
    place.settle()


def _after_signing(place: Workplace) -> None:
    _sign_off(place)


def _reason(place: Workplace) -> None:
    _orders(place)
    place.settle()
    page = place.desk.page("orders")
    page.steps.step("on_hold")
    page.reason.go.click()


def _new(place: Workplace) -> None:
    place.open("orders")
    place.desk.page("orders").show_new()
    place.settle()
    page = place.desk.page("orders").new_pane
    page.customer.editor.setText("h")
    page.customer.open_up()
    page.make.click()


def _nothing(place: Workplace) -> None:
    place.open("orders")
    page = place.desk.page("orders")
    page.finder.edit.setText("zzz")
    page.finder.edit._ask()


def _assets(place: Workplace) -> None:
    place.open("assets")
    place.bench.show("asset", some_id("7SR-1033"))


def _stock(place: Workplace) -> None:
    place.open("parts")
    place.bench.show("part", some_id("7SR1-03-4"))
    _tab(place, "parts", "stock")


def _old_part(place: Workplace) -> None:
    place.open("parts")
    place.bench.show("part", some_id("7SR1-03-3"))


def _moves(place: Workplace) -> None:
    _stock(place)
    _tab(place, "parts", "movements")


def _customers(place: Workplace) -> None:
    place.open("customers")
    place.bench.show("customer", some_id("Harbour Stamping"))


def _new_customer(place: Workplace) -> None:
    _customers(place)
    place.desk.page("customers").show_new()
    place.settle()
    place.desk.page("customers").new_pane.make.click()


def _new_asset(place: Workplace) -> None:
    _assets(place)
    place.desk.page("assets").show_new()


def _today(place: Workplace) -> None:
    place.open("today")


def _safety(place: Workplace) -> None:
    """The place is looked at: some answered, one with no."""
    place.open("orders")
    place.bench.show("work_order", HELD)
    place.settle()
    _tab(place, "orders", "safety")
    place.settle()
    panel = place.desk.page("orders").tabs.panel()
    panel.incident.hide()
    for key, answer in (("hazards", "yes"), ("energy", "no"), ("permit", "yes")):
        if key in panel.questions.rows:
            panel.questions.rows[key].buttons[answer].click()


def _incident(place: Workplace) -> None:
    _orders(place)
    _tab(place, "orders", "safety")
    place.settle()
    panel = place.desk.page("orders").tabs.panel()
    panel.report()
    panel.incident.send.click()


def _links(place: Workplace) -> None:
    _orders(place)
    _tab(place, "orders", "links")


def _site(place: Workplace) -> None:
    place.open("orders")
    place.bench.show("work_order", HELD)
    place.settle()
    _tab(place, "orders", "overview")


def _machine(place: Workplace) -> None:
    _assets(place)
    _tab(place, "assets", "machine")


def _sites(place: Workplace) -> None:
    _customers(place)
    _tab(place, "customers", "sites")


def _contact(place: Workplace) -> None:
    _customers(place)
    _tab(place, "customers", "contacts")
    place.settle()
    place.desk.page("customers").tabs.panel().show_new()


def _stages(place: Workplace) -> None:
    place.open("models")
    place.bench.show("product_model", RC4)
    _tab(place, "models", "stages")


def _strategy(place: Workplace) -> None:
    place.open("strategy")
    place.settle()
    _tab(place, "strategy", "decline")


SCENES: dict[str, Scene] = {
    "today": _today,
    "orders": _reason,
    "overview": _orders,
    "site": _site,
    "safety": _safety,
    "incident": _incident,
    "links": _links,
    "notes": _note,
    "parts-used": _parts,
    "adding": _adding,
    "history": _history,
    "photos": _photos,
    "drawing": _drawing,
    "sign-off": _sign_off,
    "signing": _signing,
    "signature": _signature,
    "signed": _signed,
    "after-signing": _after_signing,
    "new": _new,
    "nothing": _nothing,
    "assets": _assets,
    "stock": _stock,
    "old-part": _old_part,
    "movements": _moves,
    "customers": _customers,
    "machine": _machine,
    "sites": _sites,
    "contact": _contact,
    "stages": _stages,
    "strategy": _strategy,
    "new-customer": _new_customer,
    "new-asset": _new_asset,
}


SCENES |= inspections.SCENES
ONLY_OFFICE = ("new-customer", "new-asset")


def furnish_orders(store: Store) -> None:
    """What these scenes show beside the rest: a site to be careful at, links, parts kept and fitted, a note."""
    put(store, the_works())
    with store.read() as read:
        held = read.one(WorkOrder, HELD)
    there = replace(held, site_id=WORKS, contact_id=KIM, customer_id=some_id("Harbour Stamping"))
    put(store, [replace(there, planned_at=store.clock.now() + 26 * 3_600_000_000)])
    store.do(call(link_orders, order_id=some_id("WO-A7-2026-1029"), other_id=ORDER, kind="follow_up", item="3.1"))
    store.do(call(link_orders, order_id=ORDER, other_id=some_id("WO-A7-2026-1038"), kind="related"))
    store.do(call(report_incident, order_id=ORDER, kind="near_miss", text="Guard was open while the arm moved.",
                  happened_at=store.clock.now() - 3_600_000_000))  # fmt: skip
    for number, quantity in (("4S-118", 2), ("GR-0400", 1), ("LC-24", 1)):
        store.do(call(reserve_part, order_id=ORDER, part_id=some_id(number), quantity=quantity * MILLION,
                      place_id=None if number == "LC-24" else VAN))  # fmt: skip
    store.do(call(add_note, order_id=ORDER, text="Bearing fitted, runs quietly. Will look again after the shift."))
    store.do(call(use_part, order_id=ORDER, part_id=some_id("7SR1-03-4"), quantity=MILLION, place_id=VAN))
    store.do(call(use_part, order_id=ORDER, part_id=some_id("4S-118"), quantity=2 * MILLION, place_id=VAN))


def every_scene(role: str) -> dict[str, Scene]:
    """All that a person of this role is shown, those of the orders and those of everything else."""
    if role in OFFICE:
        return {name: SCENES[name] for name in ONLY_OFFICE} | scenes_for(role)
    return {name: scene for name, scene in SCENES.items() if name not in ONLY_OFFICE} | scenes_for(role)


def main(target: Path, words: list[str]) -> None:
    """Draw the scenes named (all, when none is) in the looks named: light dark contrast, en zh_CN zh_TW, 100 150 200.

    `role=dispatcher` draws those of the office.
    """
    schemes = [word for word in words if word in ("light", "dark", "contrast")] or ["light"]
    languages = [word for word in words if word in i18n.LANGUAGES] or ["en"]
    sizes = [int(word) for word in words if word.isdigit()] or [100]
    role = next((word[5:] for word in words if word.startswith("role=")), "service_engineer")
    all_scenes = every_scene(role)
    scenes = [word for word in words if word in all_scenes] or list(all_scenes)
    target.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    look = theme.start(app)
    with tempfile.TemporaryDirectory() as folder, furnished(Path(folder), role) as place:
        furnish_orders(place.store)
        place.settle()
        for scheme in schemes:
            for language in languages:
                i18n.set_language(language)
                for size in sizes:
                    look.choose(scheme, size)
                    place.desk.resize(*ROOM[size])
                    for name in scenes:
                        shown = show(place, all_scenes[name])
                        for fault in faults(shown):
                            print(f"{name} {scheme} {language} {size}: {fault}")
                        place.desk.grab().save(str(target / f"{name}-{scheme}-{language}-{size}.png"))


def show(place: Workplace, scene: Scene) -> QWidget:
    """Put a scene up; what is looked over is the window, or what lies over all of it."""
    put_away(place)
    scene(place)
    place.settle()
    covers = [cover for cover in place.desk.findChildren(Cover) if cover.is_up()]
    return covers[0] if covers else place.desk


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
