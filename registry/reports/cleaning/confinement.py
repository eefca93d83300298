"""The cell in which files are opened: after `confine` the process can compute and answer, and nothing else.

No file can be opened or written, no connection made, no program started, no process begun or watched; time
and memory end. The kernel holds the cell (seccomp, on Linux for x86-64 and ARM64); elsewhere only the limits
on time, memory, files and core dumps do.
"""

import ctypes
import platform
import resource
import signal
import struct
import sys
from pathlib import Path

from registry.reports.cleaning.caps import Caps

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER = 38, 22, 2
ALLOW, REFUSE, END = 0x7FFF0000, 0x00050001, 0x80000000  # go on, EPERM, end the process
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # of the classic packet filter
CALL, ARCHITECTURE = 0, 4  # offsets in what the kernel shows the filter

# what computing and answering needs: memory, reading and writing what is open, waiting, random bytes, the end
CALLS: dict[str, tuple[int, tuple[int, ...]]] = {
    "x86_64": (
        0xC000003E,
        (0, 1, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 28, 39, 60, 98, 131, 186, 202, 204, 219, 228, 230,
         231, 262, 318, 334),
    ),
    "aarch64": (
        0xC00000B7,
        (57, 62, 63, 64, 79, 80, 93, 94, 98, 113, 115, 123, 124, 128, 132, 134, 135, 139, 165, 172, 178, 214,
         215, 216, 222, 226, 233, 278, 293),
    ),
}  # fmt: skip


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def limit(caps: Caps) -> None:
    """Bound memory and time, and let nothing be written to any file; a core dump would hold the report."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (caps.address_space, caps.address_space))
    resource.setrlimit(resource.RLIMIT_CPU, (caps.cpu_seconds, caps.cpu_seconds))


def hold_to(more: int) -> None:
    """Let the process take so many bytes of memory beside what it has, and no more than it could before."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    had = resource.getrlimit(resource.RLIMIT_AS)[0]
    most = min(had, pages * resource.getpagesize() + more)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def confine(caps: Caps) -> bool:
    """Close the cell; what is needed from files has been imported before.

    Returns:
        True where the kernel holds it; False where it cannot.
    """
    signal.alarm(caps.seconds)
    machine = platform.machine()
    if sys.platform != "linux" or machine not in CALLS:
        return False
    filtering = _filter(*CALLS[machine])
    kept = ctypes.create_string_buffer(filtering)
    program = _Program(len(filtering) // 8, ctypes.addressof(kept))
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return not library.prctl(PR_SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0)


def _filter(architecture: int, calls: tuple[int, ...]) -> bytes:
    """Return the filter: another architecture ends the process, any other call is refused."""
    steps = [(LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, architecture), (RETURN, 0, 0, END), (LOAD, 0, 0, CALL)]
    for at, call in enumerate(calls):
        steps.append((EQUAL, len(calls) - at, 0, call))
    steps += [(RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
