"""The end of a visit with the keyboard alone: the customer rates and signs, and the report is issued."""

from __future__ import annotations

from fielddesk.features.documents.page.issued import DocumentsOf
from fielddesk.features.workorders.page import OrdersPage
from fielddesk.features.workorders.panel.sign_off import SignOffPanel
from fielddesk.shell.journey.inspecting import Inspecting
from fielddesk.ui.cover import HOLD_MS

REPORT = "inspection_report"


class Closing(Inspecting):
    """Sign-off and report of the order in front."""

    def sign(self, done: str, *, satisfaction: int, recommendation: int, signer: str, picture: str = "") -> None:
        """Hand the screen over; the customer rates, signs by typing the name, and hands it back."""
        panel = self.tabs().panel("sign_off")
        assert isinstance(panel, SignOffPanel)
        self.hands.until(lambda: self.hands.keyboard() is panel.done.editor, "what was done can be typed")
        self.hands.type(done)
        self.press_button(panel.hand_over, "Hand the screen to the customer")
        self.hands.until(lambda: panel.signing is not None and panel.signing.is_up(), "the page of the customer")
        page = panel.signing
        assert page is not None
        for scale, value in ((page.satisfaction, satisfaction), (page.recommendation, recommendation)):
            self.press_button(scale.buttons[value], f"{value}")
        name = page.name.fields["signer"].editor
        self.hands.tab_to(name)
        self.hands.press("Ctrl+A")
        self.hands.type(signer)
        self.press_button(page.type_it, "Use my typed name")
        if picture:
            self.hands.picture(picture)
        before = self.waiting()
        self.press_button(page.finish, "Finish")
        self.hands.until(lambda: self.waiting() >= before + 2, "it is signed")
        self.hands.until(lambda: self.hands.keyboard() is page.hand_back, "the screen is to be handed back")
        if picture:
            self.hands.picture(f"{picture}-thanks")
        self.hands.hold("Space", HOLD_MS + 300)
        self.hands.until(lambda: panel.signing is None, "the engineer has the screen again")

    def issue_report(self, picture: str = "") -> None:
        """Look at the report in the language of the customer, and issue it."""
        self.tab("documents")
        panel = self.tabs().panel("documents")
        assert isinstance(panel, DocumentsOf)
        self.press_button(panel.makers[REPORT], "Inspection report")
        self.hands.until(lambda: panel.preview is not None and panel.preview.leaves.count(), "its pages", 60)
        preview = panel.preview
        assert preview is not None
        self.hands.until(preview.issue.button.isEnabled, "it can be issued")
        if picture:
            self.hands.picture(picture)
        before = self.waiting()
        self.press_button(preview.issue.button, "Issue")
        self.hands.until(lambda: self.waiting() > before, "the report is issued", 60)
        self.hands.until(lambda: panel.list.rows.rowCount(), "it is listed")

    def finish_order(self) -> None:
        """The order is done."""
        before, page = self.waiting(), self.page()
        assert isinstance(page, OrdersPage)
        self.hands.until(lambda: page.steps.buttons()[-1] is self.next_button(), "completing is the next step")
        self.next_step()
        self.hands.until(lambda: self.waiting() > before, "the order is completed")
