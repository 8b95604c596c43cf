import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Tells the time and waits; handed in wherever a decision or a runner needs either.
public protocol WallClock: Sendable {
    /// The moment it is now.
    func now() -> Timestamp
    /// Waits at least `span`.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(for span: TimeSpan) async throws
}

/// The machine's clock: the only place in the project that asks the system for the time.
public struct SystemClock: WallClock {
    public init() {}

    public func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: UInt32(time.tv_nsec))
    }

    public func sleep(for span: TimeSpan) async throws {
        guard span > .zero else { return }
        try await Task.sleep(for: .seconds(span.seconds) + .nanoseconds(Int64(span.nanoseconds)))
    }
}

/// A clock that moves only when told, and by the waits of those who use it: for tests and simulation.
public final class ManualClock: WallClock {
    private let moment: Mutex<Timestamp>

    public init(_ start: Timestamp = Timestamp(seconds: 1_767_225_600)) {
        moment = Mutex(start)
    }

    public func now() -> Timestamp { moment.withLock { $0 } }

    /// Moves the clock on.
    public func advance(by span: TimeSpan) { moment.withLock { $0 = $0 + span } }

    /// Sets the clock.
    public func set(to moment: Timestamp) { self.moment.withLock { $0 = moment } }

    /// Moves the clock on by `span` at once and lets other tasks run.
    public func sleep(for span: TimeSpan) async throws {
        try Task.checkCancellation()
        advance(by: span)
        await Task.yield()
    }
}
