"""`python -m kundenakte_verify`."""

import sys

from kundenakte_verify.cli import main

sys.exit(main())
