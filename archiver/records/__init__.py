"""The records of the archive as frozen values, used by all other packages.

Times are aware and in UTC, message ids are decimal text, texts are exactly as Chatwork gave them. Nothing here reads,
writes or decides.
"""

from archiver.records.case_facts import (
    AuthorFacts,
    CaseFacts,
    CaseSide,
    ChangeKind,
    RoomFacts,
    change_kinds,
)
from archiver.records.contract import (
    Contract,
    ContractRoom,
    Delivery,
    Enclosure,
    MappedAccount,
    Role,
    Sides,
)
from archiver.records.conversation import (
    Attachment,
    Conversation,
    Gap,
    KnownMessage,
    Membership,
    MembershipPeriod,
    Message,
    MessageKind,
    ObservedBy,
    OtherChat,
    Pause,
    Period,
    Person,
    PersonName,
    Post,
    RoomBeginning,
    State,
    Task,
    Version,
    Watch,
    notable_states,
)
from archiver.records.counterpart_choice import CounterpartCandidate, UndecidedRoom
from archiver.records.evidence import (
    Entry,
    Observation,
    Seal,
)
from archiver.records.exported_package import ExportedPackage, Handover
from archiver.records.identifiers import JST, AccountId, FileId, JsonObject, MessageId, RoomId, TaskId
from archiver.records.leftover import Leftover, LeftoverKind
from archiver.records.reply import (
    KEPT_HEADERS,
    Reply,
)

__all__ = (
    "JST",
    "KEPT_HEADERS",
    "AccountId",
    "Attachment",
    "AuthorFacts",
    "CaseFacts",
    "CaseSide",
    "ChangeKind",
    "Contract",
    "ContractRoom",
    "Conversation",
    "CounterpartCandidate",
    "Delivery",
    "Enclosure",
    "Entry",
    "ExportedPackage",
    "FileId",
    "Gap",
    "Handover",
    "JsonObject",
    "KnownMessage",
    "Leftover",
    "LeftoverKind",
    "MappedAccount",
    "Membership",
    "MembershipPeriod",
    "Message",
    "MessageId",
    "MessageKind",
    "Observation",
    "ObservedBy",
    "OtherChat",
    "Pause",
    "Period",
    "Person",
    "PersonName",
    "Post",
    "Reply",
    "Role",
    "RoomBeginning",
    "RoomFacts",
    "RoomId",
    "Seal",
    "Sides",
    "State",
    "Task",
    "TaskId",
    "UndecidedRoom",
    "Version",
    "Watch",
    "change_kinds",
    "notable_states",
)
