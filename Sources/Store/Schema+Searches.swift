/// Step 3: which pattern searches the wall clock ended.
extension Schema {
    static let endedSearches = """
        CREATE TABLE ended_searches (
            connection TEXT NOT NULL,
            pattern TEXT NOT NULL,
            text_hash INTEGER NOT NULL,
            PRIMARY KEY (connection, pattern, text_hash)
        ) STRICT, WITHOUT ROWID;

        """
}
