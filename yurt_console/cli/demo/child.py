"""A ``yurt-console`` command as a child of ``demo``: it stops when its parent exits, even by SIGKILL.

The parent holds the write end of our standard input and never writes; end of file means it has exited.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from yurt_console.cli.main import main


def _end_with_parent() -> None:
    while os.read(0, 1):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, name="lifeline", daemon=True).start()
    sys.exit(main())
