import Directory
import FieldStorage
import OneLogin
import Timekeeping
import Web

/// Brings the events of webhooks into the store, beside those that are polled.
struct EventEntry: Sendable {
    let connection: String
    let facts: any FactStore
    let enricher: (any ActivityEnricher)?
    let lateness: TimeSpan
    let clock: any WallClock
    var metrics: MonitorMetrics?
    /// Counts members that are not known here.
    var ledger: (any ConnectionLedger)?

    /// Stores what a body holds, and returns when it is on disk.
    ///
    /// - Throws: ``TooManyEvents`` before anything is stored, since the rest of the body would be lost.
    func take(_ bytes: [UInt8]) async throws -> EventReceipt {
        let body = EventBody(bytes, place: "webhook")
        if body.isOverLimit { throw TooManyEvents(limit: EventBody.recordLimit) }
        let batch = body.batch
        enricher?.enrich(batch, rows: 0..<batch.count)
        let now = clock.now()
        var cursor =
            try await facts.cursor(connection: connection, source: .webhook)
            ?? SourceCursor(readUntil: now, completeUntil: now, firstSyncStarted: now)
        cursor.readUntil = now
        cursor.completeUntil = now
        let done = try await facts.commit(
            batch, unreadable: body.unreadable, cursor: cursor, connection: connection, source: .webhook,
            limits: LateLimits(lateness: lateness))
        if !body.unknownFields.isEmpty {
            try await ledger?.count(
                unknownFields: body.unknownFields, of: UnknownField.events, at: now, connection: connection)
        }
        await metrics?.note(done, connection: connection)
        return EventReceipt(
            new: done.new, readable: batch.count, unreadable: body.unreadable.count,
            reason: body.unreadable.first?.reason)
    }
}
