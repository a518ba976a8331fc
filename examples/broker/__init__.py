"""An async-only SDK for the broker in the sandbox."""

from broker.client import Broker, BrokerOrder, Quote
from broker.errors import (
    BrokerError,
    BrokerUnavailable,
    MarketHalted,
    OrderNotFound,
    SymbolNotFound,
)

__all__ = [
    "Broker",
    "BrokerError",
    "BrokerOrder",
    "BrokerUnavailable",
    "MarketHalted",
    "OrderNotFound",
    "Quote",
    "SymbolNotFound",
]
