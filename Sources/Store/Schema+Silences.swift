/// Step 10: which alerts nobody wants to be told of for a while, and what was not told for that.
extension Schema {
    static let silences = """
        CREATE TABLE silences (
            id TEXT PRIMARY KEY,
            connection TEXT,
            policy TEXT,
            rule TEXT,
            key_id TEXT,
            severity_limit INTEGER,
            from_at INTEGER NOT NULL,
            until_at INTEGER NOT NULL,
            body TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE silenced_notices (
            id TEXT PRIMARY KEY,
            receiver TEXT NOT NULL,
            alert_id TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            silence TEXT NOT NULL REFERENCES silences (id),
            FOREIGN KEY (alert_id, sequence) REFERENCES alert_transitions (alert_id, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX silenced_notices_by_alert ON silenced_notices (alert_id, sequence);

        """
}
