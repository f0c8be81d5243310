-- Who is signed in, and who did what. Times are milliseconds since 1970 UTC.

-- A session says whose it is from now on; those that do not end with this step.
DROP TABLE session;

CREATE TABLE session (
    key    BLOB PRIMARY KEY NOT NULL, -- SHA-256 of the browser's token
    opened INTEGER NOT NULL,
    seen   INTEGER NOT NULL,
    holder TEXT    NOT NULL           -- what the page remembers of it, as JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE deed (
    seq  INTEGER PRIMARY KEY AUTOINCREMENT, -- order of arrival; pages and the retention go by it
    body TEXT    NOT NULL                   -- what the page wrote down, as JSON
) STRICT;
