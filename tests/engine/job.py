"""The main job in commands of `EngineApi`, for tests of everything that speaks it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import api
from connectors.sdk import ConfigError, NotFound

__all__ = ["folder_draft", "make_folder", "whole_job"]


def folder_draft(name: str, path: Path) -> api.ConnectionDraft:
    return api.ConnectionDraft(type="folder", name=name, config={"path": str(path)})


def make_folder(path: Path, number: int) -> Path:
    path.mkdir()
    for index in range(number):
        (path / f"note {index}.md").write_text(f"note {index} about rivers")
    return path


async def whole_job(engine: api.EngineApi, folder: Path) -> None:
    """Add, test, sync, watch, search, verify: through whatever transport."""
    await engine.add_connection(folder_draft("Notes", folder))
    steps = [step async for step in engine.check(api.CheckTarget(ref="Notes"), deep=True)]
    assert {step.state for step in steps} == {"running", "ok"}
    run = await engine.start_sync("Notes")
    kinds: list[str] = []
    stream = engine.events(0)
    async for event in stream:
        if event.fact is not None:
            kinds.append(event.fact.kind)
            if event.fact.kind == "run_finished":
                break
    await stream.aclose()  # type: ignore[attr-defined]
    assert kinds == ["connection_added", "run_queued", "run_started", "documents_stored", "run_finished"]
    assert (await engine.run(run.id)).state == "done"
    page = await engine.search(api.SearchQuery(text="rivers", limit=5))
    assert page.total == 30
    assert "\x02rivers\x03" in page.hits[0].snippet
    reports = [report async for report in engine.verify()]
    assert reports[-1].problems == []
    with pytest.raises(NotFound) as raised:
        await engine.connection("nothing")
    assert "Notes" in raised.value.remedy
    with pytest.raises(ConfigError) as refused:
        await engine.edit_connection("Notes", api.ConnectionEdit(set={"paht": 1}))
    assert refused.value.pointer == "/paht"
