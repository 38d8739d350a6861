"""Which encoding a text file was written in, guessed from its first bytes: UTF-8, UTF-16, GB18030, Big5, Windows-1252.

A guess is shown to a person, who can take another; so it may be wrong on a handful of letters, but never silently.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

ENCODINGS: Final = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "big5hkscs", "cp1252")
"""What can be chosen; "utf-16" takes the order of its bytes from its mark."""

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LATIN = re.compile(rb"(?<=[A-Za-z])[\xc0-\xff]{1,2}(?=[A-Za-z .,;\r\n])|\b[\xc0-\xff](?=[a-z])")
_HIGH = re.compile(rb"[\x80-\xff]+")
_CHINESE = re.compile("[\u3400-\u9fff\U00020000-\U0002ffff]")
_PUNCTUATION = frozenset("，。、；：？！（）《》「」“”‘’・…　—～％")

# The characters that stand most often in Chinese texts of this trade: about half of any of them. Each script has its
# own list, so that bytes read in the wrong one of the two encodings, which are characters too, are seen to be odd.
_COMMON_GB = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
    "用道行所然家"
    "种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力"
    "它与长把机十"
    "民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己"
    "制身果加西斯"
    "月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题"
    "活尔更别打女"
    "变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治"
    "展马科司五基"
    "眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共"
    "确传师观清今"
    "切院让识候带导争运笔车轴承泵阀压油检修维换装备单户客号型库存损坏漏测调试零码址街邮编机电话厂产线站组"
    "类级状态键空"
)
_COMMON_BIG5 = frozenset(
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡"
    "用道行所然家"
    "種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力"
    "它與長把機十"
    "民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己"
    "制身果加西斯"
    "月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題"
    "活爾更別打女"
    "變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空決治"
    "展馬科司五基"
    "眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共"
    "確傳師觀清今"
    "切院讓識候帶導爭運筆車軸承泵閥壓油檢修維換裝備單戶客號型庫存損壞漏測調試零碼址街郵編電話廠產線站組類"
    "級狀態鍵空"
)


def guess_encoding(sample: bytes, *, whole: bool = True) -> str:
    """One of `ENCODINGS` for the first bytes of a file; `whole` False says that the file goes on after them."""
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if (wide := _wide(sample)) is not None:
        return wide
    if _reads(sample, "utf-8", whole):
        return "utf-8"
    scores = {name: _chinese_score(sample, name, whole) for name in ("gb18030", "big5hkscs")}
    best = max(scores, key=lambda name: scores[name])
    return "cp1252" if scores[best] <= 0 or _looks_latin(sample) else best


def _wide(sample: bytes) -> str | None:
    """UTF-16 without its mark: every second byte of what is ASCII in it is zero."""
    pairs = len(sample) // 2
    if pairs < 2:
        return None
    even, odd = sample[0 : 2 * pairs : 2].count(0), sample[1 : 2 * pairs : 2].count(0)
    if odd > pairs // 10 and even <= odd // 20:
        return "utf-16-le"
    if even > pairs // 10 and odd <= even // 20:
        return "utf-16-be"
    return None


def _reads(sample: bytes, name: str, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(name)("strict").decode(sample, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def _chinese_score(sample: bytes, name: str, whole: bool) -> float:
    """How much the bytes are Chinese in this encoding: 1 for common text, below zero for none."""
    decoder = codecs.getincrementaldecoder(name)("replace")
    text = decoder.decode(sample, final=whole)
    common = _COMMON_GB if name == "gb18030" else _COMMON_BIG5
    score, total = 0.0, 0
    for letter in text:
        if letter < "\x80":
            continue
        total += 1
        if letter == "\N{REPLACEMENT CHARACTER}":
            score -= 3
        elif letter in common:
            score += 1
        elif letter in _PUNCTUATION:
            score += 0.5
        elif _CHINESE.match(letter):
            score += 0.3 if _is_first_level(letter, name) else -0.7
        else:
            score -= 0.7
    return score / total if total else 0.0


def _is_first_level(letter: str, name: str) -> bool:
    """Whether a character stands in the half of its standard that was made for frequent ones."""
    try:
        code = letter.encode("gb2312" if name == "gb18030" else "big5")
    except UnicodeEncodeError:
        return False
    first, last = (0xB0, 0xD7) if name == "gb18030" else (0xA4, 0xC6)
    return first <= code[0] <= last


def _looks_latin(sample: bytes) -> bool:
    """Whether high bytes stand alone or in twos among Latin letters, as accents do and Chinese does not."""
    runs = _HIGH.findall(sample)
    return bool(runs) and 3 * len(_LATIN.findall(sample)) >= 2 * len(runs) and max(map(len, runs)) <= 3


__all__ = ["ENCODINGS", "guess_encoding"]
