/// Steps 7, 8, 12 and 14: since when rules see a copy of the directory, which versions of records are over, records
/// beside their keys, and which changes between copies activities told.
extension Schema {
    static let seenGenerations = "ALTER TABLE sync_generations ADD COLUMN seen_from INTEGER;"

    static let explainedChanges = """
        CREATE TABLE explained_changes (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            connection INTEGER NOT NULL REFERENCES connections (id),
            generation INTEGER NOT NULL REFERENCES sync_generations (id),
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            user_id INTEGER,
            object_id INTEGER,
            object_text TEXT,
            activity TEXT NOT NULL
        ) STRICT;
        CREATE INDEX explained_changes_by_connection ON explained_changes (connection, position);

        """

    static let endedVersions = "CREATE INDEX entity_versions_by_end ON entity_versions (connection, seen_until);"

    /// The trees that are searched hold keys alone.
    ///
    /// A record may be a role of a million members, and as part of such a tree it is read whole by every search that
    /// passes it.
    static let keyedRecords = """
        ALTER TABLE staged_records RENAME TO staged_records_before;
        CREATE TABLE staged_records (
            generation INTEGER NOT NULL REFERENCES sync_generations (id),
            entity TEXT NOT NULL,
            id TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (generation, entity, id)
        ) STRICT;
        INSERT INTO staged_records SELECT generation, entity, id, body FROM staged_records_before;
        DROP TABLE staged_records_before;
        ALTER TABLE entity_versions RENAME TO entity_versions_before;
        CREATE TABLE entity_versions (
            connection INTEGER NOT NULL REFERENCES connections (id),
            entity TEXT NOT NULL,
            id TEXT NOT NULL,
            from_generation INTEGER NOT NULL,
            until_generation INTEGER,
            seen_from INTEGER NOT NULL,
            seen_until INTEGER,
            is_first INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (connection, entity, id, from_generation)
        ) STRICT;
        INSERT INTO entity_versions SELECT connection, entity, id, from_generation, until_generation, seen_from,
            seen_until, is_first, body FROM entity_versions_before;
        DROP TABLE entity_versions_before;
        CREATE INDEX entity_versions_by_end ON entity_versions (connection, seen_until);

        """
}
