"""The same chat in a browser: a small web server that runs one chat process for each browser."""
