"""What headquarters' command line says when something cannot be done: English on purpose, see docs/decisions.md.

A laptop's sentences are made where they are shown, in its person's language; an administrator's terminal speaks as
every other tool on that machine does.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs
import sqlalchemy as sa

from fielddesk.core.errors import FieldDeskError, StoreProblem
from fielddesk.store.connect import as_problem

PROGRAM = "fielddesk-hq" if Path(sys.argv[0]).stem == "fielddesk-hq" else "python -m fielddesk.hq"
DATABASE = "headquarters.db"

_SENTENCES = {
    "not_founded": "There is no headquarters in {place} yet. Begin with:\n    {begin}",
    "founded_already": "This headquarters is founded already. People come in with add-user.",
    "administrator_missing": "No administrator is left here. Name somebody who may do this with --by LOGIN.",
    "login_unknown": "Nobody here signs in as “{login}”. Take them in first, with add-user.",
    "login_taken": "Somebody signs in as “{login}” already. Take another login.",
    "name_missing": "The name is empty.",
    "role_unknown": "There is no role “{role}”.",
    "device_unknown": "No laptop has the id {device}, or it is revoked already. `devices` lists them.",
    "operation_unknown": "Nothing that waits has the id or ending “{id}”. `held` lists what waits.",
    "operation_settled": "This does not wait any more: it is settled. `held` lists what waits.",
    "kind_unknown": "This FieldDesk does not know “{kind}”. A newer one is needed here.",
    "held": "This needs a right or a record that is not there. Nothing was changed.",
    "parked": "This needs something that was given up. Nothing was changed.",
    "quarantined": "FieldDesk made a mistake here. Nothing was changed; the log says where.",
    "conflict": "Somebody changed the same record at this moment. Look at it and do it again.",
    "not_allowed": "This person's role may not do that.",
    "action_failed": "FieldDesk made a mistake with “{kind}” ({fault}). Nothing was changed.",
    "not_a_code": "A login has at most 64 small letters and digits, no space, and between them . _ : or -.",
    "not_text": "There is something in it that is no text.",
    "text_too_long": "Too long ({field}): {limit} characters at most.",
    "text_has_nul": "There is a character in it that cannot be stored ({field}).",
    "text_has_lines": "Only one line fits here ({field}).",
    "text_broken": "There is half a character in it ({field}).",
    "file_missing": "There is no file {file}.",
    "file_unreadable": "The file {file} cannot be read: {why}.",
    "file_not_written": "The refused rows cannot be written to {file}: {why}. All others are taken.",
    "list_unknown": "{file} is no list that can be taken in: customers, assets, parts or orders as CSV or XLSX with "
    "heads that tell which is which (else say --kind and --columns), or orders as lines of JSON; each also gzipped.",
    "checklist_file_unreadable": "{file} cannot be read as JSON ({why}). Nothing of it was taken.",
    "checklist_file_wrong": "{file} is no checklist: look at its {what}. It needs number, names and items.",
    "list_unreadable": "{file} cannot be read to its end ({why}); {taken} rows of it were taken. Mend the file and "
    "import it again: what is here already is not taken twice.",
    "list_too_large": "{file} is too large, or one of its lines is.",
    "list_empty": "There is nothing in {file}.",
    "list_foreign": "{file} is no list but some other kind of file.",
    "list_old_excel": "{file} is an old or a locked Excel file. Save it as XLSX without a password, or as CSV.",
    "list_quote_open": "{file}, row {row}: a quote is opened and never closed; {taken} rows before it were taken.",
    "list_mostly_refused": "{refused} rows were refused, so the columns are taken for something else than they are; "
    "{taken} rows were taken. Say --columns.",
    "columns_missing": "The list lacks what every row needs: {columns}. Say --columns.",
    "column_unknown": "“{column}” names no column. Write FIELD=HEAD with the head as it stands in the file; fields are "
    "{targets}.",
    "encoding_unknown": "There is no encoding “{encoding}”.",
    "row_unreadable": "A row cannot be read.",
    "title_missing": "A row has no title.",
    "sealed_key_damaged": "The file is no key.sealed, or not as it was written.",
    "sealed_key_foreign": "This key was sealed for another headquarters.",
    "sealed_key_newer": "This key was sealed by a newer FieldDesk.",
    "recovery_key_invalid": "The file is no key.sealed, or not as it was written.",
    "folder_unusable": "The folder {folder} cannot be used: {why}. Name another one with --data.",
    "folder_read_only": "Headquarters may not write into {folder}. Allow it, or name another folder with --data.",
    "disk_full": "The disk of {folder} is full.",
    "disk_failed": "The disk of {folder} did not do what it was told. Look after it, and keep a copy of the folder.",
    "file_busy": "Another program holds the database in {folder}. Try again in a moment.",
    "store_busy": "Another program holds the database. Try again in a moment.",
    "busy": "The database is busy. Try again in a moment.",
    "store_damaged": "{folder}/{file} is damaged or no database of FieldDesk. Nothing was changed; put a backup back, "
    "then say `restored`.",
    "store_newer": "This database was written by a newer FieldDesk. Nothing was changed; install that one.",
    "database_silent": "The database does not answer, or refuses the login: {why}. Look at --database.",
    "database_refused": "The database refused this ({why}). Nothing was changed.",
    "database_address": "The address behind --database cannot be read. Write it like postgresql://name@machine/name.",
    "address_refused": "Laptops cannot be served at {host}, port {port}: {why}.",
    "certificate_unusable": "{cert} and {key} are no certificate and key that belong together.",
    "only_this_machine": "Without --tls-cert and --tls-key only this machine is served; behind a proxy that does TLS "
    "say --behind-proxy.",
    "system_refused": "The system said no: {why}.",
}  # fmt: skip


class _Known(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "?"


def terminal_words(problem: FieldDeskError) -> str:
    """What happened and what to do, for a terminal."""
    said = _SENTENCES.get(problem.code)
    if said is None:
        inside = ", ".join(f"{name}: {value}" for name, value in problem.values.items())
        return f"Headquarters said no to this: {problem.code.replace('_', ' ')}" + (f" ({inside})." if inside else ".")
    return said.format_map(_Known(problem.values))


def data_folder() -> Path:
    """Where headquarters keeps its database if nobody says otherwise."""
    return Path(platformdirs.user_data_path("FieldDesk", appauthor=False, roaming=False)) / "headquarters"


@contextmanager
def told(options: argparse.Namespace) -> Iterator[None]:
    """Turn what the database, the disk or the system did into a problem that has words."""
    try:
        yield
    except sa.exc.ArgumentError:
        raise StoreProblem("database_address") from None
    except sa.exc.DBAPIError as error:
        raise _database_problem(options, error) from error
    except OSError as error:
        problem = as_problem(error, options.data / DATABASE)
        raise problem or StoreProblem("system_refused", why=why_of(error)) from error


def look_at_files(named: Iterable[Path | None]) -> None:
    """What was named on the command line must be there before a database is opened or made for it."""
    for file in named:
        if file is None:
            continue
        try:
            file.open("rb").close()
        except FileNotFoundError:
            raise StoreProblem("file_missing", file=file) from None
        except OSError as error:
            raise StoreProblem("file_unreadable", file=file, why=why_of(error)) from error


def not_founded(options: argparse.Namespace) -> StoreProblem:
    where = "" if options.data == data_folder() else f"--data {shlex.quote(str(options.data))} "
    if options.database:
        where = "--database URL "  # as it was said; it may hold a password
    begin = f'{PROGRAM} {where}found "Service North" admin "Ada Lovelace"'
    return StoreProblem("not_founded", place="this database" if options.database else options.data, begin=begin)


def _database_problem(options: argparse.Namespace, error: sa.exc.DBAPIError) -> StoreProblem:
    why = str(error.orig).strip().partition("\n")[0] or type(error.orig).__name__
    if not options.database:
        return as_problem(error.orig or error, options.data / DATABASE) or StoreProblem("database_refused", why=why)
    silent = isinstance(error, sa.exc.OperationalError)
    return StoreProblem("database_silent" if silent else "database_refused", why=why)


def why_of(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
