"""The languages FieldDesk speaks."""

DOMAIN = "fielddesk"
LANGUAGES = ("en", "zh_CN", "zh_TW")
NAMES_OF_LANGUAGES = {"en": "English", "zh_CN": "简体中文", "zh_TW": "繁體中文"}
"""Each in its own language, so that it can be found by who reads no other."""
