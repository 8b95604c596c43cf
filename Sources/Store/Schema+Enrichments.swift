/// Step 9: which databases of addresses an activity was enriched by.
extension Schema {
    static let enrichments = """
        CREATE TABLE enrichments (
            id INTEGER PRIMARY KEY,
            provenance TEXT NOT NULL UNIQUE
        ) STRICT;
        ALTER TABLE activities ADD COLUMN enrichment INTEGER REFERENCES enrichments (id);

        """

    /// Step 11: what of an activity's enrichment could not be looked up, which is not the same as nothing found.
    static let unknownFields = """
        ALTER TABLE activities ADD COLUMN unknown_fields INTEGER;

        """
}
