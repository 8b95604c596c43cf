/// Step 2: how connections are doing, what their sources lack, and what was done in them. Step 4: types of events that
/// are not known, and the way to those that grant privileges. Step 6: delegated privileges with them.
/// Step 13: members of records that are not known.
extension Schema {
    static let connectionStates = """
        CREATE TABLE connection_states (
            connection INTEGER PRIMARY KEY REFERENCES connections (id),
            word TEXT NOT NULL,
            since INTEGER NOT NULL,
            checked_at INTEGER NOT NULL,
            body TEXT NOT NULL
        ) STRICT;
        CREATE TABLE source_gaps (
            connection INTEGER NOT NULL REFERENCES connections (id),
            source TEXT NOT NULL,
            "from" INTEGER NOT NULL,
            until INTEGER,
            reason TEXT NOT NULL,
            backfilled INTEGER NOT NULL,
            PRIMARY KEY (connection, source, "from")
        ) STRICT, WITHOUT ROWID;

        """

    static let actions = """
        CREATE TABLE actions (
            id TEXT PRIMARY KEY,
            connection TEXT NOT NULL,
            planned_at INTEGER NOT NULL,
            started_at INTEGER,
            state TEXT NOT NULL,
            body TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX actions_by_time ON actions (connection, planned_at);
        CREATE TABLE action_steps (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            action TEXT NOT NULL REFERENCES actions (id),
            at INTEGER NOT NULL,
            state TEXT NOT NULL,
            note TEXT NOT NULL
        ) STRICT;
        CREATE INDEX action_steps_by_action ON action_steps (action, position);
        CREATE TRIGGER action_steps_are_append_only BEFORE UPDATE ON action_steps
            BEGIN SELECT RAISE (ABORT, 'steps are never changed'); END;

        """

    static let eventTypes = """
        CREATE TABLE unknown_event_types (
            connection INTEGER NOT NULL REFERENCES connections (id),
            type_id INTEGER NOT NULL,
            count INTEGER NOT NULL,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            name TEXT,
            PRIMARY KEY (connection, type_id)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO unknown_event_types (connection, type_id, count, first_seen, last_seen)
            SELECT connection, type_id, count(*), min(time), max(time) FROM activities
            WHERE kind = 'onelogin.unknown' GROUP BY connection, type_id;
        CREATE INDEX activities_of_privileges ON activities (connection, position) WHERE type_id IN (72, 73);

        """

    /// Whether an activity grants or revokes a privilege: built-in ones, and delegated ones to users and roles.
    static let isPrivilegeChange = "type_id IN (72, 73, 2106, 2107, 2108, 2109, 2110, 2111, 2112, 2113)"

    static let delegatedPrivileges = """
        DROP INDEX activities_of_privileges;
        CREATE INDEX activities_of_privileges ON activities (connection, position) WHERE \(isPrivilegeChange);

        """

    static let unknownFieldCounts = """
        CREATE TABLE unknown_fields (
            connection INTEGER NOT NULL REFERENCES connections (id),
            collection TEXT NOT NULL,
            name TEXT NOT NULL,
            count INTEGER NOT NULL,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            PRIMARY KEY (connection, collection, name)
        ) STRICT, WITHOUT ROWID;

        """
}
