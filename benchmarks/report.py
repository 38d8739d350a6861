"""J1's report against the bare typst compile of the same page: `python benchmarks/report.py [times]`.

Ours is all a person waits for after a press: the records read from the encrypted store, laid out, the digest, pictures
wrapped, the PDF made, hashed and kept encrypted and synced. Bare is typst alone, warm, on the very files of that page.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fielddesk.core import pdf
from fielddesk.core.clock import FixedClock
from fielddesk.core.i18n import LANGUAGES
from fielddesk.features.documents.papers import Terms, digest_of
from fielddesk.features.inspections.papers import inspection_content, report_sheet
from fielddesk.store.database import Store
from tests.support import inspected
from tests.support.laptops import new_laptop
from tests.support.region import fill

TIMES = 30


def in_turn(works: list[Callable[[int], Any]], times: int) -> list[float]:
    """Medians in milliseconds, the works taken in turn so that a busy moment meets all of them; each run with other
    bytes, so that nothing is remembered."""
    taken: list[list[float]] = [[] for _work in works]
    for n in range(times):
        for place, work in enumerate(works):
            begun = time.perf_counter()
            work(n)
            taken[place].append((time.perf_counter() - begun) * 1000)
    return [statistics.median(each) for each in taken]


def ours(store: Store, language: str, number: str) -> bytes:
    assert store.blobs is not None
    with store.read() as read:
        content = inspection_content(read, inspected.ORDER)
    assert content is not None
    pictures = {sha256: store.blobs.read_bytes(sha256) for sha256 in content["pictures"]}
    terms = Terms(number, store.clock.now(), store.clock.zone(), "Northfield Service GmbH")
    made = pdf.render(report_sheet(content, terms, pictures, language))
    store.blobs.keep(made)
    digest_of(content)
    return made


def files_of(store: Store, language: str) -> dict[str, bytes]:
    """The files of the page as the compiler gets them."""
    caught: list[dict[str, bytes]] = []
    attempt = pdf._printer._attempt

    def noting(files: dict[str, bytes], *rest: Any) -> Any:
        caught.append(files)
        return attempt(files, *rest)

    pdf._printer._attempt = noting  # type: ignore[method-assign]
    ours(store, language, "INS-A7-2027-0")
    pdf._printer._attempt = attempt  # type: ignore[method-assign]
    return caught[-1]


def main(times: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        store = new_laptop(Path(name) / "laptop", clock=FixedClock())
        fill(store)
        inspected.fill(store)
        for language in LANGUAGES:
            files = files_of(store, language)
            compiler = pdf._printer._compiler
            assert compiler is not None

            def bare(n: int, files: dict[str, bytes] = files, compiler: Any = compiler) -> None:
                values = files["values.json"].replace(b"INS-A7-2027-0", b"INS-B%d" % n)
                compiler.compile(
                    {**files, "values.json": values}, format="pdf", pdf_standards=[pdf.STANDARD], timestamp=0
                )

            def whole(n: int, language: str = language) -> None:
                ours(store, language, f"INS-A7-2027-{n}")

            first, second = in_turn([bare, whole], times)
            size = len(ours(store, language, "INS-A7-2027-0"))
            ratio = f"{second / first:.2f} ×"
            print(f"{language}: bare typst {first:.0f} ms, the report {second:.0f} ms: {ratio}, {size:,} bytes")
        store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else TIMES)
