-- What callers left in the mailboxes; each has a recording of the same name beside the database.
CREATE TABLE message (
    id   TEXT PRIMARY KEY NOT NULL,
    body TEXT NOT NULL -- account::VoiceMessage as JSON
) STRICT, WITHOUT ROWID;
