"""`python -m assistant.tui.rehearse` is the rehearsal alone, as the server starts it for each browser of staff."""

import os
import sys

from assistant import settings
from assistant.desk.room import Plan
from assistant.tui.rehearse.app import run

# A traceback may quote what was typed, and the server's output is a log: nothing goes there.
os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
sys.exit(run(settings.load(), Plan()))
