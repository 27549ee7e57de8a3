"""`python -m assistant.tui` is the chat alone, as the server starts it for each browser."""

import os
import sys

from assistant import settings
from assistant.tui.app import run

# A traceback may quote what a family typed, and the server's output is a log: nothing goes there.
os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
sys.exit(run(settings.load()))
