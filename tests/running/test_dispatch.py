"""What the forkservers of a lane do when an example takes one of them down."""

import threading
import time

from proof.errors import ServerDied
from proof.running.dispatch import Turns, in_lane
from proof.running.messages import Order

COUNT = 4
ORDERS = [Order(f"one-{n}", "sqlite", "service", "") for n in range(3 * COUNT)]


class Lane:
    """Stands in for a lane's interpreter: no server survives its first order."""

    starting = 0
    at_once = 0

    def __init__(self, count: int) -> None:
        self.servers = [self] * count

    def run(self, order: Order) -> None:
        raise ServerDied("ended the process that ran it")

    def another(self) -> "Lane":
        return Lane(1)

    def start_again(self) -> "Lane":
        Lane.starting += 1
        Lane.at_once = max(Lane.at_once, Lane.starting)
        time.sleep(0.02)
        Lane.starting -= 1
        return self

    def hang_up(self) -> None: ...

    def end(self) -> None: ...

    def close(self) -> None: ...


def test_servers_are_replaced_one_after_the_other() -> None:
    """Each replacement warms up on the template, which only one can write to."""
    before = threading.active_count()
    seen = list(in_lane(Lane(COUNT), ORDERS, Turns(COUNT)))
    assert {one.example for one, _ in seen} == {one.example for one in ORDERS}
    assert Lane.at_once == 1
    assert threading.active_count() == before


def test_who_waits_first_is_first() -> None:
    """Turns are given in the order in which they were asked for: nobody starves."""
    turns, order = Turns(1), list[int]()

    def take(number: int) -> None:
        with turns:
            order.append(number)

    with turns:
        threads = []
        for number in range(5):
            threads.append(threading.Thread(target=take, args=(number,)))
            threads[-1].start()
            while len(turns._waiting) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
