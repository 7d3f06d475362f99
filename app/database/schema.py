"""The tables, as numbered migrations: a published one is never changed, only followed by another.

`connection.num` and `document.id` are small integers because a million rows carry them; the ids that people and
scripts see are `connection.id`, `run.id` and the document's number as text. JSON columns hold what is never searched.
"""

from __future__ import annotations

PROFILE_1 = """
CREATE TABLE connection (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    config TEXT NOT NULL,               -- JSON, secret references only
    config_version INTEGER NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1, -- +1 with every change of the config
    epoch INTEGER NOT NULL DEFAULT 1,   -- +1 with every change of scope
    enabled INTEGER NOT NULL DEFAULT 1,
    schedule TEXT NOT NULL DEFAULT '{}',
    documents INTEGER NOT NULL DEFAULT 0, -- kept with every commit, so that lists need not count
    bytes INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL,
    removed_at REAL
) STRICT;
CREATE UNIQUE INDEX connection_name ON connection (name COLLATE NOCASE) WHERE removed_at IS NULL;

CREATE TABLE checkpoint (
    connection INTEGER NOT NULL REFERENCES connection ON DELETE CASCADE,
    partition TEXT NOT NULL,
    version INTEGER NOT NULL,           -- the source's checkpoint_version
    checkpoint TEXT NOT NULL,
    PRIMARY KEY (connection, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE state (
    connection INTEGER NOT NULL REFERENCES connection ON DELETE CASCADE,
    partition TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (connection, partition, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE content (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    pack INTEGER NOT NULL,              -- 0: a file of its own
    offset INTEGER NOT NULL,            -- of the record in its pack
    refs INTEGER NOT NULL
) STRICT;
CREATE INDEX content_pack ON content (pack, offset);

CREATE TABLE document (
    id INTEGER PRIMARY KEY,
    connection INTEGER NOT NULL REFERENCES connection,
    source_id TEXT NOT NULL,
    partition TEXT NOT NULL,
    fingerprint TEXT,
    revision INTEGER,
    title TEXT NOT NULL,
    path TEXT NOT NULL,
    url TEXT,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    owner TEXT,
    parent TEXT,
    created_at REAL,
    updated_at REAL,
    stored_at REAL NOT NULL,
    deleted_at REAL,                    -- in the bin since
    content INTEGER NOT NULL REFERENCES content,
    indexed INTEGER NOT NULL,           -- 1: its text is in the search index
    run INTEGER,                        -- the run that last changed it
    change TEXT NOT NULL,               -- what that run did: new, changed, deleted
    metadata TEXT NOT NULL DEFAULT '{}',
    access TEXT,
    handle TEXT,
    UNIQUE (connection, source_id)
) STRICT;
CREATE INDEX document_title ON document (title COLLATE NOCASE, id) WHERE deleted_at IS NULL;
CREATE INDEX document_run ON document (run, change);
CREATE INDEX document_bin ON document (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE VIRTUAL TABLE search USING fts5 (
    title, body, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2"
);
INSERT INTO search (search, rank) VALUES ('hashsize', 8388608);

CREATE TABLE change (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    document INTEGER NOT NULL,
    kind TEXT NOT NULL,                 -- content, metadata, access, delete
    run INTEGER
) STRICT;

CREATE TABLE run (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    connection INTEGER NOT NULL REFERENCES connection ON DELETE CASCADE,
    state TEXT NOT NULL,
    trigger TEXT NOT NULL,
    mode TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    queued_at REAL NOT NULL,
    started_at REAL,
    finished_at REAL,
    counts TEXT NOT NULL DEFAULT '{}',
    total INTEGER,
    reason TEXT NOT NULL DEFAULT '',
    until REAL,
    resumed INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    summary TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX run_connection ON run (connection, num);

CREATE TABLE run_item (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    num INTEGER NOT NULL,
    source_id TEXT,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    error TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (run, num)
) STRICT, WITHOUT ROWID;

CREATE TABLE failing (                  -- what could not be fetched and is tried again with the next run
    connection INTEGER NOT NULL REFERENCES connection ON DELETE CASCADE,
    source_id TEXT NOT NULL,
    partition TEXT NOT NULL,
    upsert TEXT,                        -- the change to repeat, NULL if the source could not even name it
    title TEXT NOT NULL,
    error TEXT NOT NULL,
    run INTEGER NOT NULL,
    since REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (connection, source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE staged_deletion (          -- seen to be gone in a pass that has not ended yet, or held back
    connection INTEGER NOT NULL REFERENCES connection ON DELETE CASCADE,
    source_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    held INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (connection, source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE fact (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    connection_id TEXT,
    run_id TEXT,
    data TEXT NOT NULL DEFAULT '{}'
) STRICT;
"""

PROFILE_2 = """
ALTER TABLE run ADD COLUMN pausing INTEGER NOT NULL DEFAULT 0;  -- 1: it stops at the end of its page
ALTER TABLE run ADD COLUMN done TEXT NOT NULL DEFAULT '[]';     -- JSON: the partitions that need no more reading
"""

PROFILE_3 = """
-- The library's list, the latest first, and all its filters: nothing else of a million rows need be read for it.
CREATE INDEX document_latest ON document (
    coalesce(updated_at, stored_at), id, connection, media_type,
    (CASE WHEN access IS NULL THEN 0 WHEN instr(access, '"public":true') THEN 2 ELSE 1 END)
) WHERE deleted_at IS NULL;
"""

PROFILE_4 = """
-- The list by name, and the filter on name and path, read no row that they do not show.
DROP INDEX document_title;
CREATE INDEX document_names ON document (title COLLATE NOCASE, id, connection, path) WHERE deleted_at IS NULL;
"""

PROFILE_5 = """
ALTER TABLE connection ADD COLUMN purge_at REAL;  -- removed with an offer to undo it: when that is surely over
"""

PROFILE: tuple[str, ...] = (PROFILE_1, PROFILE_2, PROFILE_3, PROFILE_4, PROFILE_5)
"""Migrations of `headwater.db`: connections, catalog, search, runs, facts."""

ACTIVITY_1 = """
CREATE TABLE line (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    level INTEGER NOT NULL,             -- 10 debug, 20 info, 30 warning, 40 error
    message TEXT NOT NULL,
    connection_id TEXT,
    run_id TEXT,
    fields TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX line_level ON line (level, seq) WHERE level >= 30;
"""

ACTIVITY: tuple[str, ...] = (ACTIVITY_1,)
"""Migrations of `activity.db`: the log, apart so that it never delays a commit."""
