public import Directory
internal import GRDB
internal import Timekeeping

/// Changes between copies of the directory that activities told; those that none told are activities themselves.
enum ChangeRows {
    /// Adds changes, and forgets the oldest of the connection beyond ``ExplainedChange/limit``.
    static func insert(
        _ changes: [ExplainedChange], of generation: Int64, connection: Int64, at moment: Timestamp,
        into database: Database
    ) throws {
        guard !changes.isEmpty else { return }
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO explained_changes
                    (connection, generation, at, kind, user_id, object_id, object_text, activity)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for entry in changes.prefix(ExplainedChange.limit) {
            try statement.execute(arguments: [
                connection, generation, moment.stored, entry.change.kind, entry.change.userID, entry.change.objectID,
                entry.change.objectText, entry.activityID,
            ])
        }
        try database.execute(
            sql: """
                DELETE FROM explained_changes WHERE connection = :connection AND position <= (
                    SELECT position FROM explained_changes WHERE connection = :connection
                    ORDER BY position DESC LIMIT 1 OFFSET :limit)
                """, arguments: ["connection": connection, "limit": ExplainedChange.limit])
    }

    /// A change that no activity told, from the id of the activity that it became.
    static func derived(_ id: String, kind: String, userID: Int64?) -> SnapshotComparison.Change {
        // `snapshot-GENERATION-KIND-USER-OBJECT`; a UUID has dashes, the parts before it have none.
        let object = id.split(separator: "-", maxSplits: 4).dropFirst(4).first.map(String.init)
        guard let object, object != "none" else { return .init(kind: kind, userID: userID) }
        guard let number = Int64(object) else { return .init(kind: kind, userID: userID, objectText: object) }
        return .init(kind: kind, userID: userID, objectID: number)
    }
}

extension SQLiteStore {
    /// Changes between copies of the directory, the latest first.
    ///
    /// - Parameter explained: Only those that activities told, or only those that none did; nil for both.
    public func changes(connection: String, explained: Bool?, limit: Int) async throws -> [ReconciledChange] {
        try await read { database in
            guard let id = try ConnectionRow.id(of: connection, in: database) else { return [] }
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM (
                        SELECT at, kind, user_id, object_id, object_text, activity, 1 AS is_explained
                        FROM explained_changes WHERE connection = :connection AND :explained IS NOT 0
                        ORDER BY position DESC LIMIT :limit)
                    UNION ALL SELECT * FROM (
                        SELECT time, kind, user_id, NULL, NULL, id, 0
                        FROM activities WHERE connection = :connection AND source = :snapshot
                            AND :explained IS NOT 1
                        ORDER BY +position DESC LIMIT :limit)
                    ORDER BY 1 DESC, kind, user_id, object_id, object_text, activity LIMIT :limit
                    """,
                arguments: [
                    "connection": id, "explained": explained, "limit": max(0, limit),
                    "snapshot": ActivitySource.snapshot.rawValue,
                ])
            return rows.map { row in
                let (kind, user, activity) = (row[1] as String, row[2] as Int64?, row[5] as String)
                let isExplained: Bool = row[6]
                let change =
                    isExplained
                    ? SnapshotComparison.Change(kind: kind, userID: user, objectID: row[3], objectText: row[4])
                    : ChangeRows.derived(activity, kind: kind, userID: user)
                return ReconciledChange(
                    at: Timestamp(stored: row[0]), change: change, activityID: activity, isExplained: isExplained)
            }
        }
    }
}
