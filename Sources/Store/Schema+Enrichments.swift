/// Step 9: which databases of addresses an activity was enriched by.
extension Schema {
    static let enrichments = """
        CREATE TABLE enrichments (
            id INTEGER PRIMARY KEY,
            provenance TEXT NOT NULL UNIQUE
        ) STRICT;
        ALTER TABLE activities ADD COLUMN enrichment INTEGER REFERENCES enrichments (id);

        """
}
