"""Where the one-folder build starts: nothing stands before `main`, which answers its own child processes first."""

import sys

from archiver.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
