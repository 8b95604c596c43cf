import Directory
import Synchronization

/// Tells a sync to stop: the call that waits for the source ends at once, and none is made after it.
///
/// It ends calls alone, never what is written to the store: a page that came is kept whole, with its cursor.
final class StopSignal: Sendable {
    private struct State {
        var isStopped = false
        var last = 0
        /// How to end the calls under way.
        var ends: [Int: @Sendable () -> Void] = [:]
    }

    private let state = Mutex(State())

    /// What a call says that was ended, or not made; nothing has failed then.
    static let failure = SourceFailure(
        .cancelled, attempt: "sync", answer: "it was told to stop",
        remedy: "nothing is lost: the next start goes on where it stopped")

    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Ends the calls under way, and all that are to come.
    func stop() {
        let ends = state.withLock { state in
            let ends = state.ends
            state.isStopped = true
            state.ends = [:]
            return ends
        }
        for end in ends.values { end() }
    }

    /// Makes a call that ends when the signal comes or the task is cancelled, even one that does not heed that.
    ///
    /// - Throws: The call's failure, or ``failure`` when it was ended.
    func ending<Answer: Sendable>(
        _ call: @escaping @Sendable () async throws(SourceFailure) -> Answer
    ) async throws(SourceFailure) -> Answer {
        let (answers, give) = AsyncStream.makeStream(of: Result<Answer, SourceFailure>.self)
        guard let place = note({ give.finish() }) else { throw Self.failure }
        defer { state.withLock { $0.ends[place] = nil } }
        let task = Task {
            do throws(SourceFailure) {
                give.yield(.success(try await call()))
            } catch {
                give.yield(.failure(error))
            }
            give.finish()
        }
        defer { task.cancel() }
        // The stream ends without an answer when the signal comes, or the task is cancelled.
        for await answer in answers { return try answer.get() }
        throw Self.failure
    }

    /// Keeps how to end a call; nil when there is to be none.
    private func note(_ end: @escaping @Sendable () -> Void) -> Int? {
        state.withLock { state in
            guard !state.isStopped else { return nil }
            state.last += 1
            state.ends[state.last] = end
            return state.last
        }
    }
}

/// A source whose calls end when a signal comes.
struct StoppableSource: TenantSource {
    let source: any TenantSource
    let stop: StopSignal

    func entities(_ query: EntityQuery) async throws(SourceFailure) -> EntityPage {
        try await stop.ending { () throws(SourceFailure) in try await source.entities(query) }
    }

    func activities(_ query: ActivityQuery) async throws(SourceFailure) -> ActivityPage {
        try await stop.ending { () throws(SourceFailure) in try await source.activities(query) }
    }

    func testConnection() async -> ConnectionTest { await source.testConnection() }

    func health() async -> SourceHealth { await source.health() }

    func eventTypeNames() async throws(SourceFailure) -> [Int64: String] {
        try await stop.ending { () throws(SourceFailure) in try await source.eventTypeNames() }
    }
}
