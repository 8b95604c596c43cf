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

    /// Stores what a body holds, and returns when it is on disk.
    func take(_ bytes: [UInt8]) async throws -> EventReceipt {
        let body = EventBody(bytes, place: "webhook")
        let batch = body.batch
        enricher?.enrich(batch, rows: 0..<batch.count)
        let now = clock.now()
        // What comes after the windows it belongs to may have been evaluated is a fact of its own.
        if let polled = try await facts.cursor(connection: connection, source: .api) {
            let edge = polled.completeUntil - lateness
            for row in 0..<batch.count where batch.activity(at: row).time < edge { batch[row, .isLate] = .bool(true) }
        }
        var cursor =
            try await facts.cursor(connection: connection, source: .webhook)
            ?? SourceCursor(readUntil: now, completeUntil: now, firstSyncStarted: now)
        cursor.readUntil = now
        cursor.completeUntil = now
        let new = try await facts.commit(
            batch, unreadable: body.unreadable, cursor: cursor, connection: connection, source: .webhook)
        return EventReceipt(
            new: new, readable: batch.count, unreadable: body.unreadable.count, reason: body.unreadable.first?.reason)
    }
}
