internal import Directory
internal import GRDB
internal import Timekeeping

/// The versions of records, as the table has them.
enum VersionRows {
    /// Reads every version of every record of a connection, by kind, id and start.
    ///
    /// - Parameters:
    ///   - moment: Versions that ended before it are left out; nil for every version.
    ///   - reuse: Records that are remembered and so need not be read again.
    static func each(
        of connection: Int64, since moment: Timestamp?, reusing reuse: RecordReuse, in database: Database,
        _ body: (EntityVersion) -> Void
    ) throws {
        let decoder = BodyDecoder()
        var reuse = reuse
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT entity, id, body, seen_from, seen_until, is_first,
                    CASE WHEN until_generation IS NULL THEN from_generation END
                FROM entity_versions
                WHERE connection = ? \(moment == nil ? "" : "AND (seen_until IS NULL OR seen_until >= ?)")
                ORDER BY entity, CAST(id AS INTEGER), id, from_generation
                """, arguments: [connection] + (moment.map { [$0.stored] } ?? []))
        while let row = try rows.next() {
            guard let entity = try Entity(row, decoder, current: row[6], reusing: &reuse) else { continue }
            body(
                EntityVersion(
                    entity: entity, seenFrom: Timestamp(stored: row[3]),
                    seenUntil: (row[4] as Int64?).map(Timestamp.init(stored:)), isFirst: row[5]))
        }
    }
}
