"""The rehearsal on screen."""
