"""`python -m assistant` is the command `plainspoken`."""

from assistant.cli import main

main()
