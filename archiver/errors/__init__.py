"""Every error that the program can end with: its sentence, its exit code, what to do next.

ArchiverError (1)
├── UsageError (2)             UnknownContract UnknownRoom UnknownProfile AmbiguousContract …
├── SettingsError (5)          BadSettings TokenMissing TokenFileUnsafe BadBaseUrl WrongAccount …
├── TokenRefused (10)          GivenTokenRefused
├── ArchiveInUse (11)          SetupRunning StaleCopy
├── NewerArchive (12)
├── StorageError (1)           HomeNotWritable PackagePlaceNotWritable DiskFull DiskFailing ArchiveBusy …
└── ChatworkError (1)          Unreachable NotUnderstood NotVisible Refused BudgetSpent

A *finding* (the evidence is broken) is a value, never one of these. `message` and `hint` are English
gettext ids with `{placeholders}`; `cli/main.py` translates and prints them, and is the only handler.
"""

from archiver.errors.archive import (
    ArchiveBusy,
    ArchiveDamaged,
    ArchiveGone,
    ArchiveInUse,
    CopyNotClosed,
    DatabaseNotOpened,
    DiskFailing,
    DiskFull,
    HomeNotWritable,
    LocksMissing,
    NewerArchive,
    NoSpaceForCopy,
    NoSpaceForUpkeep,
    NoSpaceToMigrate,
    NotAllowed,
    OlderArchive,
    PackagePlaceNotWritable,
    RowsDisagree,
    SetupRunning,
    StorageError,
    TooManyOpenFiles,
)
from archiver.errors.base import ArchiverError
from archiver.errors.chatwork import (
    BudgetSpent,
    ChatworkError,
    NotUnderstood,
    NotVisible,
    Refused,
    ServerFailed,
    TokenRefused,
    TransferFailed,
    Unreachable,
)
from archiver.errors.computer import (
    PdfFailed,
    PdfUnavailable,
    SchedulerMissing,
    SchedulerRefused,
)
from archiver.errors.erasure import (
    ErasureDeclined,
    NoErasureNote,
    NoSavedMessage,
    NotConfirmed,
    NothingToErase,
    RoomStillRead,
    UnknownErasure,
)
from archiver.errors.ledger import (
    AccountNotInLedger,
    AnotherArchive,
    ArchiveForbidden,
    BadLedger,
    BadLedgerFile,
    BadServeFile,
    BadTeamStore,
    LedgerAwaitsSavers,
    LedgerForbids,
    LedgerNewer,
    LedgerNotMade,
    LedgerOutdated,
    LedgerRefusesUser,
    LedgerUnavailable,
    NoAccountToLeave,
    NotAdopted,
    NotGranted,
    NothingGranted,
    NotInLedger,
    NotInTeamStore,
    S3NotInstalled,
    StaleCopy,
    TeamNotInstalled,
    TeamStoreDiffers,
    TeamStoreOther,
    TeamStoreUnavailable,
    UnderLedger,
)
from archiver.errors.search import (
    BadSearch,
    EmptyPart,
    EmptySearch,
    EmptyTime,
    NegatedFilter,
    UnclosedPhrase,
    UnknownHas,
)
from archiver.errors.settings import (
    ArchiveVanished,
    BadBaseUrl,
    BadRoots,
    BadSettings,
    DatabaseGone,
    KeyringUnavailable,
    NetworkFolder,
    NoArchive,
    SettingsClosed,
    SettingsError,
    SyncedFolder,
    TokenFileUnsafe,
    TokenMalformed,
    TokenMissing,
    WrongAccount,
)
from archiver.errors.team import (
    BadTeamFile,
    GivenTokenRefused,
    InstallationKeyUnusable,
    QueueUnavailable,
    SealedWithAnotherKey,
)
from archiver.errors.usage import (
    AlreadyEntered,
    AmbiguousContract,
    ArchiveThere,
    BadContractId,
    BadCopyPlace,
    BadValue,
    ClientIsOwner,
    ContractExists,
    CopyIsNewer,
    CounterpartUnknown,
    DayAhead,
    DaysInWrongOrder,
    DayTooEarly,
    DayTooLate,
    EmptyPeriod,
    FileAboveLimit,
    FileTooLarge,
    FolderOfZips,
    LastRoom,
    NoCommonRoom,
    NoContract,
    NoContractSaved,
    NoPackageItself,
    NoSuchDay,
    NotAFile,
    NotComparable,
    NothingThere,
    OwnFile,
    PlaceTaken,
    PortTaken,
    RoomInContract,
    SharedNumber,
    UnknownAlert,
    UnknownContract,
    UnknownExport,
    UnknownFile,
    UnknownMessage,
    UnknownPerson,
    UnknownPlatform,
    UnknownProfile,
    UnknownRoom,
    UsageError,
)
from archiver.gettext_mark import N_
