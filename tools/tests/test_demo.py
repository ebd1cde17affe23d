import pytest

from tools.demo import HOST, DemoError, check_database, listen


def test_listen_takes_the_next_port_when_the_first_is_taken() -> None:
    with listen([0]) as taken:
        port = taken.getsockname()[1]
        with listen([port, 0]) as listener:
            assert listener.getsockname()[0] == HOST
            assert listener.getsockname()[1] != port


def test_error_names_the_ports_that_are_taken() -> None:
    with listen([0]) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DemoError, match=f"every port from {port} to {port} is taken"):
            listen([port])


def test_demo_refuses_a_configured_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://127.0.0.1/news")
    with pytest.raises(DemoError, match="DATABASE_URL is set"):
        check_database()
