/// Steps 7 and 8: since when rules see a copy of the directory, and which versions of records are over.
extension Schema {
    static let seenGenerations = "ALTER TABLE sync_generations ADD COLUMN seen_from INTEGER;"

    static let endedVersions = "CREATE INDEX entity_versions_by_end ON entity_versions (connection, seen_until);"
}
