"""What all tests share: the search is compiled before any of them measures or limits its time."""

import pytest

SEARCHING = ("synth", "examples", "docs", "bench", "test_api", "test_cli")  # folders and files whose tests synthesize


@pytest.fixture(scope="session", autouse=True)
def compiled_search(request):
    """Has the kernels compiled where they are not, once for this machine, if a test at hand needs them."""
    if not any(part in item.nodeid for item in request.session.items for part in SEARCHING):
        return
    from primir.jobs.limits import Deadline
    from primir.synth.compilation import compile_kernels

    compile_kernels(Deadline(None), lambda: None)
