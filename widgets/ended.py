"""Follows the syncs that end: looks each up and gathers what is worth telling, so that what comes at once is told
together. What is news, and how it is told, is for whoever tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QObject, QTimer

from widgets.tasks import TaskScope

if TYPE_CHECKING:
    from app.api import ConnectionView, EngineApi, Fact
    from widgets.shell import Shell

__all__ = ["Ended"]

News = TypeVar("News")


class Ended(QObject, Generic[News]):
    """`gather_ms`: what comes within this time of the first is told with it."""

    def __init__(self, shell: Shell, tasks: TaskScope, gather_ms: int) -> None:
        super().__init__(shell)
        self._shell = shell
        self._tasks = tasks
        self._gathered: dict[str, News] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(gather_ms)
        self._timer.timeout.connect(self.flush)

    def begin(self, client: EngineApi) -> None:
        """The engine is there, and the window follows it."""
        if self._shell.feed is not None:
            self._shell.feed.fact.connect(lambda fact: self._fact(client, fact))

    def flush(self) -> None:
        """Tell what has gathered, unless nobody wants it any more."""
        self._timer.stop()
        news, self._gathered = list(self._gathered.values()), {}
        if news and self.wanted():
            self.tell(news)

    def wanted(self) -> bool:
        """Whether anybody is to be told."""
        raise NotImplementedError

    def news(self, view: ConnectionView) -> News | None:
        """What is worth telling of a connection whose run has ended."""
        raise NotImplementedError

    def tell(self, news: list[News]) -> None:
        """Tell it."""
        raise NotImplementedError

    def _fact(self, client: EngineApi, fact: Fact) -> None:
        if fact.kind == "run_finished" and fact.connection_id and self.wanted():
            self._tasks.start(self._look(client, fact.connection_id), type(self).__name__)

    async def _look(self, client: EngineApi, connection_id: str) -> None:
        from connectors.sdk import NotFound

        try:
            view = await client.connection(connection_id)
        except NotFound:
            return
        news = self.news(view)
        if news is not None:
            self._gathered[connection_id] = news
            if not self._timer.isActive():
                self._timer.start()
