-- Calls that are up, for the next run to go on with.
CREATE TABLE call (
    name   TEXT PRIMARY KEY NOT NULL, -- as in its call record, once it is over
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
