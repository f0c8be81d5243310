-- Times are milliseconds since 1970 UTC. Columns named "sealed" hold XChaCha20-Poly1305: nonce (24 bytes), then text and tag.

CREATE TABLE binding (
    user    TEXT    NOT NULL,
    contact TEXT    NOT NULL,
    expires INTEGER NOT NULL,
    body    TEXT    NOT NULL, -- account::Binding as JSON
    PRIMARY KEY (user, contact)
) STRICT, WITHOUT ROWID;

CREATE TABLE call_record (
    seq  INTEGER PRIMARY KEY AUTOINCREMENT, -- order of arrival; pages and the retention go by it
    id   TEXT    NOT NULL UNIQUE,
    body TEXT    NOT NULL                   -- account::CallRecord as JSON
) STRICT;

CREATE TABLE document (
    kind   TEXT    NOT NULL,
    id     TEXT    NOT NULL,
    owner  TEXT,
    source TEXT    NOT NULL,
    seen   INTEGER NOT NULL,
    body   TEXT    NOT NULL, -- what the cloud said, as JSON, without any secret
    sealed BLOB,             -- the SIP password of a device
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- What the mirror remembers about all documents together; one row.
CREATE TABLE mirror (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    meta TEXT NOT NULL
) STRICT;

CREATE TABLE setting (
    key   TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE secret_setting (
    key    TEXT PRIMARY KEY NOT NULL,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    key    BLOB PRIMARY KEY NOT NULL, -- SHA-256 of the browser's token
    opened INTEGER NOT NULL,
    seen   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row that only the right key opens.
CREATE TABLE key_check (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    sealed BLOB NOT NULL
) STRICT;
