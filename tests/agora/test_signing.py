"""Signing: the headers that Agora documents."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import SecretStr

from bot.agora import BasicAuth, HmacAuth
from tests.agora.parts import APP_ID

# Computed by hand from the recipe on https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming
HMAC = HmacAuth("example_customer_id", SecretStr("example_customer_secret"))
AT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
BASE = f"/v1/projects/{APP_ID}/fls"
TASKS = f"{BASE}/entry_points/live/admin/record/custom/regions/na/tasks"
NOTHING = "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


@pytest.mark.parametrize(
    ("method", "target", "body", "digest", "signature"),
    [
        ("GET", f"{BASE}/entry_points", b"", NOTHING, "vn3cheGs8gxDRjzH0kNzeDuPO+07I3Xn43T2Kzfi8TU="),
        ("PUT", f"{TASKS}?id=demo-stream", b"", NOTHING, "W6Tmtb6iOJE+nTyPk+d9mcAXL5IR2HvdM9vCkWptA0M="),
        ("PUT", TASKS, b"", NOTHING, "ceqnEwzqR4ca242RWdAgWDnaMn6q4sVu9xkMfn76h04="),
        (
            "PATCH",
            f"{BASE}/entry_points/live/settings/transfer",
            b'{"enabled":true,"callbackUrl":"https://hooks.example.com/transfer"}',
            "SHA-256=pNwrNOkcM+dtJZ8vjCX1qDcEEvmIn+M5+zSsgj/BWtI=",
            "2yue9h5D1eGI5uED575+Ie+uag9qAAp6dXUryz5pg/E=",
        ),
    ],
)
def test_hmac(method: str, target: str, body: bytes, digest: str, signature: str) -> None:
    """Host, date, request line and digest are signed with the customer secret."""
    headers = HMAC.headers(method=method, host="api.agora.io", target=target, body=body, now=AT)

    assert headers == {
        "Date": "Tue, 02 Jan 2024 03:04:05 GMT",
        "Digest": digest,
        "Authorization": 'hmac username="example_customer_id", algorithm="hmac-sha256", '
        f'headers="host date request-line digest", signature="{signature}"',
    }


def test_date_is_gmt() -> None:
    """The date is GMT, whatever the time zone of the clock."""
    there = AT.astimezone(timezone(timedelta(hours=8)))

    headers = HMAC.headers(method="GET", host="api.agora.io", target="/", body=b"", now=there)

    assert headers["Date"] == "Tue, 02 Jan 2024 03:04:05 GMT"


def test_basic() -> None:
    """Basic sends ID and secret, in UTF-8."""
    auth = BasicAuth("id", SecretStr("sëcret-for-tests"))

    headers = auth.headers(method="GET", host="h", target="/", body=b"", now=AT)

    assert headers == {"Authorization": "Basic " + base64.b64encode("id:sëcret-for-tests".encode()).decode()}


@pytest.mark.parametrize("customer_id", ["", "a b", 'a"b', "a\r\nX: y", "ä"])
def test_customer_id_is_checked(customer_id: str) -> None:
    """A customer ID that would break the header is refused, with what to do."""
    with pytest.raises(ValueError, match="Copy it again from Agora Console"):
        HmacAuth(customer_id, SecretStr("s"))


def test_colon_in_basic() -> None:
    """A colon can't be part of the customer ID where the colon ends it."""
    with pytest.raises(ValueError, match="customer ID"):
        BasicAuth("a:b", SecretStr("s"))


@pytest.mark.parametrize("auth", [HMAC, BasicAuth("id", SecretStr("example_customer_secret"))])
def test_repr_hides_the_secret(auth: HmacAuth | BasicAuth) -> None:
    """The secret is not in the repr."""
    assert "example_customer_secret" not in repr(auth)
