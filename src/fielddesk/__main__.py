"""FieldDesk from the command line: opens the last profile, sets a laptop up, or shows a demo.

Without a word the window opens on the profile used last. Everything else is said in the window itself.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from fielddesk import __version__
from fielddesk.core.languages import LANGUAGES

EXAMPLES = """\
python -m fielddesk                               open the profile used last
python -m fielddesk --enrol https://hq… CODE      set this laptop up with a code from headquarters
python -m fielddesk --demo                        an embedded headquarters, demo data, a window on it
python -m fielddesk --demo --journey pictures     walk through the demo without a screen, take pictures
python -m fielddesk.hq --help                     headquarters
"""


def main(words: Sequence[str] | None = None) -> int:
    """Run with these words (those of the command line without them); the answer is the exit code."""
    options = _parser().parse_args(words)
    from fielddesk.app import Wishes, run

    return run(
        Wishes(
            options.profile, tuple(options.enrol) if options.enrol else None, options.demo, options.journey,
            options.language, options.theme, options.text_size, options.offline,
        )
    )  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "fielddesk", description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--profile", metavar="NAME", help="the profile's folder name, where there are several")
    parser.add_argument("--enrol", nargs=2, metavar=("URL", "CODE"), help="set this laptop up with a one-time code")
    parser.add_argument("--demo", action="store_true", help="start a headquarters of its own with demo data")
    parser.add_argument("--journey", type=Path, metavar="OUT_DIR", help="with --demo: no screen, pictures instead")
    parser.add_argument("--language", choices=LANGUAGES, help="for this once; Settings keeps it")
    parser.add_argument("--theme", choices=("light", "dark", "contrast"), help="for this once; Settings keeps it")
    parser.add_argument("--text-size", type=int, metavar="PERCENT", help="100 to 200, for this once")
    parser.add_argument("--offline", action="store_true", help="sync only when asked to")
    parser.add_argument("--version", action="version", version=f"FieldDesk {__version__}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
