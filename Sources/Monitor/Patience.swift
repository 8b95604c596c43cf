import ServiceLifecycle
import Timekeeping

/// How long something that may be begun anew goes on after the service was told to stop.
struct Patience: Sendable {
    /// Less than the time after which service managers kill: 30 s in the unit that is shipped.
    static let span = TimeSpan.seconds(10)

    let clock: any WallClock

    /// Runs something, and cancels it when it is not done ``span`` after a graceful shutdown began.
    func cancel<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                // Both end at once when the body is done first.
                try? await gracefulShutdown()
                try? await clock.sleep(for: Self.span)
                return nil
            }
            defer { group.cancelAll() }
            if let value = try await group.next() ?? nil { return value }
            group.cancelAll()
            guard let value = try await group.next() ?? nil else { throw CancellationError() }
            return value
        }
    }
}
