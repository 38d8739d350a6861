"""Makes PDFs from the templates in `resources/documents`, and pictures of their pages for the screen.

A template gets values and nothing else: they travel as JSON and as files in memory, so no text of a record is ever
read as typst code, and nothing readable is written to the disk. The same values give the same bytes.
"""

from __future__ import annotations

import base64
import json
import re
import threading
import zlib
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.frozen import dataclass
from fielddesk.core.paths import resources

if TYPE_CHECKING:
    from typst import Compiler

STANDARD: Final = "a-2u"
"""PDF/A-2u: fonts inside, every letter with its Unicode, no date but the one given."""
LATIN: Final = "Inter"
SIMPLIFIED: Final = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC")
TRADITIONAL: Final = ("Noto Sans CJK TC", "Noto Sans TC", "Source Han Sans TC", "Microsoft JhengHei", "PingFang TC")
MOST_MISSING: Final = 200
"""Kinds of letters that no font here has, before a page is given up."""
_PNG: Final = b"\x89PNG\r\n\x1a\n"
LARGEST_PICTURE: Final = 60_000_000
"""Pixels; a larger picture would take the memory of the whole laptop when it is unpacked."""
_REGIONS: Final = {"en": ("en", None), "zh_CN": ("zh", "cn"), "zh_TW": ("zh", "tw")}
_MISSING: Final = re.compile(r'the text `?"(.*)"`? could not be displayed', re.DOTALL)
_ESCAPE: Final = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Control characters, and those that turn the direction of all that follows: shown as �."""


@dataclass(frozen=True)
class Sheet:
    """What is to be printed: a template of `resources/documents`, its values, the language, the pictures by name.

    `at` (microseconds since 1970 UTC) is the date inside the file. `pictures` are PNG or JPEG, from anywhere;
    `drawings` are SVG made by the program itself.
    """

    template: str
    values: Mapping[str, Any]
    language: str = "en"
    at: int = 0
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    drawings: Mapping[str, str] = field(default_factory=dict)


def render(sheet: Sheet) -> bytes:
    """The PDF, as PDF/A-2u. A picture that cannot be read is left out: the template says so in its place.

    Codes: fonts_missing (language), document_failed (why).
    """
    made = _printer.make(sheet, "pdf", pdf_standards=[STANDARD])
    assert isinstance(made, bytes)
    return made


def pages(sheet: Sheet, pixels_per_inch: int = 110) -> list[bytes]:
    """The same pages as PNG pictures, for the screen. Codes as in `render`."""
    made = _printer.make(sheet, "png", ppi=float(pixels_per_inch))
    return [made] if isinstance(made, bytes) else list(made)


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a whole PNG or JPEG; None where it is neither, is cut off or damaged."""
    return _png_size(content) if content.startswith(_PNG) else _jpeg_size(content)


def _png_size(content: bytes) -> tuple[int, int] | None:
    at = len(_PNG)
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        end = at + 12 + length
        if end > len(content) or zlib.crc32(content[at + 4 : end - 4]) != int.from_bytes(content[end - 4 : end], "big"):
            return None
        if content[at + 4 : at + 8] == b"IEND":
            return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
        at = end
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    if content[:2] != b"\xff\xd8" or b"\xff\xd9" not in content[-64:]:
        return None
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        mark, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(content[at + 7 : at + 9], "big"), int.from_bytes(content[at + 5 : at + 7], "big")
        at += 1 if mark == 0xFF else 2 + max(length, 2)
    return None


def _wrapped(content: bytes) -> bytes | None:
    """A picture as a drawing around it: files in memory have to be text. None where it is not fit to be shown."""
    size = picture_size(content)
    if size is None or not 0 < size[0] * size[1] <= LARGEST_PICTURE:
        return None
    kind = "png" if content.startswith(_PNG) else "jpeg"
    width, height = size
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    body = f'<image width="{width}" height="{height}" href="data:image/{kind};base64,'
    return b"".join((head.encode(), body.encode(), base64.b64encode(content), b'"/></svg>'))


class _Printer:
    """One compiler for the whole program: the first page costs a tenth of a second, the next ones a hundredth.

    It is asked by one thread at a time, and lets the others run meanwhile.
    """

    def __init__(self) -> None:
        self._one = threading.Lock()
        self._compiler: Compiler | None = None
        self._families: frozenset[str] = frozenset()
        self._sources: dict[str, bytes] = {}
        self._unshown: set[str] = set()

    def make(self, sheet: Sheet, form: str, **more: Any) -> bytes | list[bytes]:
        with self._one:
            self._start()
            letters = self._letters(sheet.language)
            files = {name: drawing.encode() for name, drawing in sheet.drawings.items()}
            wrapped = {name: _wrapped(content) for name, content in sheet.pictures.items()}
            files |= {name: content for name, content in wrapped.items() if content is not None}
            for _attempt in range(MOST_MISSING):
                made = self._attempt(self._files(sheet, letters, files), form, sheet.at // 1_000_000, more)
                if made is not None:
                    return made
            raise FieldDeskError("document_failed", why="letters")

    def _start(self) -> None:
        if self._compiler is None:
            import typst

            fonts = typst.Fonts(include_embedded_fonts=False, font_paths=[str(resources() / "fonts")])
            self._families = frozenset(fonts.families())
            self._compiler = typst.Compiler(font_paths=fonts, ignore_system_fonts=True)
            folder = resources() / "documents"
            self._sources = {path.name: path.read_bytes() for path in folder.glob("*.typ")}

    def _letters(self, language: str) -> list[str]:
        """The families to write with; the script of the language must be there."""
        simplified = [name for name in SIMPLIFIED if name in self._families][:1]
        traditional = [name for name in TRADITIONAL if name in self._families][:1]
        own = {"zh_CN": simplified, "zh_TW": traditional}.get(language, [LATIN])
        if not own or LATIN not in self._families:
            raise FieldDeskError("fonts_missing", language=language)
        han = traditional + simplified if language == "zh_TW" else simplified + traditional
        rest = sorted(self._families - {LATIN, *SIMPLIFIED, *TRADITIONAL})
        return [LATIN, *han, *[name for name in rest if "Mono" not in name and "Serif" not in name]]

    def _files(self, sheet: Sheet, letters: list[str], shown: Mapping[str, bytes]) -> dict[str, bytes]:
        language, region = _REGIONS[sheet.language]
        own = {"fonts": letters, "lang": language, "region": region, "sound": sorted(shown)}
        told = self._clean({**sheet.values, "set": own})
        source = self._sources[f"{sheet.template}.typ"]
        drawn = {f"{name}.svg": content for name, content in shown.items()}
        values = json.dumps(told, ensure_ascii=False).encode()
        return {**self._sources, **drawn, "main.typ": source, "values.json": values}

    def _attempt(self, files: dict[str, bytes], form: str, at: int, more: dict[str, Any]) -> bytes | list[bytes] | None:
        """The pages; None where a letter was met that no font here has, which is then shown as � next time."""
        import typst

        assert self._compiler is not None
        try:
            made: Any = self._compiler.compile(files, format=form, timestamp=at, **more)  # type: ignore[arg-type]
        except typst.TypstError as problem:
            found = _MISSING.search(str(problem))
            letters = set(_ESCAPE.sub(lambda one: chr(int(one[1], 16)), found[1])) if found else set()
            letters -= self._unshown | {"\ufffd"}
            if not letters:
                raise FieldDeskError("document_failed", why=str(problem)[:300]) from None
            self._unshown |= letters
            return None
        return made  # type: ignore[no-any-return]

    def _clean(self, value: Any) -> Any:
        """The values with every letter that cannot be printed replaced by �."""
        if isinstance(value, str):
            text = _UNFIT.sub("\ufffd", value)
            if self._unshown and not text.isascii():
                text = "".join("\ufffd" if letter in self._unshown else letter for letter in text)
            return text
        if isinstance(value, Mapping):
            return {key: self._clean(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._clean(each) for each in value]
        return value


_printer = _Printer()
