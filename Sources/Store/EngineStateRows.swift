import Alerting
internal import Foundation
internal import GRDB

/// What engines remember, in parts, since it may be larger than what one row should hold.
enum EngineStateRows {
    private static let partSize = 1 << 20

    static func replace(_ state: EngineState, in database: Database) throws {
        try delete(connection: state.connection, in: database)
        try database.execute(
            sql: "INSERT INTO engine_states (connection, position, rule_book_digest, size) VALUES (?, ?, ?, ?)",
            arguments: [state.connection, state.position, state.ruleBookDigest, state.body.count])
        let insertion = try database.cachedStatement(
            sql: "INSERT INTO engine_state_parts (connection, number, body) VALUES (?, ?, ?)")
        for (number, start) in stride(from: 0, to: state.body.count, by: partSize).enumerated() {
            let part = Data(state.body[start..<min(start + partSize, state.body.count)])
            try insertion.execute(arguments: [state.connection, number, part])
        }
    }

    private static func delete(connection: String, in database: Database) throws {
        for table in ["engine_states", "engine_state_parts"] {
            try database.execute(sql: "DELETE FROM \(table) WHERE connection = ?", arguments: [connection])
        }
    }

    static func fetch(_ database: Database, connection: String, ruleBookDigest digest: String) throws -> EngineState? {
        let head = try Row.fetchOne(
            database,
            sql: "SELECT position, size FROM engine_states WHERE connection = ? AND rule_book_digest = ?",
            arguments: [connection, digest])
        guard let head else { return nil }
        var body: [UInt8] = []
        body.reserveCapacity(head[1])
        let parts = try Data.fetchCursor(
            database, sql: "SELECT body FROM engine_state_parts WHERE connection = ? ORDER BY number",
            arguments: [connection])
        while let part = try parts.next() { body += part }
        return EngineState(connection: connection, position: head[0], ruleBookDigest: digest, body: body)
    }
}
