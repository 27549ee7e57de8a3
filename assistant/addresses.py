"""Whose computer an address names."""

from __future__ import annotations

from ipaddress import ip_address


def on_this_computer(host: str) -> bool:
    """Whether the host of an address is this computer: an address of the loopback, or ``localhost``."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
