/// Step 5: what engines remember.
extension Schema {
    static let engineStates = """
        CREATE TABLE engine_states (
            connection TEXT PRIMARY KEY,
            position INTEGER NOT NULL,
            rule_book_digest TEXT NOT NULL,
            size INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE engine_state_parts (
            connection TEXT NOT NULL,
            number INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (connection, number)
        ) STRICT;

        """
}
