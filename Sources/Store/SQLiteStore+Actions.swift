public import Directory
internal import GRDB
public import Timekeeping

extension SQLiteStore: ActionJournal {
    /// See `ActionJournal`; on disk when it returns, because what is done in a tenant must never be forgotten.
    public func keep(_ record: ActionRecord, at moment: Timestamp) async throws {
        try await write(.full) { try Self.write(record, at: moment, in: $0) }
    }

    public func keep(
        _ record: ActionRecord, replacing before: ActionRecord?, at moment: Timestamp
    ) async throws -> Bool {
        try await write(.full) { database in
            let body = try String.fetchOne(
                database, sql: "SELECT body FROM actions WHERE id = ?", arguments: [record.id])
            guard try body.map({ try Self.record($0, record.id) }) == before else { return false }
            try Self.write(record, at: moment, in: database)
            return true
        }
    }

    private static func write(_ record: ActionRecord, at moment: Timestamp, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO actions (id, connection, planned_at, started_at, state, body)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET started_at = excluded.started_at, state = excluded.state,
                    body = excluded.body
                """,
            arguments: [
                record.id, record.connection, record.plannedAt.stored, record.startedAt?.stored,
                record.state.rawValue, try BodyEncoder().text(of: record),
            ])
        try database.execute(
            sql: "INSERT INTO action_steps (action, at, state, note) VALUES (?, ?, ?, ?)",
            arguments: [record.id, moment.stored, record.state.rawValue, record.note])
    }

    public func action(id: String) async throws -> ActionRecord? {
        try await read { database in
            let body = try String.fetchOne(database, sql: "SELECT body FROM actions WHERE id = ?", arguments: [id])
            return try body.map { try Self.record($0, id) }
        }
    }

    public func actions(connection: String?, limit: Int) async throws -> [ActionRecord] {
        try await read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT id, body FROM actions WHERE ? IS NULL OR connection = ?
                    ORDER BY planned_at DESC, id LIMIT ?
                    """, arguments: [connection, connection, max(0, limit)])
            return try rows.map { try Self.record($0[1], $0[0]) }
        }
    }

    public func actionsBegun(connection: String, since moment: Timestamp) async throws -> Int {
        try await read { database in
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM actions WHERE connection = ? AND started_at >= ?",
                arguments: [connection, moment.stored]) ?? 0
        }
    }

    private static func record(_ body: String, _ id: String) throws -> ActionRecord {
        try BodyDecoder().value(ActionRecord.self, from: body, table: "actions", key: id)
    }
}
