"""Keeps the translation files true: collects sentences from the code, compiles them, and says what is missing.

python -m fielddesk.core.i18n extract          how many sentences the code holds
python -m fielddesk.core.i18n update           bring the catalogues up to the code (keeps translations)
python -m fielddesk.core.i18n fill FILE.json   put translations in: {"English": ["简体", "繁體"], ...}
python -m fielddesk.core.i18n compile          write the .mo files that the program reads
python -m fielddesk.core.i18n check            fails on a missing, empty, doubtful or stale translation
"""

from __future__ import annotations

import json
import re
import string
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from fielddesk.core.languages import DOMAIN, LANGUAGES
from fielddesk.core.paths import resources

SOURCE = Path(__file__).resolve().parents[1]
TRANSLATED = tuple(each for each in LANGUAGES if each != "en")
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
HEADER = "# FieldDesk, in {language}. Write translations here; `python -m fielddesk.core.i18n update` keeps it sorted."
HAN = "[\u3400-\u9fff]"


def extract(source: Path = SOURCE) -> Catalog:
    """Every sentence marked in the code."""
    found = Catalog(domain=DOMAIN, fuzzy=False)
    files = extract_from_dir(source, [("**.py", "python")], keywords=KEYWORDS, comment_tags=("Translators:",))
    for file, _line, message, comments, context in sorted(files, key=lambda each: each[:2]):
        found.add(message, locations=[(Path(file).as_posix(), 0)], auto_comments=comments, context=context)
    return found


def po_path(language: str, root: Path | None = None) -> Path:
    """Where the translations of a language are written."""
    return (root or resources() / "translations") / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str, root: Path | None = None) -> Catalog:
    """The catalogue of a language as it stands; an empty one when there is no file yet."""
    path = po_path(language, root)
    if not path.exists():
        return Catalog(locale=language, domain=DOMAIN, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN, abort_invalid=True)


def save(catalogue: Catalog, language: str, root: Path | None = None) -> None:
    """Write .po (sorted, without line numbers, so that merges stay small) and .mo."""
    path = po_path(language, root)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.header_comment = HEADER.format(language=language)
    catalogue.fuzzy = False
    text = BytesIO()
    write_po(text, catalogue, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True, omit_header=True)
    head = f'{catalogue.header_comment}\nmsgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    head += f'"Language: {language}\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    path.write_bytes(head.encode() + text.getvalue())
    path.with_suffix(".mo").write_bytes(compiled(read(language, root)))


def compiled(catalogue: Catalog) -> bytes:
    """The bytes of the .mo file; the same for the same translations."""
    catalogue.creation_date = catalogue.revision_date = datetime(
        2000, 1, 1, tzinfo=UTC
    )  # else the time of day is in it
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def update(found: Catalog, root: Path | None = None) -> None:
    """Add new sentences to each catalogue and drop those the code no longer says."""
    for language in TRANSLATED:
        catalogue = read(language, root)
        catalogue.update(found, no_fuzzy_matching=True)
        save(catalogue, language, root)


def fill(translations: dict[str, list[str]], root: Path | None = None) -> list[str]:
    """Put translations in; "context|English" for a word with context. The answer: what no catalogue holds."""
    unknown = []
    for position, language in enumerate(TRANSLATED):
        catalogue = read(language, root)
        for key, texts in translations.items():
            message = catalogue.get(key)
            if message is None and "|" in key:
                context, _sign, english = key.partition("|")
                message = catalogue.get(english, context)
            if message is None:
                unknown.append(key)
                continue
            message.string = (texts[position],) if message.pluralizable else texts[position]
        save(catalogue, language, root)
    return sorted(set(unknown))


@contextmanager
def alone() -> Iterator[None]:
    """Two people who fill in translations at the same time must not lose each other's; no lock on Windows."""
    with (resources() / "translations" / "README.md").open("rb") as file:
        try:
            import fcntl
        except ImportError:
            pass
        else:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


# ---------------------------------------------------------------- what is wrong


def _texts(message: Message) -> tuple[list[str], list[str]]:
    english = list(message.id) if isinstance(message.id, (tuple, list)) else [message.id]
    said = [text or "" for text in (message.string if isinstance(message.string, (tuple, list)) else [message.string])]
    return english, said


def _places(text: str) -> set[str]:
    return {name for _literal, name, _spec, _how in string.Formatter().parse(text) if name is not None}


def doubts(message: Message) -> Iterator[str]:
    """What is wrong with one translation, in words."""
    english, said = _texts(message)
    if not all(said):
        yield "is not translated"
        return
    if message.fuzzy:
        yield "is marked fuzzy"
    try:
        wanted, given = _places(english[-1]), set().union(*(_places(text) for text in said))
    except ValueError:
        yield "has a brace without its partner"
        return
    if wanted != given:
        yield f"has the places {sorted(given)}, the English {sorted(wanted)}"
    for text in said:
        if re.search(rf"{HAN}[,;:?!]|[,;:?!]{HAN}", text):
            yield "has half-width punctuation beside Chinese"
        if text != text.strip() and english[0] == english[0].strip():
            yield "begins or ends with a space"


def check(found: Catalog, root: Path | None = None) -> list[str]:
    """Every fault of the catalogues, one line each; empty when all is well."""
    faults = []
    for language in TRANSLATED:
        catalogue = read(language, root)
        wanted = {(message.id, message.context) for message in found if message.id}
        written = {(message.id, message.context): message for message in catalogue if message.id}
        for one, other, keys in (
            ("code", "catalogue", wanted - set(written)),
            ("catalogue", "code", set(written) - wanted),
        ):
            faults += [f"{language}: {key[0]!r} is in the {one}, not in the {other}" for key in sorted(keys, key=str)]
        for key, message in written.items():
            faults += [f"{language}: {key[0]!r} {doubt}" for doubt in doubts(message)]
        mo = po_path(language, root).with_suffix(".mo")
        if not mo.exists() or mo.read_bytes() != compiled(catalogue):
            faults.append(f"{language}: {mo.name} is stale; run `python -m fielddesk.core.i18n compile`")
    return faults


def main(words: list[str] | None = None) -> int:
    """The command line; 0 when all went well, 1 on faults, 2 on a word it does not know."""
    words = sys.argv[1:] if words is None else words
    verb = words[0] if words else ""
    if verb == "extract":
        print(f"{len(extract())} sentences")
    elif verb == "update":
        with alone():
            update(extract())
    elif verb == "fill" and len(words) == 2:
        with alone():
            update(extract())
            unknown = fill(json.loads(Path(words[1]).read_text("utf-8")))
        for key in unknown:
            print(f"no such sentence in the code: {key!r}")
    elif verb == "compile":
        for language in TRANSLATED:
            po_path(language).with_suffix(".mo").write_bytes(compiled(read(language)))
    elif verb == "check":
        faults = check(extract())
        print("\n".join(faults) or "All sentences are translated.")
        return 1 if faults else 0
    else:
        print(__doc__)
        return 2
    return 0
