import Directory
import Synchronization
import Timekeeping

/// A tenant that keeps whoever asks for a page waiting, until it is let go on.
///
/// Users come two a page, activities one a page.
final class HeldTenant: TenantSource {
    /// A page that does not come.
    enum Place: Hashable, Sendable {
        case users(page: Int)
        case activities(page: Int)

        var isOfHistory: Bool { if case .activities = self { true } else { false } }
    }

    static let users = 8

    private let tenant: ScriptedTenant
    /// Whether a call ends when its task is cancelled.
    private let heeds: Bool
    private let state: Mutex<(held: Place?, asked: [Place])>
    private let never: (stream: AsyncStream<Void>, end: AsyncStream<Void>.Continuation)
    /// Yields when the page is asked for.
    let reached: (stream: AsyncStream<Void>, note: AsyncStream<Void>.Continuation)

    init(activities: Int, holds place: Place, heeds: Bool, clock: ManualClock) {
        // Two hours before the start and ten minutes apart, so that a poll that goes on need not see the first again.
        let entries = (0..<activities).map {
            ScriptedTenant.Entry(id: 100 + $0, second: Int64($0) * 600 - 7200, arrival: 0, type: 3, user: 1)
        }
        tenant = ScriptedTenant(entries: entries, pageSize: 1, clock: clock)
        self.heeds = heeds
        state = Mutex((place, []))
        let hold = AsyncStream.makeStream(of: Void.self)
        never = (hold.stream, hold.continuation)
        let arrival = AsyncStream.makeStream(of: Void.self)
        reached = (arrival.stream, arrival.continuation)
    }

    /// Lets everybody go on.
    func release() {
        state.withLock { $0.held = nil }
        never.end.finish()
    }

    /// What was asked for since the last look.
    func asked() -> [Place] {
        state.withLock { state in
            defer { state.asked = [] }
            return state.asked
        }
    }

    private func note(_ place: Place) async {
        let isHeld = state.withLock { state in
            state.asked.append(place)
            return state.held == place
        }
        guard isHeld else { return }
        reached.note.yield()
        let wait = Task { [never] in for await _ in never.stream {} }
        if heeds {
            await withTaskCancellationHandler {
                await wait.value
            } onCancel: {
                wait.cancel()
            }
        } else {
            await wait.value
        }
    }

    func entities(_ query: EntityQuery) async throws(SourceFailure) -> EntityPage {
        guard query.kind == .user else { return EntityPage(entities: []) }
        let page = query.cursor.flatMap { Int($0) } ?? 0
        await note(.users(page: page))
        let users = (1...2).map { Entity.user(User(id: Int64(2 * page + $0), username: "user\(2 * page + $0)")) }
        return EntityPage(
            entities: users, next: 2 * page + 2 < Self.users ? String(page + 1) : nil, total: Self.users)
    }

    func activities(_ query: ActivityQuery) async throws(SourceFailure) -> ActivityPage {
        await note(.activities(page: query.cursor.flatMap { Int($0) } ?? 0))
        return try await tenant.activities(query)
    }

    func testConnection() async -> ConnectionTest { ConnectionTest() }
}

/// A clock on which whoever sleeps never wakes: they end when they are cancelled.
struct SleepingClock: WallClock {
    let clock: ManualClock
    /// Told of everybody who falls asleep.
    var onSleep: @Sendable () -> Void = {}

    func now() -> Timestamp { clock.now() }

    func sleep(for span: TimeSpan) async throws {
        onSleep()
        let (never, end) = AsyncStream.makeStream(of: Void.self)
        for await _ in never {}
        end.finish()
        try Task.checkCancellation()
    }
}
