"""`python -m app.demo`."""

import sys

from app.demo.run import main

sys.exit(main())
