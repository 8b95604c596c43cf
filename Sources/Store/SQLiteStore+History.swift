public import Alerting
public import Directory
internal import GRDB
public import Timekeeping

extension SQLiteStore: DirectoryHistory {
    public func generations(
        connection: String, from: Timestamp, to: Timestamp
    ) async throws -> [PastGeneration] {
        try await read { database in
            guard let id = try ConnectionRow.id(of: connection, in: database) else { return [] }
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT id, finished_at, availability FROM sync_generations
                    WHERE connection = :connection AND state IN ('current', 'replaced') AND finished_at <= :to
                        AND id >= coalesce((
                            SELECT max(id) FROM sync_generations
                            WHERE connection = :connection AND state IN ('current', 'replaced')
                                AND finished_at <= :from), 0)
                    ORDER BY id
                    """, arguments: ["connection": id, "from": from.stored, "to": to.stored])
            return try rows.map { row in
                PastGeneration(
                    id: row[0], observedAt: Timestamp(stored: row[1]),
                    availability: try GenerationRows.availability(row[2], of: row[0]))
            }
        }
    }

    public func snapshot(generation: Int64) async throws -> DirectorySnapshot? {
        try await read { database in
            var reuse = RecordReuse(nil)
            return try GenerationRows.snapshot(generation, in: database, reusing: &reuse)
        }
    }

    public func changes(
        connection: String, after first: Int64, upTo last: Int64
    ) async throws -> [DirectoryChange] {
        try await read { database in
            guard let id = try ConnectionRow.id(of: connection, in: database) else { return [] }
            let arguments: StatementArguments = [id, first, last]
            let gone = try Row.fetchCursor(
                database,
                sql: """
                    SELECT entity, id, until_generation FROM entity_versions
                    WHERE connection = ? AND until_generation > ? AND until_generation <= ?
                    """, arguments: arguments)
            var changes: [DirectoryChange] = []
            while let row = try gone.next() {
                guard let kind = EntityKind(rawValue: row[0]) else { continue }
                changes.append(DirectoryChange(generation: row[2], kind: kind, id: row[1], entity: nil))
            }
            let new = try Row.fetchCursor(
                database,
                sql: """
                    SELECT entity, id, body, from_generation FROM entity_versions
                    WHERE connection = ? AND from_generation > ? AND from_generation <= ?
                    """, arguments: arguments)
            let decoder = BodyDecoder()
            while let row = try new.next() {
                guard let entity = try Entity(row, decoder) else { continue }
                changes.append(
                    DirectoryChange(generation: row[3], kind: entity.kind, id: entity.id, entity: entity))
            }
            // What goes was put in first and the sort keeps it before what comes: a version that is replaced is both.
            return changes.enumerated()
                .sorted { ($0.element.generation, $0.offset) < ($1.element.generation, $1.offset) }.map(\.element)
        }
    }

    /// From when on a binding raises alerts; nil when it was never activated for its connection.
    ///
    /// Reads what `activate(_:at:)` keeps, and keeps nothing itself.
    public func activation(of version: BindingVersion) async throws -> Timestamp? {
        try await read { database in
            try Int64.fetchOne(
                database,
                sql: """
                    SELECT active_from FROM binding_activations
                    WHERE connection = ? AND policy = ? AND rule = ? AND digest = ?
                    """,
                arguments: [
                    version.binding.connection, version.binding.policy, version.binding.rule, version.digest,
                ]
            ).map(Timestamp.init(stored:))
        }
    }
}
