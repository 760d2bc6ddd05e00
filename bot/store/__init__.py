"""Redis or Valkey: connecting to it, running our scripts in it, and the server that the bot brings along."""

from bot.store.addresses import docket_url, redacted
from bot.store.connection import Bytes, Reply, Store, connect
from bot.store.embedded import Embedded
from bot.store.errors import StoreError, translated
from bot.store.keeper import keep

__all__ = [
    "Bytes",
    "Embedded",
    "Reply",
    "Store",
    "StoreError",
    "connect",
    "docket_url",
    "keep",
    "redacted",
    "translated",
]
