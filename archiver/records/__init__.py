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
    TERM_ITEMS,
    Contract,
    ContractRoom,
    Delivery,
    Enclosure,
    Invoice,
    MappedAccount,
    Payment,
    Role,
    SentReminder,
    Sides,
    StatedTerm,
    TermItem,
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
    WrongClock,
    notable_states,
)
from archiver.records.evidence import (
    KEPT_HEADERS,
    Entry,
    Observation,
    Reply,
    Seal,
    SteadyLooks,
)
from archiver.records.exported_package import (
    MEMBER,
    CounterpartCandidate,
    ExportedPackage,
    Handover,
    OpenedMessage,
    ReadState,
    RequestKind,
    Review,
    UndecidedRoom,
)
from archiver.records.identifiers import JST, AccountId, FileId, JsonObject, MessageId, RoomId, TaskId
