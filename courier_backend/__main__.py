"""``python -m courier_backend``: the command line."""

import sys

from courier_backend.cli.main import main

sys.exit(main())
