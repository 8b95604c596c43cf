public import Directory
internal import GRDB
public import Timekeeping

/// A record that could not be read when it came, as it is kept until it can be.
public struct QuarantinedRecord: Hashable, Sendable, Codable {
    /// Rises with arrival.
    public let id: Int64
    public let connection: String
    /// The feed that brought it.
    public let source: ActivitySource
    /// The collection of a row of the directory; nil for an activity.
    public let kind: EntityKind?
    /// How far that feed had been read when it came; of a row of the directory, when the last copy was begun with
    /// which it came.
    public let readUntil: Timestamp
    public let place: String
    public let reason: String
    /// The record, at most 64 KiB of it.
    public let text: String

    public init(
        id: Int64, connection: String, source: ActivitySource, kind: EntityKind? = nil, readUntil: Timestamp,
        record: UnreadableText
    ) {
        self.id = id
        self.connection = connection
        self.source = source
        self.kind = kind
        self.readUntil = readUntil
        place = record.place
        reason = record.reason
        text = record.text
    }

    /// Whether it could be read and is here only since it came too late.
    public var isTooLate: Bool { reason.hasPrefix(LateEdges.reasonStart) }
}

/// What reading a quarantined record again came to.
public struct QuarantineReading: Sendable {
    public let record: QuarantinedRecord
    /// What could be read; may be empty.
    public let batch: ActivityBatch
    /// Why it stays; nil when all of it could be read.
    public let reason: String?

    public init(_ record: QuarantinedRecord, batch: ActivityBatch, reason: String?) {
        self.record = record
        self.batch = batch
        self.reason = reason
    }
}

extension SQLiteStore {
    public func quarantine(
        _ records: [UnreadableText], of kind: EntityKind, connection: String, at moment: Timestamp
    ) async throws {
        try await write(.normal) { database in
            let id = try ConnectionRow.makeID(of: connection, in: database)
            for record in records {
                try QuarantineRows.insert(record, of: kind, connection: id, copyBegan: moment, into: database)
            }
        }
    }

    /// Records that could not be read, oldest first.
    ///
    /// - Parameters:
    ///   - connection: nil for all connections.
    ///   - id: Only those after this one.
    public func quarantined(
        connection: String?, after id: Int64 = 0, limit: Int
    ) async throws -> [QuarantinedRecord] {
        try await read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT quarantine.id, connections.name, source, read_until, place, reason, text
                    FROM quarantine JOIN connections ON connections.id = quarantine.connection
                    WHERE (? IS NULL OR connections.name = ?) AND quarantine.id > ? ORDER BY quarantine.id LIMIT ?
                    """, arguments: [connection, connection, id, max(0, limit)])
            return rows.map { row in
                let source = QuarantineRows.source(row[2])
                return QuarantinedRecord(
                    id: row[0], connection: row[1], source: source.feed, kind: source.kind,
                    readUntil: Timestamp(stored: row[3]),
                    record: UnreadableText(place: row[4], reason: row[5], text: row[6]))
            }
        }
    }

    /// Keeps what was read of quarantined records, in one transaction: activities that are not here yet are stored,
    /// records of which all was read leave the quarantine, and the others stay with the reason of this reading.
    ///
    /// - Returns: How many activities were new.
    public func release(_ readings: [QuarantineReading], connection: String) async throws -> Int {
        guard !readings.isEmpty else { return 0 }
        return try await write(.full) { database in
            let id = try ConnectionRow.makeID(of: connection, in: database)
            var new = 0
            for reading in readings {
                new += try ActivityRows.insert(
                    reading.batch, connection: id, source: reading.record.source, into: database
                ).new
                if let reason = reading.reason {
                    try database.execute(
                        sql: "UPDATE quarantine SET reason = ? WHERE id = ? AND reason <> ?",
                        arguments: [reason, reading.record.id, reason])
                } else {
                    try database.execute(sql: "DELETE FROM quarantine WHERE id = ?", arguments: [reading.record.id])
                }
            }
            return new
        }
    }
}
