public import Directory
internal import GRDB
public import Timekeeping

extension SQLiteStore {
    public func cursor(connection: String, source: ActivitySource) async throws -> SourceCursor? {
        try await read { database in
            guard let id = try ConnectionRow.id(of: connection, in: database) else { return nil }
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT read_until, complete_until, first_sync_started FROM source_cursors
                    WHERE connection = ? AND source = ?
                    """, arguments: [id, source.rawValue])
            return row.map {
                SourceCursor(
                    readUntil: Timestamp(stored: $0[0]), completeUntil: Timestamp(stored: $0[1]),
                    firstSyncStarted: Timestamp(stored: $0[2]))
            }
        }
    }

    /// See `FactStore`; what a webhook brought is on disk when this returns, because we then say so to its sender.
    public func commit(
        _ batch: ActivityBatch, unreadable: [UnreadableText], cursor: SourceCursor, connection: String,
        source: ActivitySource, limits: LateLimits?
    ) async throws -> CommittedActivities {
        try await write(source == .webhook ? .full : .normal) { database in
            let id = try ConnectionRow.makeID(of: connection, in: database)
            let done = try ActivityRows.insert(
                batch, connection: id, source: source, readUntil: cursor.readUntil,
                edges: try limits.flatMap { try LateEdges($0, connection: id, in: database) }, into: database)
            for record in unreadable {
                try QuarantineRows.insert(
                    record, connection: id, source: source, readUntil: cursor.readUntil, into: database)
            }
            try database.execute(
                sql: """
                    INSERT INTO source_cursors (connection, source, read_until, complete_until, first_sync_started)
                    VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (connection, source) DO UPDATE SET read_until = excluded.read_until,
                        complete_until = excluded.complete_until, first_sync_started = excluded.first_sync_started
                    """,
                arguments: [
                    id, source.rawValue, cursor.readUntil.stored, cursor.completeUntil.stored,
                    cursor.firstSyncStarted.stored,
                ])
            return done
        }
    }

    public func activities(
        connection: String, after position: Int64, limit: Int
    ) async throws -> (batch: ActivityBatch, positions: [Int64]) {
        try await activities(connection: connection, after: position, upTo: .max, kinds: nil, limit: limit)
    }

    public func position(connection: String, before moment: Timestamp) async throws -> Int64 {
        try await read { database in
            guard let id = try ConnectionRow.id(of: connection, in: database) else { return 0 }
            let first = try Int64.fetchOne(
                database, sql: "SELECT min(position) FROM activities WHERE connection = ? AND time >= ?",
                arguments: [id, moment.stored])
            if let first { return first - 1 }
            return try Int64.fetchOne(
                database, sql: "SELECT max(position) FROM activities WHERE connection = ?", arguments: [id]) ?? 0
        }
    }

    public func earliestTime(
        connection: String, after position: Int64, notBefore moment: Timestamp
    ) async throws -> Timestamp? {
        try await read { database in
            guard let id = try ConnectionRow.id(of: connection, in: database) else { return nil }
            // By time, since activities come nearly in its order: the first one that is asked for is soon found.
            let time = try Int64.fetchOne(
                database,
                sql: """
                    SELECT time FROM activities INDEXED BY activities_by_time
                    WHERE connection = ? AND time >= ? AND position > ? ORDER BY time LIMIT 1
                    """, arguments: [id, moment.stored, position])
            return time.map(Timestamp.init(stored:))
        }
    }

    public func activities(
        connection: String, after position: Int64, upTo last: Int64, kinds: Set<String>?, limit: Int
    ) async throws -> (batch: ActivityBatch, positions: [Int64]) {
        try await read { [decoder] database in
            let batch = ActivityBatch(capacity: limit)
            var positions: [Int64] = []
            guard let id = try ConnectionRow.id(of: connection, in: database) else { return (batch, positions) }
            let wanted = kinds.map { $0.sorted() } ?? []
            let filter = kinds == nil ? "" : "AND kind IN (\(databaseQuestionMarks(count: wanted.count)))"
            let statement = try database.cachedStatement(
                sql: """
                    SELECT \(ActivityRows.columns) FROM activities
                    WHERE connection = ? AND position > ? AND position <= ? \(filter) ORDER BY position LIMIT ?
                    """)
            let rows = try Row.fetchCursor(
                statement,
                arguments: StatementArguments([id, position, last]) + StatementArguments(wanted)
                    + StatementArguments([max(1, limit)]))
            while let row = try rows.next() {
                positions.append(try ActivityRows.append(row, to: batch, decoder: decoder))
            }
            return (batch, positions)
        }
    }

    public func activities(
        connection: String, from: Timestamp, until: Timestamp, kinds: Set<String>
    ) async throws -> ActivityBatch {
        let wanted = kinds.sorted()
        let found = try await read { [decoder] database in
            guard let id = try ConnectionRow.id(of: connection, in: database) else { return ActivityBatch(capacity: 1) }
            // The column is cut to microseconds, so it finds a little more than is wanted.
            let condition = """
                connection = ? AND time BETWEEN ? AND ? AND source <> ?
                AND kind IN (\(databaseQuestionMarks(count: wanted.count)))
                """
            let arguments: StatementArguments =
                [id, from.stored, until.stored, ActivitySource.snapshot.rawValue] + StatementArguments(wanted)
            let count = try Int.fetchOne(
                database, sql: "SELECT count(*) FROM activities WHERE \(condition)", arguments: arguments)
            let batch = ActivityBatch(capacity: count ?? 0)
            let rows = try Row.fetchCursor(
                database, sql: "SELECT \(ActivityRows.columns) FROM activities WHERE \(condition)",
                arguments: arguments)
            while let row = try rows.next() {
                _ = try ActivityRows.append(row, to: batch, decoder: decoder)
            }
            return batch
        }
        return Self.sorted(found) { $0 >= from && $0 < until }
    }

    public func activities(connection: String, ids: [String]) async throws -> ActivityBatch {
        let found = try await read { [decoder] database in
            let wanted = Array(Set(ids))
            let batch = ActivityBatch(capacity: wanted.count * ActivitySource.allCases.count)
            guard let id = try ConnectionRow.id(of: connection, in: database) else { return batch }
            let sources = ActivitySource.allCases.map(\.rawValue)
            for start in stride(from: 0, to: wanted.count, by: 500) {
                let some = Array(wanted[start..<min(start + 500, wanted.count)])
                let rows = try Row.fetchCursor(
                    database,
                    sql: """
                        SELECT \(ActivityRows.columns) FROM activities
                        WHERE connection = ? AND source IN (\(databaseQuestionMarks(count: sources.count)))
                            AND id IN (\(databaseQuestionMarks(count: some.count)))
                        """, arguments: StatementArguments([id]) + StatementArguments(sources + some))
                while let row = try rows.next() {
                    _ = try ActivityRows.append(row, to: batch, decoder: decoder)
                }
            }
            return batch
        }
        return Self.sorted(found)
    }

    public func privilegeChanges(connection: String) async throws -> [ActivityBatch] {
        let found = try await read { [decoder] database in
            guard let id = try ConnectionRow.id(of: connection, in: database) else { return ActivityBatch(capacity: 1) }
            // The words of the index, so that it is used.
            let condition = "connection = ? AND \(Schema.isPrivilegeChange)"
            let count = try Int.fetchOne(
                database, sql: "SELECT count(*) FROM activities WHERE \(condition)", arguments: [id])
            let batch = ActivityBatch(capacity: count ?? 0)
            let rows = try Row.fetchCursor(
                database, sql: "SELECT \(ActivityRows.columns) FROM activities WHERE \(condition)", arguments: [id])
            while let row = try rows.next() { _ = try ActivityRows.append(row, to: batch, decoder: decoder) }
            return batch
        }
        return [found]
    }

    /// Records that could not be read, oldest first.
    public func quarantine(connection: String, limit: Int = 1000) async throws -> [UnreadableText] {
        try await read { database in
            guard let id = try ConnectionRow.id(of: connection, in: database) else { return [] }
            return try Row.fetchAll(
                database,
                sql: "SELECT place, reason, text FROM quarantine WHERE connection = ? ORDER BY id LIMIT ?",
                arguments: [id, limit]
            ).map { UnreadableText(place: $0[0], reason: $0[1], text: $0[2]) }
        }
    }

    /// The activities of the wanted times in (time, id) order, in a batch that keeps the given one's memory alive.
    private static func sorted(
        _ batch: ActivityBatch, where isWanted: (Timestamp) -> Bool = { _ in true }
    ) -> ActivityBatch {
        let order = (0..<batch.count).map { batch.activity(at: $0) }.filter { isWanted($0.time) }
            .sorted { ($0.time, $0.id) < ($1.time, $1.id) }
        let sorted = ActivityBatch(capacity: order.count)
        sorted.retain(batch)
        for activity in order {
            let row = sorted.append()
            for field in ActivityField.allCases { sorted[row, field] = activity[field] }
        }
        return sorted
    }
}
