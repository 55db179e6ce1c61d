"""The command `primir`, also as `python -m primir`. A signal ends it in order already while the rest is imported."""

import os
import signal
from types import FrameType
from typing import NoReturn


def main() -> NoReturn:
    """The entry point: `cli.main`, once that is imported."""
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)
    from .cli import main

    main()


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    """There is nothing yet to clean up; an exception could be lost in the middle of an import."""
    interrupted = number == signal.SIGINT
    try:
        os.write(2, b"primir: interrupted\n" if interrupted else b"primir: terminated\n")
    finally:
        os._exit(130 if interrupted else 143)


if __name__ == "__main__":
    main()
