"""Words for what is known of an authority that stamps: this program offers it, or it is one of the owner's choice.

None of the offered ones is on the list of services that the Japanese minister has accredited (notice 146 of 2021):
https://www.soumu.go.jp/main_sosiki/joho_tsusin/top/ninshou-law/timestamp.html
"""

from __future__ import annotations

from gettext import gettext as _

LIST_AS_OF = "2024-03"
"""The month that this page itself names; read on 2026-11-26 in a stored copy."""


def class_words(*, is_offered: bool) -> str:
    """The class in a few words, to stand in brackets."""
    return _("public, not on the minister's list") if is_offered else _("class not known")


def class_sentence(name: str, *, is_offered: bool) -> str:
    """The class of an authority in one sentence, on the user's own screen."""
    if is_offered:
        sentence = _(
            "{name}: a public authority; not on the list of services that the Japanese minister has accredited (as of "
            "{month})."
        )
        return sentence.format(name=name, month=LIST_AS_OF)
    return _("{name}: an authority of your own choice; its class is not known here.").format(name=name)
