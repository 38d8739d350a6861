"""What befalls laptops and headquarters between two steps: they die, come back from images, are copied, and the office
goes on with its work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from fielddesk.core.errors import Conflict, RuleBroken
from fielddesk.store.actions import Call
from fielddesk.store.outbox import OwnOperation
from tests.simulation.machines import FOREVER, Died, Laptop
from tests.simulation.people import give_order, wish
from tests.simulation.plan import MACHINE, OF_THE_OFFICE, stream

if TYPE_CHECKING:
    from tests.simulation.world import World

MOST_LAPTOPS = 6


class Misfortune:
    """Each method bears the name of its fault in the plan."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.dice = stream(world.plan.seed, "faults")
        self._images = 0
        self._hq_images: list[Path] = []

    def strike(self) -> None:
        """Let happen what the plan has for this step."""
        for name in MACHINE:
            chance = self.world.plan.chance(name)
            if chance and self.dice.random() < chance:
                self.world.trace.note("fault", name)
                strike = getattr(self, name)
                if name in OF_THE_OFFICE:
                    strike()
                else:
                    strike(self.dice.choice(self.world.laptops))
        for laptop in self.world.laptops:
            if laptop.fuse.full and self.dice.random() < 0.3:
                laptop.fuse.full = False

    def kill(self, laptop: Laptop) -> None:
        laptop.fuse.left = self.dice.choice((1, 2, 3, 4, 5, 8, 13, 21))

    def power_off(self, laptop: Laptop) -> None:
        laptop.power_fails = True
        self.kill(laptop)
        if self.dice.random() < 0.3:
            self.world.turn_off(laptop)

    def stop(self, laptop: Laptop) -> None:
        if laptop.driver is not None:
            laptop.driver.stop()

    def disk_full(self, laptop: Laptop) -> None:
        laptop.fuse.full = True

    def clock(self, laptop: Laptop) -> None:
        laptop.clock.ahead += self.dice.choice((-86_400, -3600, -1, 1, 3600, 86_400, 400 * 86_400)) * 1_000_000
        laptop.clock.name = self.dice.choice(("Europe/Berlin", "Asia/Shanghai", "America/New_York"))

    def _image_folder(self) -> Path:
        self._images += 1
        return self.world.folder / f"image-{self._images}"

    def restore_laptop(self, laptop: Laptop) -> None:
        """Make an image, or bring the oldest one back."""
        if len(laptop.images) < 1 or self.dice.random() < 0.3:
            self._off(laptop)
            laptop.images.append(laptop.copy_to(self._image_folder()))
            return
        self._off(laptop)
        here = self._ids_in(laptop)
        laptop.come_back_from(laptop.images.pop(0))
        gone = here - self._ids_in(laptop)
        self.world.committed.lost |= gone
        self.world.forget(laptop)
        self.world.trace.note(laptop.name, "restored", sorted(gone))

    def _off(self, laptop: Laptop) -> None:
        if laptop.on:
            laptop.shut_down()

    def _ids_in(self, laptop: Laptop) -> set[str]:
        """What a laptop holds when nothing stops it from starting."""
        laptop.fuse.full, laptop.fuse.left = False, FOREVER
        laptop.boot()
        assert laptop.store is not None
        with laptop.store.read() as read:
            found = {row[0] for row in read.rows(sa.select(OwnOperation.c.id))}
        self.world.learn(laptop)
        laptop.shut_down()
        return found

    def damage_store(self, laptop: Laptop) -> None:
        self.world.turn_off(laptop)
        laptop.damage()
        self.world.forget(laptop)

    def clone_laptop(self, laptop: Laptop) -> None:
        if len(self.world.laptops) >= min(MOST_LAPTOPS, self.world.plan.laptops + 2):
            return
        self._off(laptop)
        who = self.world.people[laptop.name]
        name = f"{laptop.name}x{len(self.world.laptops)}"
        laptop.copy_to(self.world.folder / name)
        twin = self.world.place(name, len(self.world.laptops), who.user, who.role, self.world.tokens[laptop.name])
        twin.damaged = laptop.damaged
        self.world.trace.note(laptop.name, "cloned to", name)

    def restore_hq(self) -> None:
        if not self._hq_images or self.dice.random() < 0.3:
            place = self._image_folder()
            self.world.office.copy_to(place)
            self._hq_images.append(place)
            return
        self.world.office.come_back_from(self._hq_images.pop(0))
        self.world.watch.new_epoch()

    def kill_hq(self) -> None:
        self.world.office.die_in(self.dice.choice((1, 2, 3, 4)))

    def reassign(self) -> None:
        with self.world.office.read() as read:
            calls = give_order(self.world.boss, read)
        self.perform(calls)

    def office_edit(self) -> None:
        with self.world.office.read() as read:
            calls = wish(self.world.boss, read)
        self.perform(calls)

    def settle(self) -> None:
        waiting = self.world.office.waiting()
        if waiting:
            one, word = self.dice.choice(waiting), self.dice.choice(("release", "void"))
            self.world.trace.note("office", word, one)
            self._at_the_office(lambda: self.world.office.settle(one, word))

    def prune(self) -> None:
        share = self.dice.choice((0.3, 0.7, 1.0))
        self._at_the_office(lambda: self.world.office.prune(share))

    def perform(self, calls: list[Call] | None) -> None:
        if not calls:
            return
        if self._at_the_office(lambda: self.world.office.perform(calls, self.world.boss.user)):
            self.world.trace.note("office", [one.action.kind for one in calls])

    def _at_the_office(self, work: Callable[[], Any]) -> bool:
        """Do something at headquarters; False where a rule said no or the machine died over it."""
        try:
            work()
        except (RuleBroken, Conflict) as no:
            self.world.trace.note("office", "refused", no.code)
        except Died as end:
            self.world.office_died(end)
        else:
            return True
        return False
