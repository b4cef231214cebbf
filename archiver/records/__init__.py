"""The records of the archive as frozen values, used by all other packages.

Times are aware and in UTC, message ids are decimal text, texts are exactly as Chatwork gave them. Nothing here reads,
writes or decides.
"""

from archiver.records.contract import *
from archiver.records.conversation import *
from archiver.records.evidence import *
from archiver.records.facts_for_claims import *
