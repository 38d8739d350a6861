"""What Ctrl+Z takes back, newest first; the Undo of a toast is the same entry, so nothing is taken back twice."""

from __future__ import annotations

from collections.abc import Callable

KEPT = 100


class UndoStack:
    """The last hundred things that can be taken back, in the order they were done."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, Callable[[], None]]] = []
        self._number = 0

    def push(self, take_back: Callable[[], None]) -> Callable[[], None]:
        """Remember how to take something back; what is returned does so, once."""
        self._number += 1
        number = self._number
        self._entries.append((number, take_back))
        del self._entries[:-KEPT]

        def take() -> None:
            self.take(number)

        return take

    def take(self, number: int) -> bool:
        """Take that one back, unless it was already."""
        for place, (known, take_back) in enumerate(self._entries):
            if known == number:
                del self._entries[place]
                take_back()
                return True
        return False

    def take_last(self) -> bool:
        """Take back what was done last; False when nothing is left."""
        return bool(self._entries) and self.take(self._entries[-1][0])

    def __len__(self) -> int:
        return len(self._entries)
