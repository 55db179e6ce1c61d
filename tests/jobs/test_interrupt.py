import signal
import subprocess
import sys

import pytest

SCRIPT = """
import signal, sys, time
from primir.jobs.interrupt import Terminated, install_interrupt_handler
install_interrupt_handler()
try:
    print("ready", flush=True)
    time.sleep(30)
except KeyboardInterrupt as error:
    print(type(error).__name__, flush=True)
if "again" in sys.argv:
    time.sleep(30)
"""


def start(*arguments):
    # A shell without job control starts what it puts in the background with SIGINT ignored.
    command = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-c", SCRIPT, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("number, name", [(signal.SIGINT, "KeyboardInterrupt"), (signal.SIGTERM, "Terminated")])
def test_a_background_job_can_be_interrupted(number, name):
    with start() as process:
        process.send_signal(number)
        assert process.stdout.read() == name + "\n"
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_second_signal_ends_at_once(number):
    with start("again") as process:
        process.send_signal(number)
        process.stdout.readline()
        process.send_signal(number)
    assert process.returncode == -number
