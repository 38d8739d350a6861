"""The command line of headquarters: start the server, let people and laptops in, look after what waits.

found "Service North" admin "Ada Lovelace"     a new headquarters and its first administrator, once
add-user ben "Ben Wong" service_engineer       take a person in; prints a one-time code for their laptop
enrol-code ben                                 another code, for another laptop of this person
serve                                          serve laptops, at http://127.0.0.1:8472 if nothing else is said
import parts.csv customers.xlsx                take lists in; --help tells what can be said of them
held                                           what waits for a person
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fielddesk.core.clock import SECOND
from fielddesk.core.errors import FieldDeskError, StoreProblem
from fielddesk.features.lists.rules import KINDS
from fielddesk.features.people.rules import ROLES
from fielddesk.hq import admin
from fielddesk.hq.service import CONTENTS, Headquarters, on_postgresql, on_sqlite
from fielddesk.hq.terminal import (
    DATABASE,
    PROGRAM,
    data_folder,
    look_at_files,
    not_founded,
    terminal_words,
    told,
    why_of,
)
from fielddesk.store.statements import ask

if TYPE_CHECKING:
    from fielddesk.features.lists.model import Report

log = logging.getLogger("fielddesk.hq")
Verb = Callable[[Headquarters, argparse.Namespace], int]


def main(words: Sequence[str] | None = None) -> int:
    """Run one verb; 0 when all went well, 2 with a sentence where it did not."""
    options = _parser().parse_args(sys.argv[1:] if words is None else words)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for noisy in ("alembic", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        return _run(options)
    except FieldDeskError as problem:
        print(f"fielddesk-hq: {terminal_words(problem)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _run(options: argparse.Namespace) -> int:
    look_at_files([*getattr(options, "files", []), options.tls_cert, options.tls_key])
    with told(options):
        hq = _open(options)
        try:
            if options.verb not in (found, serve) and not admin.is_founded(hq):
                raise not_founded(options)
            return int(options.verb(hq, options))
        finally:
            hq.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROGRAM, description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=data_folder(), help="folder of the database (SQLite)")
    parser.add_argument("--files", type=Path, dest="contents", metavar="DIR",
                        help="folder of photos and files, one for all processes (else in --data)")  # fmt: skip
    parser.add_argument("--database", metavar="URL", default=os.environ.get("FIELDDESK_HQ_DATABASE"),
                        help="postgresql://… instead of a file")  # fmt: skip
    _serving(parser)
    parser.set_defaults(verb=serve)
    verbs = parser.add_subparsers(title="verbs", metavar="VERB")
    _serving(_verb(verbs, "serve", serve, "serve laptops (the default)"), again=True)
    made = _verb(verbs, "found", found, "make a new headquarters with its first administrator")
    made.add_argument("name")
    made.add_argument("login")
    made.add_argument("person")
    taken = _verb(verbs, "import", import_list, "take lists of customers, assets, parts or orders, or checklists, in")
    taken.add_argument("files", type=Path, nargs="+", metavar="FILE")
    _importing(taken)
    code = _verb(verbs, "enrol-code", enrol_code, "a one-time code for a laptop of a person")
    code.add_argument("login")
    person = _verb(verbs, "add-user", add_user, "take a person in")
    person.add_argument("login")
    person.add_argument("name")
    person.add_argument("role", choices=ROLES)
    _verb(verbs, "devices", devices, "every laptop with its codes")
    _verb(verbs, "revoke", revoke, "hold everything a laptop sends from now on").add_argument("device")
    _verb(verbs, "held", held, "what waits for a person")
    _verb(verbs, "release", release, "let a waiting operation run").add_argument("operation")
    _verb(verbs, "void", void, "give a waiting operation up").add_argument("operation")
    _verb(verbs, "restored", restored, "say that this database came back from a backup")
    sealed = _verb(verbs, "recover-key", recover_key, "the recovery code of a laptop, from its key.sealed")
    sealed.add_argument("files", type=Path, nargs=1, metavar="FILE")
    return parser


def _verb(verbs: Any, word: str, run: Verb, words: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(word, help=words, description=words)
    parser.set_defaults(verb=run)
    return parser


def _importing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", metavar="LOGIN", help="in whose name (the first administrator's)")
    parser.add_argument("--kind", choices=KINDS, help="what is in the list, where its heads do not tell")
    parser.add_argument("--columns", metavar="NUMBER=HEAD,NAME=HEAD", help="which column fills which field")
    parser.add_argument("--encoding", help="such as utf-8, utf-16, gb18030, big5hkscs, cp1252")
    parser.add_argument("--separator", help="between cells: one character, or tab")
    parser.add_argument("--sheet", help="name of the sheet in an XLSX")
    parser.add_argument("--state", dest="status", choices=("open", "completed"),
                        help="state of new orders whose list says none (completed)")  # fmt: skip


def _serving(parser: argparse.ArgumentParser, *, again: bool = False) -> None:
    def option(*names: str, default: Any = None, **more: Any) -> None:
        # Said behind the verb it wins; not said there, what stands before the verb must not be undone.
        parser.add_argument(*names, default=argparse.SUPPRESS if again else default, **more)

    option("--host", default="127.0.0.1")
    option("--port", type=int, default=8472, help="0: any free one")
    option("--tls-cert", type=Path)
    option("--tls-key", type=Path)
    option("--behind-proxy", action="store_true", default=False, help="a proxy on the way does TLS")
    option("--embedded", action="store_true", default=False,
           help="print one line of JSON when ready and end with whoever started it")  # fmt: skip
    option("--demo", type=Path, nargs="*", metavar="LIST",
           help="with --embedded: fill a new headquarters with demo data, from these lists where given")  # fmt: skip
    option("--jobs-every", type=float, default=15.0, metavar="SECONDS")


def _open(options: argparse.Namespace) -> Headquarters:
    """The database; only `found` and a start with --embedded make a new one."""
    contents = options.contents or options.data / CONTENTS
    if options.database:
        return on_postgresql(options.database, contents=contents)
    makes = options.verb is found or (options.verb is serve and options.embedded)
    try:
        if not makes and not (options.data / DATABASE).exists():
            raise not_founded(options)
        options.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreProblem("folder_unusable", folder=options.data, why=why_of(error)) from error
    return on_sqlite(options.data / DATABASE, contents=contents)


# ---------------------------------------------------------------- serving


def serve(hq: Headquarters, options: argparse.Namespace) -> int:
    """Serve until told to stop. Plain HTTP only on this machine, or behind a proxy that does TLS."""
    import uvicorn

    from fielddesk.hq.app import make_app
    from fielddesk.hq.jobs import Jobs

    secure = options.tls_cert is not None and options.tls_key is not None
    if not secure and not options.behind_proxy and not _is_loopback(options.host):
        raise StoreProblem("only_this_machine")
    if not admin.is_founded(hq):
        if not options.embedded:
            raise not_founded(options)
        boss = admin.found(hq, "FieldDesk", "admin", "Administrator")
        admin.take_first_strategy(hq, boss)
        if options.demo is not None:
            from fielddesk.hq.demo import make_demo

            make_demo(hq, boss, hq.clock, options.demo)
    try:
        line = _listen(options.host, options.port)
    except (OSError, OverflowError) as error:
        why = why_of(error) if isinstance(error, OSError) else "there is no such port"
        raise StoreProblem("address_refused", host=options.host, port=options.port, why=why) from None
    jobs = Jobs(hq, options.jobs_every)
    config = uvicorn.Config(
        make_app(hq, after_enrol=jobs.wake), log_config=None, access_log=False, server_header=False,
        lifespan="off", proxy_headers=False, timeout_graceful_shutdown=5,
        ssl_certfile=options.tls_cert if secure else None, ssl_keyfile=options.tls_key if secure else None,
    )  # fmt: skip
    try:
        config.load()
    except ssl.SSLError:
        line.close()
        raise StoreProblem("certificate_unusable", cert=options.tls_cert, key=options.tls_key) from None
    server = uvicorn.Server(config)
    jobs.start()
    try:
        address = f"{'https' if secure else 'http'}://{_shown(options.host)}:{line.getsockname()[1]}"
        log.info("serving %s", address)
        if options.embedded:
            _end_with_parent(server)
            print(json.dumps(_ready(hq, address, line.getsockname()[1])), flush=True)
        server.run(sockets=[line])
    finally:
        jobs.stop()
        line.close()
    return 0


def _ready(hq: Headquarters, address: str, port: int) -> dict[str, Any]:
    """What whoever started this must know: where it is, and a one-time code for each person."""
    with hq.reading() as connection:
        text = 'SELECT login, id FROM "user" WHERE archived_at IS NULL AND revoked_at IS NULL ORDER BY id'
        people = [tuple(row) for row in ask(connection, text)]
    codes = {login: admin.enrolment_code(hq, user_id) for login, user_id in people}
    return {"address": address, "port": port, "pid": os.getpid(), "enrolment_code": codes[people[0][0]], "codes": codes}


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    line = socket.socket(family, socket.SOCK_STREAM)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        line.bind((host, port))
        line.listen(256)
    except BaseException:
        line.close()
        raise
    return line


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _end_with_parent(server: Any) -> None:
    """Stop when the pipe from whoever started this closes, which it also does when they are killed."""

    def watch() -> None:
        while sys.stdin.buffer.read(1024):
            pass
        server.should_exit = True

    threading.Thread(target=watch, name="watching the parent", daemon=True).start()


# ---------------------------------------------------------------- the other verbs


def found(hq: Headquarters, options: argparse.Namespace) -> int:
    admin.take_first_strategy(hq, admin.found(hq, options.name, options.login, options.person))
    print(f"{options.name} is founded. A code for the first laptop: {PROGRAM} enrol-code {options.login}")
    return 0


def import_list(hq: Headquarters, options: argparse.Namespace) -> int:
    from fielddesk.hq.checklists import is_checklist_file, publish_checklist_file
    from fielddesk.hq.importer import import_file

    by = admin.user_of(hq, options.by) if options.by else admin.first_administrator(hq)
    said = {
        name: getattr(options, name) or "" for name in ("kind", "columns", "encoding", "separator", "sheet", "status")
    }
    said["separator"] = {"tab": "\t"}.get(said["separator"], said["separator"])
    stopped = threading.Event()
    before = signal.signal(signal.SIGINT, lambda _number, _frame: stopped.set())
    try:
        for file in options.files:
            if is_checklist_file(file):
                published = publish_checklist_file(hq, by, file)
                state = "published" if published.changed else "is there already"
                print(f"{file.name}: version {published.version} {state}")
                continue
            report = import_file(hq, by, file, partial(_progress, file, stopped), zone=hq.clock.zone(), **said)
            _tell_report(file, report)
            if report.stopped:
                print("Stopped; what was taken stays. The same command goes on where it stopped.")
                return 130
    finally:
        signal.signal(signal.SIGINT, before)
    return 0


def _progress(file: Path, stopped: threading.Event, done: int) -> bool:
    """A line that counts, where somebody sits at the terminal; Ctrl+C stops after the rows under way."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{file.name}: {done} rows")
        sys.stderr.flush()
    return not stopped.is_set()


def _tell_report(file: Path, report: Report) -> None:
    from fielddesk.hq.importer import write_refused

    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    counts = f"{report.taken} taken, {report.unchanged} unchanged, {len(report.refused)} refused"
    print(f"{file.name}: {report.rows} rows, {counts}")
    if report.refused:
        beside = file.with_name(file.name + ".refused.csv")
        write_refused(report, beside)
        print(f"Refused rows with their reasons: {beside}")


def enrol_code(hq: Headquarters, options: argparse.Namespace) -> int:
    print(admin.enrolment_code(hq, admin.user_of(hq, options.login)))
    return 0


def add_user(hq: Headquarters, options: argparse.Namespace) -> int:
    admin.add_user(hq, options.login, options.name, options.role, admin.first_administrator(hq))
    print(admin.enrolment_code(hq, admin.user_of(hq, options.login)))
    return 0


def devices(hq: Headquarters, options: argparse.Namespace) -> int:
    for one in admin.devices(hq):
        print(one.id, ",".join(one.codes), one.login, _when(one.seen_at), "revoked" if one.revoked_at else "", one.name)
    return 0


def revoke(hq: Headquarters, options: argparse.Namespace) -> int:
    admin.revoke_device(hq, options.device)
    return 0


def held(hq: Headquarters, options: argparse.Namespace) -> int:
    for one in admin.waiting_operations(hq):
        print(one.id, one.outcome, one.kind, one.user, _when(one.at), json.dumps(one.detail, ensure_ascii=False))
    return 0


def _waiting(hq: Headquarters, ending: str) -> str:
    """The one waiting operation whose name ends so, as a laptop's screen says it; else what was typed."""
    found = [one.id for one in admin.waiting_operations(hq) if ending and one.id.endswith(ending.lower())]
    return found[0] if len(found) == 1 else ending


def release(hq: Headquarters, options: argparse.Namespace) -> int:
    print(json.dumps(hq.release(_waiting(hq, options.operation)).detail, ensure_ascii=False))
    return 0


def void(hq: Headquarters, options: argparse.Namespace) -> int:
    hq.void(_waiting(hq, options.operation))
    return 0


def restored(hq: Headquarters, options: argparse.Namespace) -> int:
    print(f"Epoch {admin.restored(hq)}: every laptop will send again what is missing here.")
    return 0


def recover_key(hq: Headquarters, options: argparse.Namespace) -> int:
    print(admin.recover_key(hq, options.files[0].read_bytes()))
    return 0


def _when(moment: int | None) -> str:
    return "-" if moment is None else datetime.fromtimestamp(moment / SECOND, UTC).isoformat(timespec="seconds")


if __name__ == "__main__":
    sys.exit(main())
