"""SQLite, and a Redis server as the message broker."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import redis

from proof.databases.database import PREFIX
from proof.databases.find_server import redis_server
from proof.databases.server import Server, first_line
from proof.databases.sqlite import Sqlite
from proof.errors import LaneUnavailable


class Redis(Sqlite):
    """SQLite, and a Redis server as the message broker.

    Every key of the run begins with its mark, and only those are ever removed.
    """

    @classmethod
    def server_for(cls, folder: Path) -> Server:
        return redis_server(folder)

    @property
    def broker(self) -> str:
        return self.server.url

    def close(self) -> None:
        super().close()
        self.server.ends()

    def drop(self, url: str) -> None:
        super().drop(url)
        self._remove_keys(Path(unquote(urlsplit(url).path[1:])).stem)

    def sweep(self) -> None:
        self._remove_keys("")

    def _remove_keys(self, number: str) -> None:
        try:
            with redis.from_url(self.broker) as server:
                for key in server.scan_iter(f"{PREFIX}{self.mark}_{number}*"):
                    server.delete(key)
        except redis.RedisError as error:
            raise LaneUnavailable(f"{self.lane}: {first_line(error)}") from error
