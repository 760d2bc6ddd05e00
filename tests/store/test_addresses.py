"""The forms of REDIS_URL."""

from __future__ import annotations

import pytest
from docket._redis_sentinel import parse_sentinel_url
from hypothesis import given
from hypothesis import strategies as st

from bot.store import StoreError, connect, docket_url, redacted
from bot.store.addresses import parse


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://localhost", "redis://localhost?max_connections=500"),
        ("rediss://u:p@host:1/2?ssl_ca_certs=a.pem", "rediss://u:p@host:1/2?ssl_ca_certs=a.pem&max_connections=500"),
        ("redis://host?max_connections=7", "redis://host?max_connections=7"),
        ("unix:///run/redis.sock?db=1", "unix:///run/redis.sock?db=1&max_connections=500"),
        ("redis+unix:///run/redis.sock", "unix:///run/redis.sock?max_connections=500"),
        ("redis+socket:///run/redis.sock", "unix:///run/redis.sock?max_connections=500"),
        ("redis+sentinel://a:1,[::1]:2/main/0", "redis+sentinel://a:1,[::1]:2/main/0?max_connections=500"),
        ("redis+cluster://a:1", "redis+cluster://a:1?max_connections=500"),
    ],
)
def test_docket_gets_room(url: str, expected: str) -> None:
    """The engine gets the same address with the number of its connections, unless the address names one."""
    assert docket_url(url, max_connections=500) == expected


def test_sentinels_are_read_as_docket_reads_them() -> None:
    """Store and engine find the same Sentinels, primary and database in one address."""
    url = "redis+sentinel://user:p%40ss@one,two:5,[::1]:6/my%2Dmaster/3"
    theirs = parse_sentinel_url(url)

    assert parse(url).sentinels() == theirs.sentinels
    assert parse(url.replace("%2D", "-")).service() == (theirs.service_name.replace("%2D", "-"), theirs.db)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:6379",
        "http://localhost",
        "memory://",
        "redis://host:port",
        "redis://host?socket_timeout=soon",
        "redis+sentinel://a:1",
        "redis+sentinel://a:1/main/zero",
        "redis+sentinel://a:b/main",
        "redis+sentinel:///main",
        "redis+cluster://host:port",
    ],
)
async def test_what_is_no_address_is_refused(url: str) -> None:
    """An address that can't be one is refused at once, by the name of its setting."""
    with pytest.raises(StoreError) as caught:
        await connect(url)

    assert caught.value.reason == "address"
    assert str(caught.value).startswith("REDIS_URL ")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://user:secret-for-tests@host:1/0", "redis://***@host:1/0"),
        ("redis://secret-for-tests@host", "redis://***@host"),
        ("redis://:se/cr?et-for@tests@host", "redis://***@host"),
        ("redis+sentinel://a:1,b:2/main?sentinel_password=secret-for-tests", "redis+sentinel://a:1,b:2/main"),
        ("unix:///run/redis.sock?password=secret-for-tests", "unix:///run/redis.sock"),
        ("secret-for-tests", "***"),
    ],
)
def test_addresses_are_shown_without_secrets(url: str, expected: str) -> None:
    """What is shown of an address holds neither user nor password nor option."""
    assert redacted(url) == expected


@given(password=st.text(alphabet=st.characters(codec="ascii"), min_size=1))
def test_no_password_is_shown(password: str) -> None:
    """A password is hidden whatever it is made of, escaped or not."""
    assert redacted(f"redis://:{password}@host:6379/0") == "redis://***@host:6379/0"
