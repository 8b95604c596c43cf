public import Directory
import FieldStorage
import OneLogin
public import Store
public import Timekeeping

/// Reads quarantined records again, since a newer program may read what an older one refused.
///
/// Rows of the directory are read by the next sync, so they leave when one has read their collection without them.
///
/// What can be read now is stored as it would have been when it came: enriched, once however often it is replayed, and
/// marked late when the windows it belongs to may have been evaluated.
public struct QuarantineReplay: Sendable {
    /// What a replay came to.
    public struct Report: Hashable, Sendable, Codable {
        /// Records that were read again.
        public var records = 0
        /// Records that left the quarantine.
        public var released = 0
        /// Rows of the directory among ``released``: a later sync has read their collection without meeting them.
        public var directoryRows = 0
        /// Activities that were not here before.
        public var activities = 0
        /// Activities among ``activities`` or already here that came too late for their windows.
        public var late = 0
        /// Records that stay.
        public var remaining = 0

        public init() {}
    }

    /// Records that are read and kept in one transaction.
    private static let chunk = 200

    private let store: SQLiteStore
    private let connection: String
    private let lateness: TimeSpan
    private let enricher: (any ActivityEnricher)?

    public init(
        store: SQLiteStore, connection: String, lateness: TimeSpan, enricher: (any ActivityEnricher)? = nil
    ) {
        self.store = store
        self.connection = connection
        self.lateness = lateness
        self.enricher = enricher
    }

    /// Reads every quarantined record of the connection once.
    ///
    /// - Parameters:
    ///   - keeps: Whether what comes of it is stored; else the report says what would be.
    ///   - takesTooLate: Whether records that could be read and came too late are taken as well, which nobody but a
    ///     person decides.
    public func run(keeps: Bool = true, takesTooLate: Bool = true) async throws -> Report {
        var report = Report()
        var last: Int64 = 0
        let edge = try await store.cursor(connection: connection, source: .api).map { $0.completeUntil - lateness }
        let listedAt = try await store.state(connection: connection)?.listedAt ?? [:]
        while true {
            let records = try await store.quarantined(connection: connection, after: last, limit: Self.chunk)
            guard let end = records.last?.id else { return report }
            last = end
            let readings = records.filter { takesTooLate || !$0.isTooLate }.map { record in
                record.kind.map { row(record, isListed: record.readUntil < listedAt[$0] ?? .earliest) }
                    ?? reading(of: record, edge: edge)
            }
            report.directoryRows += readings.count { $0.record.kind != nil && $0.reason == nil }
            report.records += readings.count
            let released = readings.count { $0.reason == nil }
            report.released += released
            report.remaining += records.count - released
            for reading in readings {
                report.late += (0..<reading.batch.count).count { reading.batch[$0, .isLate].boolValue }
            }
            report.activities +=
                keeps
                ? try await store.release(readings, connection: connection) : try await unknown(readings)
        }
    }

    /// A row of the directory is nothing that could be stored by itself: whether a sync that was begun later read all
    /// rows of its collection, and this one was not among those that could not be read, is what counts.
    private func row(_ record: QuarantinedRecord, isListed: Bool) -> QuarantineReading {
        QuarantineReading(record, batch: ActivityBatch(capacity: 1), reason: isListed ? nil : record.reason)
    }

    private func reading(of record: QuarantinedRecord, edge: Timestamp?) -> QuarantineReading {
        let body = EventBody(Array(record.text.utf8), place: record.place, source: record.source)
        let batch = body.batch
        enricher?.enrich(batch, rows: 0..<batch.count)
        if let edge {
            for row in 0..<batch.count where batch.activity(at: row).time < edge { batch[row, .isLate] = .bool(true) }
        }
        let reason =
            body.unreadable.first?.reason ?? (batch.count == 0 ? "there is no record in it" : nil)
        // Of a record that was cut when it was kept, the first reason says more than that it is cut.
        let isCut = record.text.utf8.count >= UnreadableText.textLimit
        return QuarantineReading(record, batch: batch, reason: reason != nil && isCut ? record.reason : reason)
    }

    /// How many of the activities are not in the store.
    private func unknown(_ readings: [QuarantineReading]) async throws -> Int {
        var wanted: Set<String> = []
        for reading in readings {
            for row in 0..<reading.batch.count {
                wanted.insert("\(reading.record.source.rawValue)|\(reading.batch.activity(at: row).id)")
            }
        }
        let ids = wanted.map { String($0.drop { $0 != "|" }.dropFirst()) }
        let known = try await store.activities(connection: connection, ids: ids)
        for row in 0..<known.count {
            let activity = known.activity(at: row)
            wanted.remove("\(activity.text(.observedBy) ?? "")|\(activity.id)")
        }
        return wanted.count
    }
}
