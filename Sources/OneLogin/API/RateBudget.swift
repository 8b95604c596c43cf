import HTTPTransport
import Synchronization
import Timekeeping

/// What is left of the account's calls in this hour, as the answers' headers tell it (reference, section 4).
///
/// Only v1 calls count, and the account's other clients spend from the same budget.
struct RateBudget: Hashable, Sendable {
    /// Who wants to spend a call.
    enum Priority: Sendable {
        /// Events, and the token they need: they may use the reserve.
        case events
        case directory
    }

    /// Calls an hour, where the server said so.
    private(set) var limit: Int?
    private(set) var remaining: Int?
    private(set) var resetsAt: Timestamp?
    /// Calls that only events may spend.
    let reserve: Int

    init(reserve: Int = 150) { self.reserve = reserve }

    /// Notes what an answer said; answers without the headers change nothing.
    mutating func note(_ headers: HTTPHeaders, at now: Timestamp) {
        guard let remaining = headers["X-RateLimit-Remaining"].flatMap({ Int($0) }) else { return }
        self.remaining = remaining
        limit = headers["X-RateLimit-Limit"].flatMap { Int($0) } ?? limit
        resetsAt = headers["X-RateLimit-Reset"].flatMap { Int64($0) }.map { now + .seconds(max(0, $0)) } ?? resetsAt
    }

    /// How long a caller must wait before its next call; nil when it may go ahead.
    func wait(for priority: Priority, at now: Timestamp) -> TimeSpan? {
        guard let remaining, let resetsAt, resetsAt > now else { return nil }
        let floor = priority == .events ? 0 : reserve
        return remaining > floor ? nil : resetsAt - now
    }
}

/// One account's budget, of all that call it.
final class SharedBudget: Sendable {
    private let state: Mutex<RateBudget>

    init(reserve: Int) { state = Mutex(RateBudget(reserve: reserve)) }

    var value: RateBudget { state.withLock { $0 } }

    func note(_ headers: HTTPHeaders, at now: Timestamp) { state.withLock { $0.note(headers, at: now) } }
}

/// The budgets of the accounts that this process calls, by base URL.
///
/// OneLogin counts calls by account, not by credential: what the credential of actions spends, syncs do not have.
/// Clients made with the same value share; an account under two addresses has two.
public final class RateBudgets: Sendable {
    private let budgets = Mutex<[String: SharedBudget]>([:])

    public init() {}

    /// The budget of an account.
    ///
    /// - Parameter reserve: Calls that only events may spend; the first caller's stands.
    func budget(of baseURL: String, reserve: Int) -> SharedBudget {
        budgets.withLock { budgets in
            let key = baseURL.lowercased()
            let budget = budgets[key] ?? SharedBudget(reserve: reserve)
            budgets[key] = budget
            return budget
        }
    }
}
