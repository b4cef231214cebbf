"""The two time-stamp authorities that `archive init` offers, of different owners.

A fresh install stamps nothing until the user agrees. Each root is pinned by its SHA-256 fingerprint and must be in the
`certifi` bundle, so that anybody finds it in any browser too. None of them was contacted while this was written: URL
and chain are as their owners and users describe them. If a root is not the right one, the stamps of its authority wait
and `archive status --full` reports it.

Neither authority promises anything for documents, and neither is accredited by the Japanese minister (総務大臣認定).
"""

from __future__ import annotations

from dataclasses import dataclass

from archiver.settings.model import AuthoritySetting


@dataclass(frozen=True, slots=True)
class Offer:
    """An authority as it is offered."""

    name: str
    url: str
    root: str
    """SHA-256 fingerprint of its root, lower-case hex."""
    root_name: str
    """The common name or unit by which browsers list that root."""
    owner: str

    @property
    def setting(self) -> AuthoritySetting:
        """The authority as a setting of `archive.toml`."""
        return AuthoritySetting(self.name, self.url, f"certifi:{self.root}")


OFFERS = (
    # Well known: DigiCert names this root for its time stamps, and users checked tokens of 2026 with it. Its replies
    # also carry the same root signed by an older one, which does not disturb whoever pinned this one. Until 2038.
    Offer(
        name="digicert",
        url="http://timestamp.digicert.com",
        root="552f7bdcf1a7af9e6ce672017f4f12abf77240c78e761ac203d1d9d20ac89988",
        root_name="DigiCert Trusted Root G4",
        owner="DigiCert, Inc.",
    ),
    # Well known: others published in October 2026 that its reply was verified against this root of certifi. Until 2034.
    Offer(
        name="identrust",
        url="http://timestamp.identrust.com",
        root="5d56499be4d2e08bcfcad08a3e38723d50503bde706948e42f55603019e528ae",
        root_name="IdenTrust Commercial Root CA 1",
        owner="IdenTrust (HID Global)",
    ),
    # Not offered, as the pair of address and root is less certain: GlobalSign (http://timestamp.globalsign.com/tsa/
    # r6advanced1, GlobalSign Root CA - R6: 2cabeafe37d06ca22aba7391c0033d25982952c453647349763a3ab5ad6ccf69).
)
"""The offers; the user may accept one or both."""


def is_offered(setting: AuthoritySetting) -> bool:
    """Whether an authority of the settings is one of the offers, with its address and root."""
    return any((one.url, one.setting.roots) == (setting.url, setting.roots) for one in OFFERS)
