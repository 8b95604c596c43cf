internal import GRDB

/// The tables, as numbered steps from an empty file; a step that was published is never edited.
///
/// Moments are microseconds since 1970; what is finer lives in the bodies, which are JSON with sorted keys.
enum Schema {
    /// What the steps make; the file's `user_version`.
    static var version: Int { steps.count }
    /// Marks the file as ours ("Tocs" in ASCII), so that no other program's database is taken for a store.
    static let applicationID = 0x546f_6373

    static let steps = [
        facts + engine + alerts, connectionStates + actions, endedSearches, eventTypes, engineStates,
        delegatedPrivileges, seenGenerations, endedVersions, enrichments, silences,
        unknownFields, keyedRecords, unknownFieldCounts, explainedChanges, activityKinds,
    ]

    /// Brings a database to ``version``, each step in a transaction of its own together with its number.
    ///
    /// - Parameters:
    ///   - path: For messages.
    ///   - limit: How many steps there are; tests stop earlier.
    static func migrate(_ database: Database, path: String, upTo limit: Int = version) throws {
        let current = try check(database, path: path)
        for step in current..<max(current, limit) {
            try database.inTransaction(.immediate) {
                try database.execute(sql: steps[step])
                try database.execute(sql: "PRAGMA application_id = \(applicationID)")
                try database.execute(sql: "PRAGMA user_version = \(step + 1)")
                return .commit
            }
        }
    }

    /// The version that a database has; throws when it is newer than ``version`` or no store.
    @discardableResult
    static func check(_ database: Database, path: String) throws -> Int {
        let current = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let mark = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        guard mark == applicationID || (mark == 0 && tables == 0) else { throw StoreError.notAStore(path: path) }
        guard current <= version else { throw StoreError.newer(path: path, version: current, supported: version) }
        return current
    }

    private static let facts = """
        CREATE TABLE connections (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            current_generation INTEGER
        ) STRICT;
        CREATE TABLE sync_generations (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            connection INTEGER NOT NULL REFERENCES connections (id),
            started_at INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('staging', 'current', 'replaced', 'dropped')),
            finished_at INTEGER,
            availability TEXT,
            reason TEXT
        ) STRICT;
        CREATE TABLE staged_records (
            generation INTEGER NOT NULL REFERENCES sync_generations (id),
            entity TEXT NOT NULL,
            id TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (generation, entity, id)
        ) STRICT, WITHOUT ROWID;
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
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE activities (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            connection INTEGER NOT NULL REFERENCES connections (id),
            source TEXT NOT NULL,
            id TEXT NOT NULL,
            time INTEGER NOT NULL,
            type_id INTEGER NOT NULL,
            kind TEXT NOT NULL,
            actor_id INTEGER,
            user_id INTEGER,
            ip TEXT,
            country TEXT,
            latitude REAL,
            longitude REAL,
            asn INTEGER,
            is_anonymous INTEGER,
            network TEXT,
            observed_by TEXT NOT NULL,
            is_late INTEGER NOT NULL,
            shape TEXT NOT NULL,
            raw TEXT NOT NULL,
            UNIQUE (connection, source, id)
        ) STRICT;
        CREATE INDEX activities_by_connection ON activities (connection, position);
        CREATE INDEX activities_by_time ON activities (connection, time);
        CREATE TABLE source_cursors (
            connection INTEGER NOT NULL REFERENCES connections (id),
            source TEXT NOT NULL,
            read_until INTEGER NOT NULL,
            complete_until INTEGER NOT NULL,
            first_sync_started INTEGER NOT NULL,
            PRIMARY KEY (connection, source)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE quarantine (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            connection INTEGER NOT NULL REFERENCES connections (id),
            source TEXT NOT NULL,
            read_until INTEGER NOT NULL,
            place TEXT NOT NULL,
            reason TEXT NOT NULL,
            text TEXT NOT NULL,
            UNIQUE (connection, source, text)
        ) STRICT;

        """

    private static let engine = """
        CREATE TABLE engine_progress (
            connection TEXT PRIMARY KEY,
            position INTEGER NOT NULL,
            watermark INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            rule_book_digest TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE binding_activations (
            connection TEXT NOT NULL,
            policy TEXT NOT NULL,
            rule TEXT NOT NULL,
            digest TEXT NOT NULL,
            active_from INTEGER NOT NULL,
            PRIMARY KEY (connection, policy, rule, digest)
        ) STRICT, WITHOUT ROWID;

        """

    private static let alerts = """
        CREATE TABLE alerts (
            id TEXT PRIMARY KEY,
            connection TEXT NOT NULL,
            policy TEXT NOT NULL,
            rule TEXT NOT NULL,
            key_id TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('pending', 'open', 'resolved')),
            severity INTEGER NOT NULL,
            first_seen_at INTEGER NOT NULL,
            last_seen_at INTEGER NOT NULL,
            opened_at INTEGER,
            resolved_at INTEGER,
            sequence INTEGER NOT NULL,
            finding_count INTEGER NOT NULL,
            acknowledged_by TEXT,
            acknowledged_at INTEGER,
            acknowledged_comment TEXT,
            body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX alerts_by_status ON alerts (connection, status, resolved_at);
        CREATE INDEX alerts_by_last_seen ON alerts (last_seen_at);
        CREATE TABLE alert_transitions (
            alert_id TEXT NOT NULL REFERENCES alerts (id),
            sequence INTEGER NOT NULL,
            kind TEXT NOT NULL,
            at INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (alert_id, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER alert_transitions_are_append_only BEFORE UPDATE ON alert_transitions
            BEGIN SELECT RAISE (ABORT, 'transitions are never changed'); END;
        CREATE TABLE notices (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            receiver TEXT NOT NULL,
            key_id TEXT NOT NULL,
            alert_id TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
            due_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            FOREIGN KEY (alert_id, sequence) REFERENCES alert_transitions (alert_id, sequence)
        ) STRICT;
        CREATE INDEX notices_due ON notices (receiver, due_at, position) WHERE state = 'waiting';
        CREATE INDEX notices_in_order ON notices (receiver, key_id, position) WHERE state = 'waiting';
        CREATE INDEX notices_by_alert ON notices (alert_id, position);
        CREATE TABLE deliveries (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            notice_id TEXT NOT NULL REFERENCES notices (id),
            number INTEGER NOT NULL,
            at INTEGER NOT NULL,
            status INTEGER,
            outcome TEXT NOT NULL
        ) STRICT;
        CREATE INDEX deliveries_by_notice ON deliveries (notice_id, id);
        CREATE TABLE dead_letters (
            notice_id TEXT PRIMARY KEY REFERENCES notices (id),
            at INTEGER NOT NULL,
            reason TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE receiver_states (
            receiver TEXT PRIMARY KEY,
            paused_until INTEGER,
            disabled_reason TEXT
        ) STRICT, WITHOUT ROWID;

        """
}
