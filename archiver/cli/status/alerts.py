"""The command `alerts`: lists what the user should look at; `alerts dismiss` puts one aside."""

from __future__ import annotations

import json
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver.cli.context import CliContext
from archiver.cli.status.alert_lines import named_messages, named_text
from archiver.cli.status.emergency_block import screenshots_sentence
from archiver.cli.terminal.output import echo, paged_output
from archiver.cli.terminal.text import columns, pad, visible, wrap
from archiver.errors import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.cli.status.alert_lines import NamedMessage
    from archiver.records.alerts import Alert

WIDTH = 80


@click.group(
    "alerts",
    invoke_without_command=True,
    help=N_(
        "Signs that something in your work rooms is vanishing. They accuse nobody and are not part of any package."
    ),
)
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_context
def command_alerts(ctx: click.Context, as_json: bool) -> int:
    """List every alert; needs no token and no network."""
    from archiver.cli.contracts.contract_names import contract_names
    from archiver.rounds.alerting import alert_document
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import contracts
    from archiver.store.queries.screenshot_hints import messages_to_screenshot
    from archiver.store.working.alerts import alerts
    from archiver.web.shell_command import contract_name

    if ctx.invoked_subcommand is not None:
        return 0
    obj: CliContext = ctx.obj
    with Archive(obj.home).reading() as reading:
        all_alerts = alerts(reading)
        rooms = {one: {int(room.room_id) for room in one.rooms} for one in contracts(reading)}
        names = contract_names(rooms)
        messages = named_messages(reading, all_alerts)
        screenshot_ids = [(one, messages_to_screenshot(reading, all_alerts, its)) for one, its in rooms.items()]
    if as_json:
        click.echo(json.dumps({"alerts": [alert_document(one) for one in all_alerts]}, ensure_ascii=False))
    else:
        with paged_output():
            _tell_alerts(all_alerts, names, messages)
            for contract, ids in screenshot_ids:
                if ids:
                    name = contract_name(contract, list(rooms))
                    echo("\n".join(wrap(screenshots_sentence(name, ids), WIDTH)))
    return 0


@command_alerts.command("dismiss", help=N_("Put an alert aside; it stays listed, marked so."))
@click.argument("number", type=click.IntRange(1), metavar="N")
@click.option("--reason", metavar=N_("TEXT"), help=N_("Why; for yourself, it never leaves this archive."))
@click.pass_obj
def alerts_dismiss(obj: CliContext, number: int, reason: str | None) -> int:
    """Mark an alert as put aside; of one that is put aside already only the reason changes."""
    from archiver.app import utc_now
    from archiver.store.archive import Archive
    from archiver.store.fingerprints import readable_text
    from archiver.store.working import alerts

    with Archive(obj.home).writing() as writing:
        alerts.dismiss(writing, number, at=utc_now(), reason=None if reason is None else readable_text(reason))
    echo(_("Put aside: alert {number}.").format(number=number))
    return 0


def _tell_alerts(alerts: list[Alert], names: Mapping[str, str], messages: list[NamedMessage | None]) -> None:
    """Print every alert with its number, the message that it is about, and why it was put aside."""
    from archiver.alerts.sentences import alert_sentence, level_word
    from archiver.cli.terminal.times import jst_time

    for alert, message in zip(alerts, messages, strict=True):
        state = _("put aside") if alert.dismissed else level_word(alert.level)
        head = f"{alert.number:>3} {pad('[' + state + ']', 12)} {jst_time(alert.at)}  "
        for number, line in enumerate(wrap(alert_sentence(alert, names), WIDTH - columns(head))):
            echo((head if not number else " " * columns(head)) + line)
        if message is not None:
            for line in wrap(named_text(message), WIDTH - columns(head)):
                echo(" " * columns(head) + line)
        if alert.reason:
            for line in wrap(_("Reason: {reason}").format(reason=visible(alert.reason)), WIDTH - columns(head)):
                echo(" " * columns(head) + line)
    if not alerts:
        echo(_("No alert so far."))
    elif not all(one.dismissed for one in alerts):
        echo(_("Put one aside: archive alerts dismiss NUMBER"), err=True)
