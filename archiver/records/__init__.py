"""The records of the archive as frozen values, used by all other packages.

Times are aware and in UTC, message ids are decimal text, texts are exactly as Chatwork gave them. Nothing here reads,
writes or decides.
"""

from archiver.records.case_facts import (
    CLOSED_ENDING,
    AccountClosing,
    Act,
    ActKind,
    AuthorFacts,
    Basis,
    CancellationPost,
    CaseFacts,
    CaseSide,
    CaseSides,
    ChangedMessages,
    ChangeKind,
    ClosingSign,
    RoomFacts,
    change_kinds,
    closed_mark,
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
from archiver.records.contract_money import TERM_ITEMS, Invoice, Payment, SentReminder, StatedTerm, TermItem
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
    WrongClock,
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
from archiver.records.reply import (
    KEPT_HEADERS,
    Reply,
)
from archiver.records.request_kind import RequestKind
from archiver.records.review import OpenedMessage, ReadState, Review
from archiver.records.steady_looks import SteadyLooks
