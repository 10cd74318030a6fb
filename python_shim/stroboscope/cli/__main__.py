"""`python -m stroboscope.cli` is `strobe`."""

import sys

from stroboscope.cli.main import main

sys.exit(main())
