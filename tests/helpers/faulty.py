"""Solvers that die, hang or lie now and then, for tests of what becomes of the verdict. They run in a worker."""

import os
import signal
import time
import zlib

from primir.verify.provers.solvers import ask_bitwuzla

FAULTS = ("killed", "out of memory", "exits", "raises", "hangs", "garbage")


def ask(text, seconds, share=10):
    """What bitwuzla says, but for one of `share` queries, which meets a fault; which one depends on the text alone."""
    number = zlib.crc32(text.encode())
    if number % share:
        return ask_bitwuzla(text, seconds)
    match FAULTS[number // share % len(FAULTS)]:
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "out of memory":
            hoard = []
            while True:
                hoard.append(bytearray(256 << 20))
        case "exits":
            os._exit(0)
        case "raises":
            raise RuntimeError("a fault")
        case "hangs":
            time.sleep(3600)
    return "sat", {"x0": -1}
