"""Orders in words: states, kinds, due days and visits, what is looked at before work, and what histories say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fielddesk.core.clock import local_day
from fielddesk.core.i18n import N_, _, due_words, format_day, format_moment, relative_day
from fielddesk.features.lifecycle.dialogs import OUTCOMES, stage_words
from fielddesk.features.people.dialogs import mark_asks, mark_of, mark_state, mark_words
from fielddesk.features.workorders import rules
from fielddesk.features.workorders.queries import LinkedOrder, OrderRow, orders_among
from fielddesk.features.workorders.rules import FINISHED
from fielddesk.store.tx import Reading
from fielddesk.ui.entries import Entry
from fielddesk.ui.lists import Row
from fielddesk.ui.moments import moment_words
from fielddesk.ui.seams import ActionWords, FieldWords, Names
from fielddesk.ui.wording import add_sentences

STATES: Final = {
    rules.OPEN: (N_("Unassigned"), N_("unassigned"), "idle", "circle-dashed"),
    rules.ASSIGNED: (N_("Assigned"), N_("assigned"), "idle", "clock"),
    rules.IN_PROGRESS: (N_("In progress"), N_("in progress"), "info", "play-circle-fill"),
    rules.ON_HOLD: (N_("On hold"), N_("on hold"), "info", "pause-circle-fill"),
    rules.COMPLETED: (N_("Completed"), N_("completed"), "ok", "check-circle-fill"),
    rules.CANCELLED: (N_("Cancelled"), N_("cancelled"), "idle", "prohibit"),
}
"""State to: as a chip, within a sentence, colour, icon."""

KINDS: Final = {
    "repair": N_("Repair"),
    "inspection": N_("Inspection"),
    "installation": N_("Installation"),
    "training": N_("Training"),
    "remote_assistance": N_("Remote assistance"),
    "upgrade": N_("Upgrade"),
    "parts_delivery": N_("Parts delivery"),
    "follow_up_call": N_("Follow-up call"),
    "decommissioning": N_("Decommissioning"),
    "data_migration": N_("Data migration"),
}

_STEPS: Final = {
    rules.IN_PROGRESS: (N_("Start work"), "play"),
    rules.ON_HOLD: (N_("Put on hold"), "pause"),
    rules.COMPLETED: (N_("Complete order"), "check"),
    rules.CANCELLED: (N_("Cancel order"), "prohibit"),
    rules.OPEN: (N_("Open again"), "arrow-counter-clockwise"),
}
CHECKS: Final = {
    rules.HAZARDS: (
        N_("Hazards known"), N_("I have seen the hazards of this place and know the way out."),
    ),
    rules.ENERGY: (
        N_("Locked and tagged"), N_("Energy is off, locked and tagged, and I have tried that it stays off."),
    ),
    rules.PROTECTION: (
        N_("Protective equipment"), N_("I wear what this place and this job ask for, and it is in order."),
    ),
    rules.INDUCTION: (
        N_("Site induction"), N_("This site wants an induction. I have had it, and it is still valid."),
    ),
    rules.PERMIT: (
        N_("Permit to work"), N_("This site wants a permit. I hold one for this job and this day."),
    ),
}  # fmt: skip
"""What is looked at before work: its name, and what a yes says."""
ANSWERS: Final = {rules.YES: N_("Yes"), rules.NO: N_("No"), rules.NOT_APPLICABLE: N_("Not applicable")}
INCIDENTS: Final = {
    rules.ACCIDENT: N_("Accident"),
    rules.NEAR_MISS: N_("Near miss"),
    rules.UNSAFE_STATE: N_("Unsafe state"),
}

add_sentences(
    {
        "title_missing": N_("Type what is to be done."),
        "kind_unknown": N_("Choose what kind of order it is."),
        "status_unknown": N_("There is no such state."),
        "status_cannot_follow": lambda values: _("An order that is {status} cannot become {wanted}.").format(
            status=status_words(values["status"]), wanted=status_words(values["wanted"])
        ),
        "reason_missing": N_("Say why in a few words; colleagues and the office read it."),
        "signer_missing": N_("Type your name first."),
        "signature_missing": N_("Please sign in the box, or say why you do not sign."),
        "satisfaction_unknown": N_("Choose a number from 1 to 5."),
        "recommendation_unknown": N_("Choose a number from 0 to 10."),
        "note_empty": N_("Type the note first."),
        "field_of_the_office": N_("The office keeps this. Write a note, and they will correct it."),
        "safety_missing": N_("Work on site begins with the safety check. Open Safety on this order."),
        "not_safe": N_("The safety check says that it is not safe. Look again when that has changed."),
        "safety_too_old": N_("The safety check is more than a day old. Look again before you begin."),
        "answers_missing": N_("Answer what is asked first."),
        "answer_unknown": N_("There is no such answer."),
        "answer_needed": N_("Answer yes or no; this always applies."),
        "permit_missing": N_("Type the number of the permit."),
        "unsafe_reason_missing": N_("Say what is not safe; colleagues and the office read it."),
        "incident_kind_unknown": N_("Choose what kind of incident it was."),
        "incident_empty": N_("Say what happened."),
        "link_kind_unknown": N_("Choose how the orders belong together."),
        "link_to_itself": N_("This is the same order. Take another one."),
        "link_of_another_order": N_("This link belongs to other orders."),
        "step_missing": N_("The life stage of the product asks for something first. Its tab shows what."),
        "order_finished": lambda values: _("This order is {status}. Open it again first.").format(
            status=status_words(values["status"])
        ),
    }
)


def status_words(status: str) -> str:
    """A state within a sentence: in progress."""
    return _(STATES[status][1]) if status in STATES else status


def status_title(status: str) -> str:
    """A state by itself: In progress."""
    return _(STATES[status][0]) if status in STATES else status


def kind_words(kind: str) -> str:
    return _(KINDS[kind]) if kind in KINDS else kind


def step_words(status: str, wanted: str) -> str:
    """What the button says that takes an order from one state to the next."""
    if wanted == rules.IN_PROGRESS and status == rules.ON_HOLD:
        return _("Resume work")
    if wanted == rules.IN_PROGRESS and status == rules.COMPLETED:
        return _("Open again")
    return _(_STEPS[wanted][0])


def step_icon(wanted: str) -> str:
    return _STEPS[wanted][1]


def due_state(status: str, due_on: str | None, today: str) -> str:
    """The colour of a due day: bad when late, warn on the day itself."""
    if due_on is None or status in FINISHED or due_on > today:
        return "idle"
    return "bad" if due_on < today else "warn"


def due_short(status: str, due_on: str | None, today: str) -> str:
    """A due day in a few letters, for the right end of a row; nothing for an order that is finished."""
    if due_on is None or status in FINISHED:
        return ""
    if due_on < today:
        return due_words(due_on, today)
    near = relative_day(due_on, today)
    return near if near in (_("today"), _("tomorrow")) else format_day(due_on, "short")


def visit_short(planned_at: int, today: str, zone: str) -> str:
    """A visit in a few letters, on the clocks here: 09:30 today, otherwise with its day."""
    day, time = local_day(planned_at, zone), format_moment(planned_at, zone, "time")
    if day == today:
        return _("today, {time}").format(time=time)
    if relative_day(day, today) == _("tomorrow"):
        return _("tomorrow, {time}").format(time=time)
    return _("{day}, {time}").format(day=format_day(day, "short"), time=time)


def visit_words(planned_at: int, place: str, here: str) -> str:
    """A visit on the clocks of its place (a zone); where those here show something else, on both."""
    there, mine = (format_moment(planned_at, zone, "long") for zone in (place, here))
    if mine == there:
        return there
    same_day = local_day(planned_at, place) == local_day(planned_at, here)
    there, mine = (format_moment(planned_at, zone, "time" if same_day else "short") for zone in (place, here))
    return _("{there} in {town}, {mine} here").format(there=there, town=zone_words(place), mine=mine)


def zone_words(zone: str) -> str:
    """A zone by its town, as the IANA list names it: Asia/Ho_Chi_Minh is Ho Chi Minh."""
    return zone.rpartition("/")[2].replace("_", " ")


def row_of(order: OrderRow, today: str, mark: str | None = None, zone: str = "UTC") -> Row:
    """An order as a row of a list: what is to be done, then number and customer; at the right the state, and below it
    when one goes there or when it is due.

    The icon goes with one of the two: with the due day when that presses, else with the state.
    """
    due = due_state(order.status, order.due_on, today)
    _title, word, state, icon = STATES.get(order.status, ("", order.status, "idle", "circle"))
    right, right_state = (mark_words(mark), mark_state(mark or "")) if mark_asks(mark) else (_(word), state)
    if due != "idle":
        right_state = right_state if mark_asks(mark) else ""
        state, icon = due, "timer-fill" if due == "bad" else ""  # a cross would say that something failed
    below = due_short(order.status, order.due_on, today)
    if order.planned_at is not None and order.status not in FINISHED and due != "bad":
        below = visit_short(order.planned_at, today, zone)
    return Row(
        order.id, order.title, " · ".join(part for part in (order.number, order.customer) if part), right, state, icon,
        "" if right_state == "idle" else right_state, below, "" if due == "idle" else due, mark_of(mark), order.number,
    )  # fmt: skip


def check_title(key: str) -> str:
    """What is looked at before work, by name."""
    return _(CHECKS[key][0]) if key in CHECKS else key


def check_sentence(key: str) -> str:
    """What a yes to it says."""
    return _(CHECKS[key][1])


def answer_words(answer: str) -> str:
    return _(ANSWERS[answer]) if answer in ANSWERS else answer


def incident_words(kind: str) -> str:
    return _(INCIDENTS[kind]) if kind in INCIDENTS else kind


def link_words(link: LinkedOrder) -> str:
    """How another order belongs to this one."""
    if link.kind == rules.FOLLOW_UP:
        return _("This order came out of it") if link.back else _("Follow-up of this order")
    return _("Belongs together")


# ---------------------------------------------------------------- what histories say


def told_orders(read: Reading, ids: Sequence[str], now: int, zone: str) -> dict[str, Entry]:
    """Orders as entries of the history of their asset."""
    return {
        order.id: Entry(
            order.id, _("Work order {number}: {title}").format(number=order.number, title=order.title),
            _("opened {when}").format(when=moment_words(order.opened_at, now, zone)),
            STATES[order.status][3] if order.status in STATES else "wrench",
            STATES[order.status][2] if order.status in STATES else "idle",
            (status_title(order.status), STATES[order.status][2]) if order.status in STATES else None,
            leads_to=("work_order", order.id),
        )
        for order in orders_among(read, list(ids))
    }  # fmt: skip


def _said(words: str, *keys: str) -> Any:
    def made(told: Mapping[str, Any], _names: Names) -> str:
        return _(words).format(**{key: told.get(key, "") for key in keys})

    return made


def _opened_said(told: Mapping[str, Any], _names: Names) -> str:
    number, asked, title = (told.get(key, "") for key in ("number", "number_asked", "title"))
    if asked:
        return _("Order {number} opened: {title} ({asked} was taken already)").format(
            number=number, asked=asked, title=title
        )
    return _("Order {number} opened: {title}").format(number=number, title=title)


def _step_said(told: Mapping[str, Any], _names: Names) -> str:
    outcome = OUTCOMES.get(str(told.get("outcome")))
    words = _("Step of the life stage") if outcome is None else _("Step of the life stage: {outcome}").format(
        outcome=_(outcome[0])
    )  # fmt: skip
    remark = str(told.get("remark") or "")
    return _("{words}. {remark}").format(words=words, remark=remark) if remark else words


def _status_said(told: Mapping[str, Any], _names: Names) -> str:
    changed = told.get("changed", {}).get("status")
    return _("Order is now {status}").format(status=status_words(changed[1])) if changed else _("State of the order")


def _edited_said(told: Mapping[str, Any], _names: Names) -> str:
    changed = told.get("changed", {})
    if set(changed) == {"planned_at"}:
        before, after = changed["planned_at"]
        return _("Visit moved") if before and after else _("Visit agreed") if after else _("Visit taken away")
    return _("Order corrected")


def _checked_said(told: Mapping[str, Any], _names: Names) -> str:
    unsafe = [check_title(str(key)) for key in told.get("unsafe", ())]
    if unsafe:
        return _("Not safe to begin: {what}. {why}").format(what=", ".join(unsafe), why=told.get("remark", ""))
    if permit := told.get("permit"):
        return _("Safety check done, permit {permit}").format(permit=permit)
    return _("Safety check done")


def _incident_said(told: Mapping[str, Any], _names: Names) -> str:
    kind = incident_words(str(told.get("incident", rules.UNSAFE_STATE)))
    return _("{kind} reported: {text}").format(kind=kind, text=told.get("text", ""))


def _linked_said(told: Mapping[str, Any], names: Names) -> str:
    other = names.get(str(told.get("other_id")), _("another order"))
    if told.get("link") == rules.FOLLOW_UP:
        return _("Follow-up: {order}").format(order=other)
    return _("Linked with {order}").format(order=other)


def _unlinked_said(told: Mapping[str, Any], names: Names) -> str:
    return _("Link with {order} removed").format(order=names.get(str(told.get("other_id")), _("another order")))


def _signed_said(told: Mapping[str, Any], _names: Names) -> str:
    who = told.get("signer", "")
    if not told.get("signed"):
        return _("The customer did not sign")
    return _("Signed by {who}").format(who=who)


def _assigned_said(told: Mapping[str, Any], names: Names) -> str:
    changed, due = (told.get("changed", {}).get(name) for name in ("assignee_id", "due_on"))
    if not changed:
        if not due:
            return _("Assignment of the order")
        return _("Due day moved") if due[0] and due[1] else _("Due day set") if due[1] else _("Due day taken away")
    if not changed[1]:
        return _("Order taken back into the pool")
    return _("Order given to {who}").format(who=names.get(changed[1], _("somebody")))


_OTHER: Final = {"other_id": "work_order"}
SATISFACTION: Final = (
    N_("very dissatisfied"), N_("dissatisfied"), N_("neither"), N_("satisfied"), N_("very satisfied"),
)  # fmt: skip
"""What 1 to 5 mean."""

ACTIONS: Final = (
    ActionWords("create_order", lambda: _("New order"), _opened_said, "plus"),
    ActionWords("add_note", lambda: _("Note"), _said(N_("Note added")), "note-pencil"),
    ActionWords("set_order_status", lambda: _("State of an order"), _status_said, "wrench"),
    ActionWords("assign_order", lambda: _("Assignment"), _assigned_said, "user-circle"),
    ActionWords("edit_order", lambda: _("Correction of an order"), _edited_said, "pencil-simple"),
    ActionWords("record_safety_check", lambda: _("Safety check"), _checked_said, "shield-check"),
    ActionWords("report_incident", lambda: _("Incident"), _incident_said, "first-aid"),
    ActionWords("link_orders", lambda: _("Link between orders"), _linked_said, "link-simple", _OTHER),
    ActionWords("unlink_orders", lambda: _("Link removed"), _unlinked_said, "link-break", _OTHER),
    ActionWords("sign_off", lambda: _("Sign-off by the customer"), _signed_said, "signature"),
    ActionWords("record_step", lambda: _("Step of the life stage"), _step_said, "path"),
    ActionWords("import_orders", lambda: _("List of orders"),
                _said(N_("Orders taken in from a list: {count}"), "count"), "tray"),
)  # fmt: skip


def _day(value: Any) -> str:
    return format_day(str(value), "medium")


def _moment(value: Any) -> str:
    """A moment where no place is known: on the clocks of Greenwich, which is said."""
    return _("{moment} UTC").format(moment=format_moment(int(value), "UTC", "medium"))


FIELDS: Final[dict[str, FieldWords]] = {
    "number": FieldWords(lambda: _("Number")),
    "title": FieldWords(lambda: _("Title")),
    "kind": FieldWords(lambda: _("Kind"), kind_words),
    "description": FieldWords(lambda: _("Description")),
    "customer_id": FieldWords(lambda: _("Customer"), names_of="customer"),
    "asset_id": FieldWords(lambda: _("Asset"), names_of="asset"),
    "status": FieldWords(lambda: _("State"), status_title),
    "status_reason": FieldWords(lambda: _("Reason")),
    "assignee_id": FieldWords(lambda: _("Given to"), names_of="user"),
    "due_on": FieldWords(lambda: _("Due"), _day),
    "site_id": FieldWords(lambda: _("Site"), names_of="site"),
    "contact_id": FieldWords(lambda: _("Contact"), names_of="contact"),
    "planned_at": FieldWords(lambda: _("Visit"), _moment),
    "stage": FieldWords(lambda: _("Life stage"), stage_words),
    "strategy": FieldWords(lambda: _("Strategy revision")),
}
