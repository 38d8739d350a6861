"""A reader of the screen as a blind person's program is one: over AT-SPI, in the system's own Python.

`/usr/bin/python3 reader.py OUT.json SCENE… -- COMMAND…` starts the window with COMMAND, asks for scene after scene, and
writes what it heard. It needs python3-gi, gir1.2-atspi-2.0, at-spi2-core and xdotool, and a session bus.
"""

import json
import subprocess
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

FILLERS = {"filler", "panel", "unknown", "invalid", "redundant object", "section"}
MOST_NODES = 3000
heard = {"focused": [], "said": []}


def on_focus(event):
    if event.detail1:
        try:
            heard["focused"].append([event.source.get_name(), event.source.get_role_name()])
        except GLib.GError:
            pass  # it has gone while it was told of


def on_said(event):
    heard["said"].append(str(event.any_data))


def live(seconds):
    """Let events come in."""
    end = time.monotonic() + seconds
    context = GLib.MainContext.default()
    while time.monotonic() < end:
        if not context.iteration(False):
            time.sleep(0.005)


def program(pid):
    desktop = Atspi.get_desktop(0)
    for place in range(desktop.get_child_count()):
        one = desktop.get_child_at_index(place)
        if one is not None and one.get_process_id() == pid:
            return one
    return None


def walk(top):
    """Everything that is on the screen, from the top."""
    waiting, count = [top], 0
    while waiting and count < MOST_NODES:
        now = waiting.pop()
        count += 1
        yield now
        if now.get_role_name() in ("table", "list", "tree", "menu"):
            continue  # their cells are looked at by themselves
        for place in range(now.get_child_count()):
            child = now.get_child_at_index(place)
            if child is not None and child.get_state_set().contains(Atspi.StateType.SHOWING):
                waiting.append(child)


def cells(table):
    """Of a table's first rows: where each cell says it is, and its words."""
    found = []
    kind = table.get_table_iface()
    if kind is None:
        return None
    for row in range(min(2, kind.get_n_rows())):
        for column in range(kind.get_n_columns()):
            cell = kind.get_accessible_at(row, column)
            place = cell.get_table_cell() if cell is not None else None
            at = [int(each) for each in Atspi.TableCell.get_position(place)[-2:]] if place is not None else None
            found.append([row, column, at, cell.get_name() if cell is not None else ""])
    return {"rows": kind.get_n_rows(), "columns": kind.get_n_columns(), "cells": found}


def look(app):
    """What of one screen is wrong, how many things it has, and its tables."""
    wrong, seen, tables = [], 0, []
    for one in walk(app):
        states, role, name = one.get_state_set(), one.get_role_name(), (one.get_name() or "").strip()
        if role in ("application", "frame"):
            continue
        if role in ("table", "list", "tree"):
            tables.append({"name": name, "role": role, "is": cells(one) if role == "table" else None})
        if not states.contains(Atspi.StateType.FOCUSABLE) or not states.contains(Atspi.StateType.ENABLED):
            continue
        seen += 1
        if not name:
            inside = one.get_parent()
            wrong.append(f"a {role} has no name, in a {inside.get_role_name()} “{inside.get_name()}”")
        if role in FILLERS:
            wrong.append(f"“{name}” has the role {role}")
    return {"wrong": wrong, "seen": seen, "tables": tables}


def ask(window, line):
    window.stdin.write(line + "\n")
    window.stdin.flush()
    return answered(window)


def answered(window):
    """Wait for the next line of the window, while events come in."""
    answer = []
    GLib.io_add_watch(
        GLib.IOChannel.unix_new(window.stdout.fileno()),
        GLib.PRIORITY_DEFAULT,
        GLib.IOCondition.IN | GLib.IOCondition.HUP,
        lambda *_: bool(answer.append(window.stdout.readline())),
    )
    end = time.monotonic() + 120
    while not answer and time.monotonic() < end:
        live(0.02)
    return answer[0].strip() if answer else ""


def main(out, scenes, command):
    for name, run in (("object:state-changed:focused", on_focus), ("object:announcement", on_said)):
        Atspi.EventListener.new(run).register(name)
    window = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    told = {"ready": answered(window), "scenes": {}}
    app = None
    for _try in range(100):
        app = program(window.pid)
        if app is not None:
            break
        live(0.1)
    told["found"] = app is not None
    for scene in scenes if app is not None else ():
        before = len(heard["said"])
        ask(window, f"scene {scene}")
        live(0.2)
        told["scenes"][scene] = look(app) | {"said": heard["said"][before:]}
    if app is not None:
        del heard["said"][:], heard["focused"][:]
        ask(window, "toast Note added")
        live(0.5)
        told["toast"] = list(heard["said"])
        for _press in range(12):
            subprocess.run(["xdotool", "key", "Tab"], check=True)
            live(0.15)
        told["focused"] = heard["focused"]
    ask(window, "end")
    told["rc"] = window.wait(30)
    with open(out, "w", encoding="utf-8") as file:
        json.dump(told, file, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    words = sys.argv[2:]
    main(sys.argv[1], words[: words.index("--")], words[words.index("--") + 1 :])
