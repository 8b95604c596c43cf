import Directory
import HTTPTransport
import Timekeeping

/// What all calls of one account share: the token, the rate budget, what the last refusal was.
actor AccountState {
    private var token: AccessToken?
    private var renewal: Task<Result<AccessToken, SourceFailure>, Never>?
    private var refusal: (failure: SourceFailure, until: Timestamp)?
    private var lastDiscard: Timestamp?
    private nonisolated let budget: SharedBudget
    private(set) var clockSkew: TimeSpan?
    /// Where factors are read; nil before any were.
    private(set) var factorSource: FactorSource?

    /// The names of event types, and how long they are good.
    private var eventTypes: (names: [Int64: String], until: Timestamp)?

    private let comparesClocks: Bool

    /// Which list of factors is open to the credential.
    enum FactorSource: Sendable {
        case v1, v2
    }

    init(budget: SharedBudget, comparesClocks: Bool) {
        self.budget = budget
        self.comparesClocks = comparesClocks
    }

    /// The token, asked for once however many callers want it, and again when it has run out.
    ///
    /// - Parameters:
    ///   - pause: How long a refusal stands before the server is asked again.
    ///   - renew: Asks the server.
    func token(
        at now: Timestamp, pause: TimeSpan,
        renew: @escaping @Sendable () async -> Result<AccessToken, SourceFailure>
    ) async throws(SourceFailure) -> AccessToken {
        if let token, token.isFresh(at: now) { return token }
        if let refusal, now < refusal.until { throw refusal.failure }
        let task = renewal ?? Task { await renew() }
        renewal = task
        let result = await task.value
        if renewal == task { renewal = nil }
        switch result {
        case .success(let fresh):
            token = fresh
            refusal = nil
            return fresh
        case .failure(let failure):
            // One request a minute, however many calls want a token: neither a wrong secret nor a storm gets better.
            if failure.cause == .credentialsRejected || failure.cause == .rateLimited {
                refusal = (failure, now + max(pause, failure.retryAfter ?? .zero))
            }
            throw failure
        }
    }

    /// Forgets a token that the server refused, unless another has taken its place already.
    ///
    /// - Returns: Whether to try again with another; false when one was given up for this less than `pause` ago, so
    ///   that many calls without the scope do not ask for many tokens.
    func discard(_ refused: AccessToken, at now: Timestamp, pause: TimeSpan) -> Bool {
        guard token?.text == refused.text else { return true }
        if let lastDiscard, now < lastDiscard + pause { return false }
        lastDiscard = now
        token = nil
        return true
    }

    /// Forgets refusals, so that a test asks the server anew.
    func forgetRefusal() {
        refusal = nil
        lastDiscard = nil
        token = nil
    }

    /// Notes the headers of an answer: what is left of the budget, and the server's clock.
    func note(_ headers: HTTPHeaders, at now: Timestamp) {
        budget.note(headers, at: now)
        if comparesClocks, let date = headers["Date"].flatMap({ HTTPDate.seconds($0) }) {
            clockSkew = .seconds(date - now.seconds)
        }
    }

    nonisolated func wait(for priority: RateBudget.Priority, at now: Timestamp) -> TimeSpan? {
        budget.value.wait(for: priority, at: now)
    }

    /// Settles where factors are read, unless that is settled.
    ///
    /// The two lists differ (v1 has factors that were never used), so a refusal that passes must not change it.
    ///
    /// - Returns: Where they are read.
    @discardableResult
    func settle(_ source: FactorSource) -> FactorSource {
        let settled = factorSource ?? source
        factorSource = settled
        return settled
    }

    /// The names of event types as they were read last; nil when it is time to read them.
    func eventTypeNames(at now: Timestamp) -> [Int64: String]? {
        eventTypes.flatMap { now < $0.until ? $0.names : nil }
    }

    /// Keeps names of event types for a while; those before stay when there are no new ones.
    func keep(eventTypeNames names: [Int64: String]?, until moment: Timestamp) {
        eventTypes = (names ?? eventTypes?.names ?? [:], moment)
    }

    nonisolated var rateBudget: RateBudget { budget.value }
}
