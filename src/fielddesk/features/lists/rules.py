"""What a list from outside can hold: its kinds, how their columns are called, and what each row must have (PR6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from fielddesk.core.errors import RuleBroken
from fielddesk.core.frozen import dataclass

CUSTOMERS: Final = "customers"
ASSETS: Final = "assets"
PARTS: Final = "parts"
ORDERS: Final = "orders"
KINDS: Final = (CUSTOMERS, ASSETS, PARTS, ORDERS)

LINE: Final = "line"
PROSE: Final = "prose"
DAY: Final = "day"
MOMENT: Final = "moment"

HEADER_AMONG: Final = 20
"""The heads of a list stand within its first rows; above them there is a title at most."""


@dataclass(frozen=True)
class Target:
    """A column that can be filled: its key, how its cells are read (line, prose, day, moment, or a set of codes), and
    how lists call it. Without a needed one a row cannot be new."""

    key: str
    reads: str
    heads: tuple[str, ...]
    needed: bool = False


def _target(key: str, reads: str, heads: str, *, needed: bool = False) -> Target:
    return Target(key, reads, tuple(plain_head(head) for head in heads.split("|")), needed)


def plain_head(text: str) -> str:
    """A head as it is compared: no capitals, no spaces, no signs, full-width letters as plain ones."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


_CUSTOMER = (
    _target(
        "number", LINE,
        "customer number|customer no|customer id|number|no|id|code|account|客户编号|客户号|客户代码|"
        "客戶編號|客戶代號|客戶號碼|编号|編號|代码|代碼|kundennummer", needed=True,
    ),
    _target(
        "name", LINE,
        "customer name|customer|name|company|company name|客户名称|客户|公司名称|公司|名称|客戶名稱|客戶|"
        "公司名稱|名稱|kunde|firma", needed=True,
    ),
    _target(
        "tier", "tier",
        "tier|customer tier|kind|class|level|客户等级|客户级别|客戶等級|客戶級別|等级|等級|类别|類別|"
        "类型|類型",
    ),
    _target("street", LINE, "street|address|street address|地址|街道|詳細地址|详细地址|strasse|straße"),
    _target("postal_code", LINE, "postal code|postcode|zip|zip code|邮编|邮政编码|郵遞區號|郵編|plz"),
    _target("city", LINE, "town|city|place|城市|市|城镇|縣市|鄉鎮市區|ort|stadt"),
    _target("country", LINE, "country|国家|国家地区|國家|國家地區|land"),
    _target("phone", LINE, "phone|telephone|tel|phone number|电话|联系电话|電話|聯絡電話|telefon"),
    _target("language", "language", "language|语言|語言|語系|sprache"),
)  # fmt: skip

_ASSET = (
    _target(
        "customer", LINE,
        "customer number|customer no|customer id|customer|customer name|客户编号|客户号|客户代码|客户|"
        "客户名称|客戶編號|客戶代號|客戶|客戶名稱|kundennummer|kunde", needed=True,
    ),
    _target(
        "serial", LINE,
        "serial|serial number|serial no|s/n|sn|asset number|序列号|序号|设备序列号|出厂编号|设备编号|"
        "序號|序列號|設備序號|出廠編號|設備編號|機號|seriennummer", needed=True,
    ),
    _target(
        "name", LINE,
        "name|asset|asset name|machine|equipment|设备名称|设备|名称|設備名稱|設備|名稱|gerät", needed=True,
    ),
    _target("model", LINE, "model|type|machine type|型号|设备型号|型號|設備型號|機型|typ"),
    _target(
        "software_version", LINE,
        "software version|software|version|firmware|软件版本|固件版本|軟體版本|韌體版本",
    ),
    _target("building", LINE, "building|hall|建筑|厂房|楼栋|建築|廠房|棟別"),
    _target("position", LINE, "position in it|position|place|location|位置|安装位置|安裝位置|楼内位置|內部位置"),
    _target("remark", PROSE, "remark|remarks|note|notes|comment|备注|說明|备注说明|備註"),
    _target("installed_on", DAY, "installed on|installed|installation date|安装日期|安裝日期|安装日|安裝日"),
    _target(
        "warranty_until", DAY, "warranty until|warranty|warranty end|保修截止|保修至|保修到期|质保到期|保固至|保固到期",
    ),
)  # fmt: skip

_PART = (
    _target(
        "number", LINE,
        "part number|part no|part_number|item number|article number|number|no|备件编号|备件号|零件号|"
        "物料编号|料号|備品編號|備品號|零件編號|料號|編號|编号|artikelnummer|teilenummer", needed=True,
    ),
    _target(
        "names.en", LINE,
        "name en|name english|english name|title|name|part name|description|英文名称|英文名稱|名称 英文|"
        "名稱 英文|bezeichnung",
    ),
    _target(
        "names.zh_CN", LINE,
        "name zh_cn|name 简体|name simplified|名称|备件名称|物料名称|零件名称|中文名称|简体名称|"
        "名称 简体|名稱 簡體",
    ),
    _target(
        "names.zh_TW", LINE,
        "name zh_tw|name 繁體|name traditional|名稱|備品名稱|物料名稱|零件名稱|中文名稱|繁體名稱|"
        "名称 繁体|名稱 繁體",
    ),
    _target("category", LINE, "category|group|类别|分类|物料类别|類別|分類|物料類別|warengruppe"),
    _target("unit", "unit", "unit|unit of measure|uom|单位|计量单位|單位|計量單位|einheit"),
    _target(
        "replaced_by", LINE,
        "replaced by|moved to|moved_to|successor|superseded by|替换为|更換為|替代件|替代编号|替代料号|替代件號|"
        "替代編號|取代料號|后继件|後繼件",
    ),
)  # fmt: skip

_ORDER = (
    _target(
        "number", LINE,
        "order number|order no|work order|work order number|wo|number|no|ticket|工单编号|工单号|工单|"
        "单号|編號|编号|工單編號|工單號|工單號碼|工單|單號|auftragsnummer", needed=True,
    ),
    _target(
        "customer", LINE,
        "customer number|customer no|customer|customer id|customer name|客户编号|客户号|客户|客户名称|"
        "客戶編號|客戶代號|客戶|客戶名稱|kundennummer|kunde", needed=True,
    ),
    _target(
        "title", LINE,
        "title|subject|short text|fault|problem|order title|标题|主题|故障|故障现象|內容摘要|標題|主旨|"
        "故障現象|titel", needed=True,
    ),
    _target("kind", "order_kind", "kind|order kind|type|order type|工单类型|类型|工單類型|類型|工單類別"),
    _target(
        "description", PROSE,
        "description|details|说明|text|long text|work done|描述|详细描述|故障描述|处理内容|說明|描述內容|"
        "詳細描述|處理內容|beschreibung",
    ),
    _target(
        "asset", LINE,
        "asset|serial|serial number|serial no|asset serial|序列号|设备序列号|设备编号|设备|序號|設備序號|"
        "設備編號|設備|seriennummer",
    ),
    _target("status", "order_status", "state|status|order status|状态|工单状态|狀態|工單狀態"),
    _target("due_on", DAY, "due|due on|due date|due day|到期|到期日|期限|截止日期|到期日期"),
    _target(
        "opened_at", MOMENT,
        "opened|创建于|建立於|opened at|opened on|date|created|created at|reported on|reported|创建时间|创建日期|"
        "报修时间|报修日期|日期|建立時間|建立日期|報修時間|報修日期|datum",
    ),
)  # fmt: skip

TARGETS: Final[Mapping[str, tuple[Target, ...]]] = {
    CUSTOMERS: _CUSTOMER,
    ASSETS: _ASSET,
    PARTS: _PART,
    ORDERS: _ORDER,
}

_CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "tier": {
        "strategic": "strategic|strategic customer|战略|战略客户|戰略|戰略客戶|策略客戶",
        "key": "key|key customer|重点|重点客户|重要客户|大客户|重點|重點客戶|重要客戶|a",
        "standard": "standard|customer|normal|普通|普通客户|一般客户|标准|客户|一般客戶|普通客戶|標準|客戶|b|c",
    },
    "language": {
        "en": "en|english|英文|英语|英語|englisch",
        "zh_cn": "zh_cn|zh|chinese|simplified chinese|简体|简体中文|中文|簡體中文|簡體",
        "zh_tw": "zh_tw|zh_hk|traditional chinese|繁體|繁體中文|正體中文|繁体|繁体中文",
    },
    "unit": {
        "piece": "piece|pieces|pc|pcs|pce|ea|each|st|stk|个|件|只|個|隻|支",
        "metre": "metre|metres|meter|meters|m|米|公尺",
        "litre": "litre|litres|liter|liters|l|升|公升",
        "kilogram": "kilogram|kilograms|kg|千克|公斤",
        "set": "set|sets|套|组|組",
        "pair": "pair|pairs|pr|对|双|對|雙",
    },
    "order_kind": {
        "repair": "repair|corrective|fault|breakdown|维修|修理|故障维修|維修|故障維修",
        "inspection": "inspection|maintenance|preventive|点检|巡检|保养|點檢|巡檢|保養",
        "installation": "installation|install|安装|安装调试|安裝|裝機",
        "training": "training|培训|訓練|教育訓練",
        "remote_assistance": "remote assistance|remote|remote support|远程支持|远程协助|遠端支援|遠端協助",
        "upgrade": "upgrade|update|升级|升級",
        "parts_delivery": "parts delivery|delivery|备件配送|备件送货|備品配送|備品送貨",
        "follow_up_call": "follow-up call|follow up|回访|电话回访|回访电话|回訪|電話回訪|回訪電話",
        "decommissioning": "decommissioning|removal|拆除|停用|报废|報廢|停用拆除|除役拆除",
        "data_migration": "data migration|migration|数据迁移|資料遷移|資料移轉",
    },
    "order_status": {
        "open": "open|unassigned|assigned|on hold|on_hold|new|未分配|未指派|已分配|已指派|挂起|擱置|未分派|待处理|"
        "新建|打开|未派工|待處理|開啟|未完成",
        "in_progress": "in progress|started|进行中|处理中|進行中|處理中",
        "completed": "completed|complete|closed|done|finished|已完成|完成|已关闭|关闭|已關閉|結案|已結案",
        "cancelled": "cancelled|canceled|cancel|已取消|取消|作废|作廢",
    },
}
"""Words that stand in lists for our codes."""
CODES: Final[Mapping[str, Mapping[str, str]]] = {
    name: {plain_head(word): code for code, words in codes.items() for word in (code, *words.split("|"))}
    for name, codes in _CODES.items()
}


def target_of(kind: str, key: str) -> Target:
    """The column of this key."""
    return next(target for target in TARGETS[kind] if target.key == key)


# ---------------------------------------------------------------- which columns are which


def map_columns(heads: Sequence[str], kind: str) -> dict[str, int]:
    """Which column (from 0) fills which target, by the words at its head; the surest words are given away first."""
    plain = [plain_head(head) for head in heads]
    short = [plain_head(re.sub(r"[(（\[【].*?[)）\]】]", "", head)) for head in heads]
    found: dict[str, int] = {}
    taken: set[int] = set()
    longest = max(len(target.heads) for target in TARGETS[kind])
    for words in (plain, short):
        for rank in range(longest):
            for target in TARGETS[kind]:
                if target.key in found or rank >= len(target.heads):
                    continue
                place = next((n for n, head in enumerate(words) if n not in taken and head == target.heads[rank]), None)
                if place is not None:
                    found[target.key] = place
                    taken.add(place)
    return found


def _weight(head: str) -> int:
    """A word that only one kind of list has at its head says more than one they all have."""
    kinds = sum(any(head in target.heads for target in TARGETS[kind]) for kind in KINDS)
    return 0 if not kinds else 5 - kinds


def guess_kind(heads: Sequence[str]) -> str:
    """The kind of list these heads belong to; "" where they are no list's."""
    scores: dict[str, int] = {}
    for kind in KINDS:
        columns = map_columns(heads, kind)
        needed = [target.key for target in TARGETS[kind] if target.needed]
        if not all(key in columns for key in needed):
            continue
        scores[kind] = sum(_weight(plain_head(heads[place])) for place in columns.values())
    best = max(scores, key=lambda kind: scores[kind], default="")
    return best if best and len(map_columns(heads, best)) > 1 else ""


def guess_header(rows: Sequence[Sequence[str]]) -> int:
    """Which of the first rows (from 0) has the heads: the one that most kinds of list know most words of."""
    best, most = 0, 0
    for place, row in enumerate(rows[:HEADER_AMONG]):
        known = max(len(map_columns(row, kind)) for kind in KINDS)
        if known > most:
            best, most = place, known
    return best


def signature(heads: Iterable[str]) -> str:
    """What two files with the same heads have in common, whatever rows are in them."""
    return "\x1f".join(plain_head(head) for head in heads)


def missing(kind: str, columns: Mapping[str, int]) -> list[str]:
    """Keys of the targets a list of this kind needs and these columns have not."""
    return [target.key for target in TARGETS[kind] if target.needed and target.key not in columns]


def code_of(name: str, text: str) -> str:
    """The code a word of a list stands for; RuleBroken where it stands for none."""
    code = CODES[name].get(plain_head(text))
    if code is None:
        raise RuleBroken("word_not_known", value=text[:60], words=name)
    return code
