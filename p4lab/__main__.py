"""`python -m p4lab`: the command line, where its script is not on the path."""

import sys

from p4lab.cli import main

if __name__ == "__main__":
    sys.exit(main())
