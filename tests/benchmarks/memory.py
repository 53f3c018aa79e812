"""How much memory this process took at its peak."""

import resource
from pathlib import Path


def peak_mb() -> float:
    """Source: VmHWM, which begins anew with each program; `ru_maxrss` of a child includes what its parent held."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return round(int(line.split()[1]) / 1024, 1)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, 1)  # bytes on macOS
