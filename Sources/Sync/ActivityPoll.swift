import Directory
import FieldStorage
import Timekeeping

/// Activities from the cursor to now, stored page by page together with the cursor.
struct ActivityPoll: Sendable {
    /// What came of it.
    struct Result: Sendable {
        var new = 0
        var unreadable = 0
        var unknownFields = UnknownFieldCounts()
        /// New ones that came too late for windows, and those that went to quarantine for it.
        var late = 0
        var tooLate = 0
        var failure: SourceFailure?
        /// Where the poll before had been complete; nil before the first that was.
        var wasCompleteUntil: Timestamp?
        /// Until when everything is here now.
        var completeUntil: Timestamp?
    }

    let source: any TenantSource
    let facts: any FactStore
    let connection: String
    let cadence: SyncCadence

    /// Polls once.
    ///
    /// The cursor's `readUntil` follows what was stored; its `completeUntil` becomes `now` only when the last page
    /// was stored, so a poll that fails leaves the watermark where it was.
    ///
    /// - Parameters:
    ///   - now: By the source's clock, where it is known to differ from ours.
    ///   - onPage: Told how many new activities each page brought.
    func run(at now: Timestamp, onPage: @Sendable (Int) async throws -> Void = { _ in }) async throws -> Result {
        let stored = try await facts.cursor(connection: connection, source: .api)
        var cursor =
            stored
            ?? SourceCursor(
                readUntil: now - cadence.history, completeUntil: now - cadence.history, firstSyncStarted: now)
        var result = Result()
        // A first poll that was interrupted leaves no gap: it has not been complete yet.
        result.wasCompleteUntil = stored.flatMap { $0.completeUntil < $0.firstSyncStarted ? nil : $0.completeUntil }
        result.completeUntil = stored?.completeUntil
        // What may still be counted in windows must be asked for, so the overlap is no shorter than the lateness.
        let overlap = max(cadence.overlap, cadence.lateness)
        var query = ActivityQuery(since: stored == nil ? cursor.readUntil : cursor.readUntil - overlap)
        var walk = PageWalk("list of events")
        var seen: Set<Int> = []
        while true {
            let page: ActivityPage
            do throws(SourceFailure) {
                page = try await source.activities(query)
                if let next = page.next { try walk.advance(to: next) }
                try Self.check(page, &seen)
            } catch {
                result.failure = error
                return result
            }
            cursor.readUntil = Self.readUntil(page.batch, from: cursor.readUntil, now: now)
            if page.next == nil { cursor.completeUntil = max(cursor.completeUntil, now) }
            let done = try await facts.commit(
                page.batch, unreadable: page.unreadable, cursor: cursor, connection: connection, source: .api,
                limits: stored.map { _ in LateLimits(lateness: cadence.lateness) })
            result.new += done.new
            result.late += done.late
            result.tooLate += done.tooLate
            result.unreadable += page.unreadable.count
            result.unknownFields.add(page.unknownFields)
            result.completeUntil = cursor.completeUntil
            try await onPage(done.new)
            guard let next = page.next else { return result }
            query.cursor = next
            try Task.checkCancellation()
        }
    }

    /// Ids of one poll that are kept to compare with, so that memory stays bounded.
    private static let seenLimit = 200_000

    /// A page that has nothing new, or nothing at all before the end, is the source's fault: what it should have
    /// held would be passed over for good when the watermark went past it.
    private static func check(_ page: ActivityPage, _ seen: inout Set<Int>) throws(SourceFailure) {
        let before = seen.count
        for row in 0..<page.batch.count { seen.insert(page.batch.activity(at: row).id.hashValue) }
        let isEmpty = page.batch.count == 0 && page.unreadable.isEmpty
        let isRepeated = page.batch.count > 0 && seen.count == before
        if seen.count > seenLimit { seen.removeAll() }
        // An empty last page may be the list's exact end; if it was cut, the next poll begins before it.
        guard isEmpty ? page.next != nil : isRepeated else { return }
        throw SourceFailure(
            .malformedAnswer, attempt: "list of events",
            answer: isEmpty ? "a page before the last has no rows" : "a page has only rows of pages before it",
            remedy: "nothing is lost: the next poll begins where everything was here")
    }

    /// The latest time of a page; a time in the future does not push the cursor past now.
    private static func readUntil(_ batch: ActivityBatch, from before: Timestamp, now: Timestamp) -> Timestamp {
        var latest = before
        for row in 0..<batch.count { latest = max(latest, batch.activity(at: row).time) }
        return min(latest, max(before, now))
    }
}
