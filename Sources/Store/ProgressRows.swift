import Alerting
internal import GRDB
import Timekeeping

/// How far evaluation came, and what it has to be told again, as rows.
enum ProgressRows {
    static func upsert(_ progress: EngineProgress, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO engine_progress (connection, position, watermark, generation, rule_book_digest)
                VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (connection) DO UPDATE SET position = excluded.position,
                    watermark = excluded.watermark, generation = excluded.generation,
                    rule_book_digest = excluded.rule_book_digest
                """,
            arguments: [
                progress.connection, progress.position, progress.watermark.stored, progress.generation,
                progress.ruleBookDigest,
            ])
        guard !progress.endedSearches.isEmpty else { return }
        let insertion = try database.cachedStatement(
            sql: """
                INSERT INTO ended_searches (connection, pattern, text_hash) VALUES (?, ?, ?)
                ON CONFLICT (connection, pattern, text_hash) DO NOTHING
                """)
        for search in progress.endedSearches.sorted() {
            try insertion.execute(
                arguments: [progress.connection, search.pattern, Int64(bitPattern: search.textHash)])
        }
    }

    static func fetch(_ database: Database, connection: String) throws -> EngineProgress? {
        let row = try Row.fetchOne(
            database,
            sql: "SELECT position, watermark, generation, rule_book_digest FROM engine_progress WHERE connection = ?",
            arguments: [connection])
        guard let row else { return nil }
        let searches = try Row.fetchAll(
            database, sql: "SELECT pattern, text_hash FROM ended_searches WHERE connection = ?",
            arguments: [connection])
        return EngineProgress(
            connection: connection, position: row[0], watermark: Timestamp(stored: row[1]), generation: row[2],
            ruleBookDigest: row[3],
            endedSearches: Set(
                searches.map { EndedSearch(pattern: $0[0], textHash: UInt64(bitPattern: $0[1] as Int64)) }))
    }
}
