"""`python -m tests.simulation --seeds 10000`."""

import sys

from tests.simulation.many import main

if __name__ == "__main__":
    sys.exit(main())
