"""Somebody who uses the application in a tab: with the mouse, or with nothing but the keyboard."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

SERIOUS = ("serious", "critical")

MOST_STOPS = 250
"""Stops of the keyboard on a page at most, before what is looked for counts as out of reach."""

JOB_MILLISECONDS = 120_000

LOOK_SECONDS, CLICK_SECONDS, SIGN_SECONDS = 6.0, 1.5, 0.25
"""The pace of a person who does this for the first time: each page is looked at, each place found, each sign typed."""


class Player:
    """Presses, types and chooses; counts how long a person would have taken beside what the program needed."""

    def __init__(self, page: Page, *, by_keyboard: bool = False) -> None:
        """Sit before a page."""
        self.page, self.by_keyboard = page, by_keyboard
        self.person_seconds, self.clicks = 0.0, 0
        self.faults: list[str] = []
        page.on("framenavigated", lambda _frame: self.spend(LOOK_SECONDS))

    def spend(self, seconds: float) -> None:
        """Let time pass for the person alone."""
        self.person_seconds += seconds

    def press(self, target: str | Locator) -> None:
        """Press a button, follow a link, or open what is folded."""
        place = self._place(target)
        self.spend(CLICK_SECONDS)
        self.clicks += 1
        if self.by_keyboard:
            self._reach(place)
            self.page.keyboard.press("Enter")
        else:
            place.click()

    def check(self, target: str | Locator) -> None:
        """Check a box, or choose one of several."""
        place = self._place(target)
        self.spend(CLICK_SECONDS)
        self.clicks += 1
        if not self.by_keyboard:
            place.check()
        elif place.get_attribute("type") == "radio":
            self._choose(place)
        elif not place.is_checked():
            self._reach(place)
            self.page.keyboard.press("Space")
        expect(place).to_be_checked()

    def fill(self, target: str | Locator, text: str) -> None:
        """Type into a field."""
        place = self._place(target)
        self.spend(CLICK_SECONDS + SIGN_SECONDS * len(text))
        if self.by_keyboard and place.get_attribute("type") not in ("date", "time"):
            self._reach(place)
            self.page.keyboard.press("Control+A")
            self.page.keyboard.insert_text(text)
        else:
            place.fill(text)

    def wait_for_job(self) -> str:
        """Wait on the page of the job until it has ended by itself there; return what it says."""
        end = self.page.locator("#job [role=status]")
        expect(end).to_be_visible(timeout=JOB_MILLISECONDS)
        return self.page.locator("#job").inner_text()

    def look_around(self) -> list[str]:
        """What would keep somebody out of this page or one seen before: faults of axe, having to push it sideways."""
        found = [one for one in Axe().run(self.page).response["violations"] if one["impact"] in SERIOUS]
        self.faults += [f"{self.page.url} {one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
        if self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            self.faults.append(f"{self.page.url} is too wide")
        return self.faults

    def _place(self, target: str | Locator) -> Locator:
        return (self.page.locator(target) if isinstance(target, str) else target).first

    def _reach(self, place: Locator) -> None:
        """Go on with the tabulator until the place has the focus, which must be seen."""
        for _stop in range(MOST_STOPS):
            if place.evaluate("one => one === document.activeElement"):
                assert place.evaluate("one => one.matches(':focus-visible')")
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"out of the keyboard's reach: {place}")

    def _choose(self, radio: Locator) -> None:
        """Go to the group, and on within it with the arrow."""
        name = radio.get_attribute("name")
        for _stop in range(MOST_STOPS):
            if self.page.evaluate("name => document.activeElement.name === name", name):
                break
            self.page.keyboard.press("Tab")
        for _choice in range(self.page.locator(f'input[name="{name}"]').count()):
            if radio.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        if not radio.is_checked():
            self.page.keyboard.press("Space")
