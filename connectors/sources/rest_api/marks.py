"""What is remembered of each known id, in `state`: the pass that saw it last, and its fingerprint's beginning."""

from __future__ import annotations

from typing import Literal

import msgspec

from connectors.sdk import Clock, State, Upsert
from connectors.sources.rest_api.passes import Place

PREFIX = "item/"
BREATH = 500  # marks looked at before the loop gets a turn


class _Mark(msgspec.Struct, frozen=True, array_like=True):
    token: str
    fingerprint: str


class Marks:
    """The marks of one partition."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    def see(self, document: Upsert, place: Place) -> Literal["news", "known", "twice"]:
        """Marks a document as seen by this pass. "known": this very version was told before within the reading;
        "twice": another item of the same pass has its id."""
        key = PREFIX + document.ref.source_id
        mark = _Mark(place.token, (document.fingerprint or "")[:16])
        kept = self._state.get(key)
        known = msgspec.json.decode(kept, type=_Mark) if kept else _Mark("", "")
        same = known.fingerprint == mark.fingerprint
        if known.token == place.token and place.since is None:
            return "known" if same else "twice"
        self._state.put(key, msgspec.json.encode(mark))
        return "known" if same and known.token in (place.token, place.again) else "news"

    async def unseen(self, place: Place, most: int) -> list[str]:
        """Up to `most` known ids that neither this reading nor the one it repeats has seen."""
        found: list[str] = []
        for number, key in enumerate(self._state.keys(PREFIX), 1):
            if number % BREATH == 0:
                await self._clock.sleep(0)
            kept = self._state.get(key)
            if kept and msgspec.json.decode(kept, type=_Mark).token not in (place.token, place.again):
                found.append(key.removeprefix(PREFIX))
                if len(found) == most:
                    break
        return found

    def forget(self, source_id: str) -> None:
        self._state.delete(PREFIX + source_id)
