"""What the archive holds, as frozen values that every part may pass on.

Times are aware UTC; message ids are decimal text; texts are exactly as Chatwork gave them. Nothing here
reads, writes or decides.
"""

from archiver.records.contract import (
    Contract,
    ContractRoom,
    Delivery,
    Enclosure,
    Mapped,
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
    ObservedBy,
    OtherChat,
    Pause,
    Period,
    Person,
    PersonName,
    State,
    Task,
    Version,
    Watch,
    told_states,
)
from archiver.records.evidence import (
    Entry,
    Observation,
    Seal,
)
from archiver.records.names import (
    JST,
    AccountId,
    FileId,
    JsonObject,
    MessageId,
    RoomId,
    TaskId,
)
from archiver.records.reply import (
    KEPT_HEADERS,
    Reply,
)

__all__ = (
    "JST",
    "KEPT_HEADERS",
    "AccountId",
    "Attachment",
    "Contract",
    "ContractRoom",
    "Conversation",
    "Delivery",
    "Enclosure",
    "Entry",
    "FileId",
    "Gap",
    "JsonObject",
    "KnownMessage",
    "Mapped",
    "Membership",
    "MembershipPeriod",
    "Message",
    "MessageId",
    "Observation",
    "ObservedBy",
    "OtherChat",
    "Pause",
    "Period",
    "Person",
    "PersonName",
    "Reply",
    "Role",
    "RoomId",
    "Seal",
    "Sides",
    "State",
    "Task",
    "TaskId",
    "Version",
    "Watch",
    "told_states",
)
