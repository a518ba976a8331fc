"""The broker's routes: canned quotes and orders, nothing remembered."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox.refusal import Refusal

PRICES = {"IWM": "50.00", "QQQ": "101.25", "SPY": "98.75"}
HALTED = {"IWM"}
ORDERS = {"B-7", "B-8", "B-9", "B-10"}


async def quote(request: Request) -> JSONResponse:
    """Answer a symbol's price."""
    symbol = request.path_params["symbol"]
    return JSONResponse({"symbol": symbol, "price": _price(symbol)})


async def order(request: Request) -> JSONResponse:
    """Answer a known order, which is always working."""
    return JSONResponse({"number": _known_number(request), "status": "working"})


async def cancel(request: Request) -> JSONResponse:
    """Answer a known order as cancelled."""
    return JSONResponse({"number": _known_number(request), "status": "cancelled"})


async def place(request: Request) -> JSONResponse:
    """Answer a new order, numbered after what it asks for."""
    wanted = await request.json()
    symbol, quantity = wanted["symbol"], wanted["quantity"]
    _price(symbol)
    if symbol in HALTED:
        raise Refusal(409, "market_halted", f"trading in {symbol} is halted")
    placed = {"number": f"N-{symbol}-{quantity}", "status": "working"}
    return JSONResponse(placed, 201)


def _price(symbol: str) -> str:
    if symbol not in PRICES:
        raise Refusal(404, "symbol_not_found", f"no symbol {symbol} at the broker")
    return PRICES[symbol]


def _known_number(request: Request) -> str:
    number: str = request.path_params["number"]
    if number not in ORDERS:
        raise Refusal(404, "order_not_found", f"no order {number} at the broker")
    return number


routes = [
    Route("/quotes/{symbol}", quote),
    Route("/orders/{number}", order),
    Route("/orders/{number}", cancel, methods=["DELETE"]),
    Route("/orders", place, methods=["POST"]),
]
