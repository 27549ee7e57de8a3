"""The terminal chat: Textual and nothing else. The core never imports it."""
