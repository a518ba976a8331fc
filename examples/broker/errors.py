"""What the broker's calls raise.

BrokerError
├── OrderNotFound
├── SymbolNotFound
├── MarketHalted
└── BrokerUnavailable
"""


class BrokerError(Exception):
    """A call to the broker did not do what it should."""


class OrderNotFound(BrokerError):
    """The broker knows no order of this number."""


class SymbolNotFound(BrokerError):
    """The broker does not trade this symbol."""


class MarketHalted(BrokerError):
    """Trading in the symbol is halted, so that no order can be placed."""


class BrokerUnavailable(BrokerError):
    """The broker gave no answer in time, or a server error."""
