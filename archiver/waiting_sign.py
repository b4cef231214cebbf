"""What waits from the log-in on: a sign of how saving goes beside the clock, and a click that opens the application.

On Linux by the protocol StatusNotifierItem over D-Bus, elsewhere by pystray. It looks once a minute at a file in which
each run says how saving stands, a state and counts, never a name or a text; `standing.waiting_state` writes it while
something waits. The sign ends when that is gone, or the session.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.schedule.scheduler_texts import program
from archiver.settings.home import home_digest, start_in_background
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from jeepney import Message

SAFE, LOOK, LOSE = "safe", "look", "lose"
"""Saved; something is to be looked at; saving has stopped, or what is saved is in doubt."""

LOOK_SECONDS = 60.0
ICONS = {SAFE: "icon.svg", LOOK: "icon-look.svg", LOSE: "icon-stop.svg"}
PICTURES = Path(__file__).parent / "web" / "static"
ITEM, WATCHER = "org.kde.StatusNotifierItem", "org.kde.StatusNotifierWatcher"


class Sign(NamedTuple):
    """What is shown: one of the three states, and a sentence."""

    state: str
    sentence: str


def state_file(home: Path) -> Path:
    """Where the state of an archive lies: beside its log."""
    return home / "logs" / "waiting.json"


def read_sign(file: Path) -> Sign:
    """What the last run said, as far as that still holds: each state has its time.

    The times count from when the file was written, by the clock that is read here too; that may have been put back.
    """
    try:
        age, told = time.time() - file.stat().st_mtime, json.loads(file.read_text(encoding="utf-8"))
        state, late, stopped = str(told["state"]), float(told["late"]), float(told["stopped"])
        messages, last, _known = int(told["messages"]), str(told["last"]), (SAFE, LOOK, LOSE).index(state)
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return Sign(LOOK, _("How saving stands is not known."))
    if state not in (SAFE, LOOK) or age > stopped:
        return Sign(LOSE, _("Saving has stopped, or what is saved is in doubt. A click shows more."))
    if state == LOOK or abs(age) > late:
        return Sign(LOOK, _("Something needs a look. A click shows it."))
    kept = ngettext("{n} message", "{n} messages", messages).format(n=f"{messages:,}")
    return Sign(SAFE, _("{kept} are saved; last {time}.").format(kept=kept, time=last))


def wait(home: Path, environ: Mapping[str, str]) -> bool:
    """Show the sign until its state or the session is gone; return whether it could be shown at all."""
    file = state_file(home)

    def click() -> None:
        start_in_background(*program(sys.argv[0]), "--home", str(home), "app", environ=environ)

    def look() -> Sign | None:
        is_over = file.parent.is_dir() and not file.exists()  # not so on a disk that was taken out
        return None if is_over else read_sign(file)

    return (show_on_bus if sys.platform == "linux" else show_elsewhere)(home_digest(home), look, click)


def show_on_bus(
    name: str, look: Callable[[], Sign | None], click: Callable[[], None], seconds: float = LOOK_SECONDS
) -> bool:
    """Show the sign on the bus of this session; False: there is none, or another process shows it already."""
    from jeepney import DBusAddress, MatchRule, message_bus, new_method_call, new_signal
    from jeepney.io.blocking import open_dbus_connection

    item, own = DBusAddress("/StatusNotifierItem", interface=ITEM), f"{ITEM}-{name}"
    watcher = DBusAddress("/StatusNotifierWatcher", WATCHER, WATCHER)
    register = new_method_call(watcher, "RegisterStatusNotifierItem", "s", (own,))
    anew = MatchRule(type="signal", sender=message_bus.bus_name, member="NameOwnerChanged")
    anew.add_arg_condition(0, WATCHER)
    try:
        bus = open_dbus_connection()
    except (OSError, KeyError, RuntimeError, ValueError):
        return False
    with bus:
        is_first: bool = bus.send_and_get_reply(message_bus.RequestName(own, 4)).body == (1,)
        bus.send_and_get_reply(message_bus.AddMatch(anew))
        shown, until = look(), time.monotonic() + seconds
        if is_first:
            bus.send(register)
        while is_first and shown is not None:
            try:
                message = bus.receive(timeout=max(0.0, until - time.monotonic()))
                if anew.matches(message) and message.body[2]:  # the desktop's bar was started anew
                    bus.send(register)
                elif (reply := _answer(message, shown, click)) is not None:
                    bus.send(reply)
            except TimeoutError:
                before, shown, until = shown, look(), time.monotonic() + seconds
                for signal in ("NewIcon", "NewToolTip") if before != shown else ():
                    bus.send(new_signal(item, signal))
            except (OSError, EOFError):  # the session has ended
                break
    return is_first


def _answer(message: Message, shown: Sign, click: Callable[[], None]) -> Message | None:
    """The reply to a call; None: it was no call."""
    from jeepney import HeaderFields, MessageType, new_error, new_method_return

    if message.header.message_type is not MessageType.method_call:
        return None
    match message.header.fields.get(HeaderFields.member), message.body:
        case "GetAll", _interface:
            return new_method_return(message, "a{sv}", (_properties(shown),))
        case "Get", (_interface, name) if name in _properties(shown):
            return new_method_return(message, "v", (_properties(shown)[name],))
        case (("Activate" | "SecondaryActivate" | "ContextMenu"), _place):
            click()
            return new_method_return(message)
    return new_error(message, "org.freedesktop.DBus.Error.UnknownMethod")


def _properties(shown: Sign) -> dict[str, tuple[str, Any]]:
    title = _("Chatwork archive")
    return {
        "Category": ("s", "ApplicationStatus"),
        "Id": ("s", "chatwork-archiver"),
        "Title": ("s", title),
        "Status": ("s", "Active"),
        "IconName": ("s", str(PICTURES / ICONS[shown.state])),
        "ToolTip": ("(sa(iiay)ss)", ("", [], title, shown.sentence)),
        "ItemIsMenu": ("b", False),
    }


def show_elsewhere(name: str, look: Callable[[], Sign | None], click: Callable[[], None]) -> bool:
    """The same by pystray, which wants this process's first thread; it never ran on macOS or Windows."""
    import pystray

    def watch(icon: Any) -> None:
        while (shown := look()) is not None:
            icon.icon, icon.title, icon.visible = _picture(shown.state), shown.sentence, True
            time.sleep(LOOK_SECONDS)
        icon.stop()

    item = pystray.MenuItem(_("Open"), lambda: click(), default=True)
    pystray.Icon(f"chatwork-archiver-{name}", menu=pystray.Menu(item)).run(setup=watch)
    return True


def _picture(state: str) -> Any:
    """The icon with what tells the state: an amber disc, or without colour a red square."""
    from PIL import Image, ImageDraw

    with Image.open(PICTURES / "icon.png") as picture:
        image = picture.convert("LA" if state == LOSE else "RGBA").convert("RGBA").resize((64, 64))
    if state == LOOK:
        ImageDraw.Draw(image).ellipse((39, 3, 61, 25), "#e8a300", "#fff", 3)
    elif state == LOSE:
        ImageDraw.Draw(image).rectangle((39, 3, 61, 25), "#a9231c", "#fff", 3)
    return image
