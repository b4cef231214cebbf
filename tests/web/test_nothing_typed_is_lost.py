"""Every field of a page is typed into, every button is pressed, and the page is read again: nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.support.archives.maker import ROOM
from tests.support.console.application import OWN, SITE, FormBrowser, open_job_with_day_of_payment
from tests.support.console.routes import addresses

PAGES = (
    "/contracts/job1",
    f"/room/{ROOM}/use/30",
    "/settings?change=folders",
    "/settings?change=language",
    "/settings/notices?change=mail",
    "/settings/notices?change=urls",
    "/settings?change=token",
    "/settings/notices?change=ping",
    "/emergency?change=older",
    f"/contracts/job1/erase?messages=https://www.chatwork.com/%23!rid{ROOM}-30",
)
"""Every page with fields that are kept."""

UNSHOWN = {"password", "secret", "file", "hidden", "checkbox"}
"""What never comes back into a page, or is no text."""


@dataclass
class Form:
    """A form of a page: where it is sent, what stands in its fields, and its buttons."""

    address: str
    fields: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, value and own address of each."""


class Forms(HTMLParser):
    """The forms of a page, with something typed into each of their fields."""

    def __init__(self, page: str, address: str, numbers: Iterator[int]) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._named: dict[str, Form] = {}
        self._now: Form | None = None
        self._select = ""
        self._address, self._numbers = address, numbers
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a form, a field or a button."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._now = Form(given.get("action", self._address))
            if given.get("method") == "post" and "hx-post" not in given:  # that one leaves the page as it is
                self.forms.append(self._now)
            self._named[given.get("id", "")] = self._now
        form = self._named.get(given["form"]) if "form" in given else self._now
        if form is None:
            return
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "button" and given.get("type", "submit") == "submit":
            form.buttons.append((name, value, given.get("formaction", form.address)))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            form.fields.setdefault(self._select, value)
            form.typed[self._select] = form.fields[self._select] = value
        elif tag == "textarea":
            form.typed[name] = form.fields[name] = f"typed {next(self._numbers)}"
        elif tag == "input":
            kind = "secret" if given.get("class") == "secret" else given.get("type", "text")
            self._take_input(form, name, value, kind)

    def handle_endtag(self, tag: str) -> None:
        """Leave a form or a list of choices."""
        if tag == "form":
            self._now = None
        elif tag == "select":
            self._select = ""

    def _take_input(self, form: Form, name: str, value: str, kind: str) -> None:
        number = next(self._numbers)
        if kind == "hidden":
            form.fields[name] = value
        elif kind == "radio":
            form.fields.setdefault(name, value)
        elif kind == "date":
            form.typed[name] = form.fields[name] = f"2026-09-{1 + number % 28:02}"
        elif kind == "time":
            form.typed[name] = form.fields[name] = f"{number % 24:02}:{number % 60:02}"
        elif kind not in UNSHOWN:
            form.typed[name] = form.fields[name] = value if value and "fold" in name else f"typed {number}"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[FormBrowser]:
    """The application over one contract; neither Chatwork nor a scheduler is there."""
    with open_job_with_day_of_payment(tmp_path / "home") as opened:
        yield opened


@pytest.mark.drawn
def test_no_button_stands_beside_fields_that_it_does_not_send(browser: FormBrowser) -> None:
    """Of all pages: where something can be typed, every button that does something sends it."""
    alone = []
    every = {*addresses(browser.client.application, "GET"), *PAGES}
    for address in sorted(one for one in every if not one.startswith(("/room", "/help", "/static"))):
        answer = browser.client.get(address, base_url=SITE)
        if answer.mimetype == "text/html":
            forms = [one for one in Forms(answer.get_data(as_text=True), address, count()).forms if one.buttons]
            alone += [address] if len(forms) > 1 and any(one.typed for one in forms) else []

    assert [] == alone


@pytest.mark.parametrize("address", [*PAGES, pytest.param("/contracts/job1?part=terms", marks=pytest.mark.drawn)])
def test_whatever_button_is_pressed_all_that_was_typed_is_there_afterwards(browser: FormBrowser, address: str) -> None:
    """In the fields, beside what is wrong, or among what is kept: whichever of the page's buttons it was."""
    if "/erase" in address:  # only what is not saved any more can be erased
        stopped = browser.post("/contracts/job1/erase/stop", messages=f"https://www.chatwork.com/#!rid{ROOM}-30")
        assert f"rid{ROOM}-30" in unquote(stopped.headers["Location"])
    numbers, lost, pressed = count(100), list[tuple[str, str, str]](), 0
    while True:
        forms = Forms(browser.get(address), address, numbers).forms
        buttons = {(one[2], one[0]): (form, one) for form in forms for one in form.buttons}  # of each kind one
        if pressed >= len(buttons):
            break
        form, (name, value, action) = [*buttons.values()][pressed]
        pressed += 1
        answer = browser.client.post(
            action, data={**form.fields, name: value}, base_url=SITE, headers=OWN, follow_redirects=True
        )
        assert answer.status_code in {200, 422}, answer.get_data(as_text=True)
        text = unescape(answer.get_data(as_text=True) if answer.status_code == 422 else browser.get(address))
        typed = [(one, words) for form in forms for one, words in form.typed.items() if words]
        lost += [(f"{action} {name} {value}", one, words) for one, words in typed if words not in text]

    assert pressed
    assert not lost, lost
