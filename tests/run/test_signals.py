import signal
import threading

import pytest

from srkit.run.signals import held


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM])
def number(request):
    """A signal that raises KeyboardInterrupt, which SIGTERM does where the command line catches it."""
    before = signal.signal(request.param, signal.default_int_handler)
    yield request.param
    signal.signal(request.param, before)


def test_a_signal_waits_for_the_end_and_comes_once(number):
    done = []

    def block():
        with held():
            signal.raise_signal(number)
            signal.raise_signal(number)
            done.append("whole")
        done.append("struck")

    with pytest.raises(KeyboardInterrupt):
        block()
    assert done == ["whole"]
    assert signal.getsignal(number) is signal.default_int_handler


def test_the_third_strikes(number):
    struck = []

    def block():
        with held():
            for _ in range(3):
                signal.raise_signal(number)
                struck.append(number)

    with pytest.raises(KeyboardInterrupt):
        block()
    assert len(struck) == 2


def test_blocks_within_blocks_wait_for_the_outermost(number):
    done = []

    def block():
        with held():
            with held():
                signal.raise_signal(number)
            done.append("outer")

    with pytest.raises(KeyboardInterrupt):
        block()
    assert done == ["outer"]


def test_an_error_in_the_block_is_what_is_raised(number):
    def block():
        with held():
            signal.raise_signal(number)
            raise RuntimeError("of the block")

    with pytest.raises(RuntimeError, match="of the block"):
        block()


def test_what_python_does_not_catch_is_left_alone():
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        with held():
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, before)


def test_another_thread_holds_nothing():
    seen = []

    def work():
        with held():
            seen.append(signal.getsignal(signal.SIGINT))

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]
