import Directory
import FieldStorage
import Timekeeping

/// Activities from the cursor to now, stored page by page together with the cursor.
struct ActivityPoll: Sendable {
    /// What came of it.
    struct Result: Sendable {
        var new = 0
        var unreadable = 0
        var failure: SourceFailure?
    }

    let source: any TenantSource
    let facts: any FactStore
    let connection: String
    let cadence: SyncCadence

    /// Polls once.
    ///
    /// The cursor's `readUntil` follows what was stored; its `completeUntil` becomes `now` only when the last page
    /// was stored, so a poll that fails leaves the watermark where it was.
    func run(at now: Timestamp) async throws -> Result {
        let stored = try await facts.cursor(connection: connection, source: .api)
        var cursor =
            stored
            ?? SourceCursor(
                readUntil: now - cadence.history, completeUntil: now - cadence.history, firstSyncStarted: now)
        var result = Result()
        var query = ActivityQuery(since: stored == nil ? cursor.readUntil : cursor.readUntil - cadence.overlap)
        var walk = PageWalk("list of events")
        while true {
            let page: ActivityPage
            do throws(SourceFailure) {
                page = try await source.activities(query)
                if let next = page.next { try walk.advance(to: next) }
            } catch {
                result.failure = error
                return result
            }
            if let stored { Self.markLate(page.batch, before: stored.completeUntil - cadence.lateness) }
            cursor.readUntil = Self.readUntil(page.batch, from: cursor.readUntil, now: now)
            if page.next == nil { cursor.completeUntil = max(cursor.completeUntil, now) }
            result.new += try await facts.commit(
                page.batch, unreadable: page.unreadable, cursor: cursor, connection: connection, source: .api)
            result.unreadable += page.unreadable.count
            guard let next = page.next else { return result }
            query.cursor = next
            try Task.checkCancellation()
        }
    }

    /// Marks what came after windows up to `edge` may have been evaluated: a fact, so that replay leaves it out too.
    private static func markLate(_ batch: ActivityBatch, before edge: Timestamp) {
        for row in 0..<batch.count where batch.activity(at: row).time < edge { batch[row, .isLate] = .bool(true) }
    }

    /// The latest time of a page; a time in the future does not push the cursor past now.
    private static func readUntil(_ batch: ActivityBatch, from before: Timestamp, now: Timestamp) -> Timestamp {
        var latest = before
        for row in 0..<batch.count { latest = max(latest, batch.activity(at: row).time) }
        return min(latest, max(before, now))
    }
}
