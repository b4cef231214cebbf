"""`python -m archiver` is `archive`."""

import sys

from archiver.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
