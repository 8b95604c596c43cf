public import Directory
internal import GRDB
public import Timekeeping

extension SQLiteStore: ConnectionLedger {
    public func state(connection: String) async throws -> ConnectionState? {
        try await read { database in
            guard let id = try ConnectionRow.id(of: connection, in: database) else { return nil }
            let body = try String.fetchOne(
                database, sql: "SELECT body FROM connection_states WHERE connection = ?", arguments: [id])
            return try body.map {
                try BodyDecoder().value(ConnectionState.self, from: $0, table: "connection_states", key: connection)
            }
        }
    }

    public func keep(_ state: ConnectionState, connection: String) async throws {
        try await write(.normal) { database in
            let id = try ConnectionRow.makeID(of: connection, in: database)
            try database.execute(
                sql: """
                    INSERT INTO connection_states (connection, word, since, checked_at, body) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (connection) DO UPDATE SET word = excluded.word, since = excluded.since,
                        checked_at = excluded.checked_at, body = excluded.body
                    """,
                arguments: [
                    id, state.word.rawValue, state.since.stored, state.checkedAt.stored,
                    try BodyEncoder().text(of: state),
                ])
        }
    }

    public func gaps(connection: String, limit: Int) async throws -> [SourceGap] {
        try await read { database in
            guard let id = try ConnectionRow.id(of: connection, in: database) else { return [] }
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT source, "from", until, reason, backfilled FROM source_gaps
                    WHERE connection = ? ORDER BY "from" DESC, source LIMIT ?
                    """, arguments: [id, max(0, limit)])
            return rows.compactMap { row in
                guard let source = ActivitySource(rawValue: row[0]) else { return nil }
                return SourceGap(
                    source: source, from: Timestamp(stored: row[1]),
                    until: (row[2] as Int64?).map(Timestamp.init(stored:)), reason: row[3], backfilled: row[4])
            }
        }
    }

    public func keep(_ gap: SourceGap, connection: String) async throws {
        try await write(.normal) { database in
            let id = try ConnectionRow.makeID(of: connection, in: database)
            try database.execute(
                sql: """
                    INSERT INTO source_gaps (connection, source, "from", until, reason, backfilled)
                    VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (connection, source, "from") DO UPDATE SET until = excluded.until,
                        reason = excluded.reason, backfilled = excluded.backfilled
                    """,
                arguments: [
                    id, gap.source.rawValue, gap.from.stored, gap.until?.stored, gap.reason, gap.backfilled,
                ])
        }
    }

    public func unknownEventTypes(connection: String) async throws -> [UnknownEventType] {
        try await read { database in
            guard let id = try ConnectionRow.id(of: connection, in: database) else { return [] }
            return try Row.fetchAll(
                database,
                sql: """
                    SELECT type_id, name, count, first_seen, last_seen FROM unknown_event_types
                    WHERE connection = ? ORDER BY type_id
                    """, arguments: [id]
            ).map {
                UnknownEventType(
                    typeID: $0[0], name: $0[1], count: $0[2], firstSeen: Timestamp(stored: $0[3]),
                    lastSeen: Timestamp(stored: $0[4]))
            }
        }
    }

    public func unknownFields(connection: String) async throws -> [UnknownField] {
        try await read { database in
            guard let id = try ConnectionRow.id(of: connection, in: database) else { return [] }
            return try Row.fetchAll(
                database,
                sql: """
                    SELECT collection, name, count, first_seen, last_seen FROM unknown_fields
                    WHERE connection = ? ORDER BY collection, name
                    """, arguments: [id]
            ).map {
                UnknownField(
                    collection: $0[0], name: $0[1], count: $0[2], firstSeen: Timestamp(stored: $0[3]),
                    lastSeen: Timestamp(stored: $0[4]))
            }
        }
    }

    public func count(
        unknownFields: UnknownFieldCounts, of collection: String, at moment: Timestamp, connection: String
    ) async throws {
        try await write(.normal) { database in
            let id = try ConnectionRow.makeID(of: connection, in: database)
            // The names that are known come first, so that the rest are others when there are too many.
            var known = UnknownFieldCounts()
            for name in try String.fetchAll(
                database, sql: "SELECT name FROM unknown_fields WHERE connection = ? AND collection = ?",
                arguments: [id, collection])
            { known.add(name, 0) }
            known.add(unknownFields)
            for (name, count) in known.counts.sorted(by: { $0.key < $1.key }) where count > 0 {
                try database.execute(
                    sql: """
                        INSERT INTO unknown_fields (connection, collection, name, count, first_seen, last_seen)
                        VALUES (?, ?, ?, ?, ?, ?)
                        ON CONFLICT (connection, collection, name) DO UPDATE SET count = count + excluded.count,
                            last_seen = max(last_seen, excluded.last_seen)
                        """, arguments: [id, collection, name, count, moment.stored, moment.stored])
            }
        }
    }

    public func name(eventTypes names: [Int64: String], connection: String) async throws {
        try await write(.normal) { database in
            let id = try ConnectionRow.makeID(of: connection, in: database)
            for (type, name) in names.sorted(by: { $0.key < $1.key }) {
                try database.execute(
                    sql: "UPDATE unknown_event_types SET name = ? WHERE connection = ? AND type_id = ?",
                    arguments: [name, id, type])
            }
        }
    }
}
