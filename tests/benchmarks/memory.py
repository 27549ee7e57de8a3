"""What a process holds."""

from __future__ import annotations

from pathlib import Path


def resident(process: int | str = "self") -> float:
    """Megabytes of a process that are in memory now."""
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(row.split()[1]) / 1024 for row in status.splitlines() if row.startswith("VmRSS"))
