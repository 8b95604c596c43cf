internal import Directory
internal import GRDB
internal import Timekeeping

/// The steps that make a staged copy of the directory the current one; the caller has the transaction.
enum GenerationRows {
    /// Forgets staged copies and records why.
    static func drop(
        _ condition: String, _ arguments: StatementArguments, reason: String, at moment: Timestamp,
        in database: Database
    ) throws {
        try database.execute(
            sql: """
                DELETE FROM staged_records
                WHERE generation IN (SELECT id FROM sync_generations WHERE \(condition))
                """, arguments: arguments)
        try database.execute(
            sql: """
                UPDATE sync_generations SET state = 'dropped', reason = ?, finished_at = ? WHERE \(condition)
                """, arguments: [reason, moment.stored] + arguments)
    }

    /// Whether the record of `staged` is not the current version of a connection's.
    private static let isNew = """
        NOT EXISTS (
            SELECT 1 FROM entity_versions AS current
            WHERE current.connection = :connection AND current.entity = staged.entity
                AND current.id = staged.id AND current.until_generation IS NULL)
        """

    /// Ends the versions that are gone or different and begins those that are new or different.
    ///
    /// A version begins at the later of now and the evaluated watermark, so that what was evaluated once is never
    /// contradicted. For the same reason only records of the first complete reading of their collection are marked as
    /// first, and so assumed to have been there before: one that comes later was not known when rules were asked.
    static func flip(
        _ generation: Int64, connection: (id: Int64, name: String), kinds: [EntityKind], at moment: Timestamp,
        in database: Database
    ) throws {
        let watermark = try Int64.fetchOne(
            database, sql: "SELECT watermark FROM engine_progress WHERE connection = ?",
            arguments: [connection.name])
        let from = max(moment.stored, watermark ?? moment.stored)
        try database.execute(
            sql: "UPDATE sync_generations SET seen_from = ? WHERE id = ?", arguments: [from, generation])
        for kind in kinds {
            let wasRead = try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (
                        SELECT 1 FROM sync_generations WHERE connection = ? AND state IN ('current', 'replaced')
                            AND json_extract(availability, '$.' || ?) = 'complete')
                    """, arguments: [connection.id, kind.rawValue])
            let arguments: StatementArguments = [
                "generation": generation, "connection": connection.id, "entity": kind.rawValue, "from": from,
                "isFirst": !(wasRead ?? false),
            ]
            let hasCurrent =
                try Bool.fetchOne(
                    database,
                    sql: """
                        SELECT EXISTS (
                            SELECT 1 FROM entity_versions
                            WHERE connection = ? AND entity = ? AND until_generation IS NULL)
                        """, arguments: [connection.id, kind.rawValue]) ?? false
            try database.execute(
                sql: """
                    UPDATE entity_versions SET seen_until = :from, until_generation = :generation
                    WHERE connection = :connection AND entity = :entity AND until_generation IS NULL
                        AND NOT EXISTS (
                            SELECT 1 FROM staged_records AS staged
                            WHERE staged.generation = :generation AND staged.entity = entity_versions.entity
                                AND staged.id = entity_versions.id AND staged.body = entity_versions.body)
                    """, arguments: arguments)
            try database.execute(
                sql: """
                    INSERT INTO entity_versions
                        (connection, entity, id, from_generation, seen_from, is_first, body)
                    SELECT :connection, entity, id, :generation, :from, :isFirst, body
                    FROM staged_records AS staged
                    WHERE generation = :generation AND entity = :entity \(hasCurrent ? "AND \(isNew)" : "")
                    """, arguments: arguments)
        }
    }

    static func makeCurrent(
        _ generation: Int64, connection: Int64, availability: [EntityKind: Availability], at moment: Timestamp,
        in database: Database
    ) throws {
        let named = Dictionary(uniqueKeysWithValues: availability.map { ($0.key.rawValue, $0.value) })
        try database.execute(
            sql: "UPDATE sync_generations SET state = 'replaced' WHERE connection = ? AND state = 'current'",
            arguments: [connection])
        try database.execute(
            sql: "UPDATE sync_generations SET state = 'current', finished_at = ?, availability = ? WHERE id = ?",
            arguments: [moment.stored, try BodyEncoder().text(of: named), generation])
        try database.execute(
            sql: "UPDATE connections SET current_generation = ? WHERE id = ?", arguments: [generation, connection])
        try database.execute(sql: "DELETE FROM staged_records WHERE generation = ?", arguments: [generation])
    }

    /// The directory as a generation that is or was current saw it.
    ///
    /// A collection that was not available then has no records here, even if it had been available before.
    static func snapshot(
        _ generation: Int64, in database: Database, reusing reuse: inout RecordReuse
    ) throws -> DirectorySnapshot? {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT connection, finished_at, availability FROM sync_generations
                WHERE id = ? AND state IN ('current', 'replaced')
                """, arguments: [generation])
        guard let row, let availability = row[2] as String? else { return nil }
        var snapshot = DirectorySnapshot(generation: generation, observedAt: Timestamp(stored: row[1]))
        snapshot.availability = try Self.availability(availability, of: generation)
        let kinds = snapshot.availability.filter { $0.value == .complete }.keys.map(\.rawValue).sorted()
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT entity, id, body, CASE WHEN until_generation IS NULL THEN from_generation END
                FROM entity_versions
                WHERE connection = ? AND entity IN (\(databaseQuestionMarks(count: kinds.count)))
                    AND from_generation <= ? AND (until_generation IS NULL OR until_generation > ?)
                ORDER BY entity, CAST(id AS INTEGER), id
                """,
            arguments: StatementArguments([row[0] as Int64]) + StatementArguments(kinds)
                + StatementArguments([generation, generation]))
        try append(rows, to: &snapshot, reusing: &reuse)
        return snapshot
    }

    /// What each collection was in the copies of a connection, wherever that changed.
    static func availabilities(of connection: Int64, in database: Database) throws -> AvailabilityHistory {
        var history = AvailabilityHistory()
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT id, coalesce(seen_from, finished_at), availability FROM (
                    SELECT *, lag(availability) OVER (ORDER BY id) AS before FROM sync_generations
                    WHERE connection = ? AND state IN ('current', 'replaced'))
                WHERE before IS NOT availability ORDER BY id
                """, arguments: [connection])
        while let row = try rows.next() {
            history.append(try availability(row[2], of: row[0]), from: Timestamp(stored: row[1]))
        }
        return history
    }

    /// What each collection was, from a generation's text; a kind that this version does not know is passed over.
    static func availability(_ text: String?, of generation: Int64) throws -> [EntityKind: Availability] {
        guard let text else { return [:] }
        let named = try BodyDecoder().value(
            [String: Availability].self, from: text, table: "sync_generations", key: String(generation))
        return Dictionary(
            named.compactMap { name, value in EntityKind(rawValue: name).map { ($0, value) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// Adds the records of rows of `entity, id, body` and since when the record has been so until now.
    static func append(
        _ rows: RowCursor, to snapshot: inout DirectorySnapshot, reusing reuse: inout RecordReuse
    ) throws {
        let decoder = BodyDecoder()
        while let row = try rows.next() {
            if let entity = try Entity(row, decoder, current: row[3], reusing: &reuse) { snapshot.append(entity) }
        }
    }
}
