"""The broker's calls and what they return."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal
from urllib.parse import quote as quoted

from broker.errors import (
    BrokerError,
    BrokerUnavailable,
    MarketHalted,
    OrderNotFound,
    SymbolNotFound,
)
from sdk_http import AsyncSDK


@dataclass(frozen=True)
class Quote:
    """The price of one symbol."""

    symbol: str
    price: Decimal


@dataclass(frozen=True)
class BrokerOrder:
    """An order as the broker has it."""

    number: str
    status: Literal["working", "cancelled"]


class Broker(AsyncSDK):
    """The broker, async only.

    Close it in the event loop that it was used in:

        async with Broker() as broker:
            order = await broker.cancel("B-7")

    Each call raises `BrokerUnavailable` if the broker gives no answer in time or a
    server error.

    Args:
        base_url: Where the broker answers; the environment's `SANDBOX_URL` by default.
        latency: Seconds that the broker waits before each answer, at most 60.
        fail_with: The status, 400 to 599, that the broker answers every call with.
        timeout: Seconds after which a call without an answer fails.
    """

    refused = BrokerError
    unavailable = BrokerUnavailable
    reasons: ClassVar[Mapping[str, type[BrokerError]]] = {
        "order_not_found": OrderNotFound,
        "symbol_not_found": SymbolNotFound,
        "market_halted": MarketHalted,
    }

    async def quote(self, symbol: str) -> Quote:
        """Ask for a price.

        Args:
            symbol: What to price, such as `QQQ`.

        Returns:
            The symbol with its price.

        Raises:
            SymbolNotFound: If the broker does not trade the symbol.
        """
        data = await self._call("GET", f"/broker/quotes/{quoted(symbol, safe='')}")
        return Quote(data["symbol"], Decimal(data["price"]))

    async def order(self, number: str) -> BrokerOrder:
        """Look an order up.

        Args:
            number: The broker's number for it, such as `B-7`.

        Returns:
            The order.

        Raises:
            OrderNotFound: If the broker knows no such number.
        """
        return BrokerOrder(**await self._call("GET", _order_path(number)))

    async def cancel(self, number: str) -> BrokerOrder:
        """Cancel an order. To cancel it again does no harm.

        Args:
            number: The broker's number for it, such as `B-7`.

        Returns:
            The order, cancelled.

        Raises:
            OrderNotFound: If the broker knows no such number.
        """
        return BrokerOrder(**await self._call("DELETE", _order_path(number)))

    async def place(self, symbol: str, quantity: int, limit: Decimal) -> BrokerOrder:
        """Place an order.

        Args:
            symbol: What to buy, such as `QQQ`.
            quantity: How many.
            limit: The highest price to pay for one.

        Returns:
            The order, working, its number made from the symbol and the quantity.

        Raises:
            SymbolNotFound: If the broker does not trade the symbol.
            MarketHalted: If trading in the symbol is halted.
        """
        wanted = {"symbol": symbol, "quantity": quantity, "limit": str(limit)}
        return BrokerOrder(**await self._call("POST", "/broker/orders", json=wanted))


def _order_path(number: str) -> str:
    return f"/broker/orders/{quoted(number, safe='')}"
