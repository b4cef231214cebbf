"""Every error that the program can end with: its sentence, its exit code, what to do next.

ArchiverError (1)
├── UsageError (2)             UnknownContract UnknownRoom UnknownProfile AmbiguousContract …
├── SettingsError (5)          BadSettings TokenMissing TokenFileUnsafe BadBaseUrl WrongAccount …
├── TokenRefused (10)          GivenTokenRefused
├── ArchiveInUse (11)          SetupRunning StaleCopy
├── NewerArchive (12)
├── StorageError (1)           HomeNotWritable PackagePlaceNotWritable DiskFull DiskFailing ArchiveBusy …
└── ChatworkError (1)          Unreachable NotUnderstood NotVisible Refused BudgetSpent

A *finding* (the evidence is broken) is a value; only RowsDisagree, which ends an export, is one of these. `message` and
`hint` are English gettext ids with `{placeholders}`; `cli/context.py` (`tell_error`) and the error page of `web/app.py`
translate and show them.
"""

from archiver.errors.failures import *
from archiver.errors.team import *
from archiver.errors.usage import *
from archiver.wording import N_ as N_
