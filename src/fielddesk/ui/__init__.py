"""The widget kit of the window; it knows no feature."""

import sys

if sys.version_info < (3, 12):
    # PySide6 6.12 is built as if None, True and False could not be counted away, which holds from Python 3.12 on. On
    # 3.11 each Qt call that returns nothing takes one reference of None, each signal one of True; after some five
    # thousand calls the program dies ("none_dealloc"). So they get more references than any session can use up.
    # Seen with 6.12.0 (100,000 calls of QFont.setPixelSize), not with 6.11.3; needless once 3.11 is given up.
    import ctypes

    for _constant in (None, True, False, NotImplemented, Ellipsis):
        ctypes.c_ssize_t.from_address(id(_constant)).value += 1 << 40
