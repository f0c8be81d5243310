-- What the cloud did: calls, voicemails, faxes and messages. Times are milliseconds since 1970 UTC.
CREATE TABLE cloud_event (
    id   TEXT    PRIMARY KEY NOT NULL, -- the cloud's id, unique within a source
    at   INTEGER NOT NULL,
    body TEXT    NOT NULL              -- what the cloud said, as JSON
) STRICT, WITHOUT ROWID;

CREATE INDEX cloud_event_at ON cloud_event (at);

-- Changes on their way to the cloud, and what became of them.
CREATE TABLE cloud_write (
    id   INTEGER PRIMARY KEY NOT NULL,
    body TEXT    NOT NULL -- mirror::Entry as JSON
) STRICT;
