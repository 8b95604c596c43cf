public import Alerting
public import Timekeeping

/// When a notice is tried again, and when it is given up: the table of Standard Webhooks 1.0.0.
///
/// Pure: random numbers and the moment come in, the step goes out.
public struct DeliverySchedule: Hashable, Sendable {
    /// The waits before each try, the first included; its length is the number of tries.
    public var waits: [TimeSpan]
    /// Each wait is made longer or shorter by up to this part of it, so that receivers are not met in waves.
    public var jitter: Double
    /// A receiver may ask for no longer wait than this.
    public var retryAfterLimit: TimeSpan
    /// How long a receiver that is overloaded is left alone at least.
    public var overloadPause: TimeSpan

    /// Ten tries in 75 h 35 min: at once, then after 5 s, 5 min, 30 min and 2, 5, 10, 14, 20 and 24 hours.
    public static let standardWaits: [TimeSpan] = [
        .zero, .seconds(5), .minutes(5), .minutes(30), .hours(2), .hours(5), .hours(10), .hours(14), .hours(20),
        .hours(24),
    ]

    public init(
        waits: [TimeSpan] = standardWaits, jitter: Double = 0.2, retryAfterLimit: TimeSpan = .hours(24),
        overloadPause: TimeSpan = .seconds(60)
    ) {
        precondition(!waits.isEmpty, "a schedule has at least one try")
        self.waits = waits
        self.jitter = min(max(jitter, 0), 1)
        self.retryAfterLimit = retryAfterLimit
        self.overloadPause = overloadPause
    }

    /// What follows a try; nil when the try does not count.
    ///
    /// Any status outside 200 to 299 is a failure, redirects too. 410 disables the receiver; 429, 502 and 504 pause
    /// it, so that its other notices wait as well.
    ///
    /// - Parameters:
    ///   - attempt: Which try it was, from 1.
    ///   - random: In `0..<1`.
    public func step(
        after outcome: DeliveryOutcome, attempt: Int, at moment: Timestamp, random: Double
    ) -> DeliveryStep? {
        switch outcome {
        case .cancelled: return nil
        case .delivered: return .delivered
        case .refused(status: 410, retryAfter: _):
            return .disable(reason: "the receiver answered 410: it wants no more")
        case .refused, .unanswered: break
        }
        guard attempt < waits.count else {
            return .deadLetter(reason: "gave up after try \(attempt) of \(waits.count): \(outcome.clause)")
        }
        let own = jittered(waits[attempt], random)
        guard case .refused(let status, let asked) = outcome else {
            return .retry(at: moment + own, pausedUntil: nil)
        }
        let named = min(max(asked ?? .zero, .zero), retryAfterLimit)
        let isOverloaded = status == 429 || status == 502 || status == 504
        return .retry(
            at: moment + max(own, named), pausedUntil: isOverloaded ? moment + max(overloadPause, named) : nil)
    }

    /// `wait` × (1 - jitter) for 0 up to `wait` × (1 + jitter) for 1, to the millisecond.
    private func jittered(_ wait: TimeSpan, _ random: Double) -> TimeSpan {
        .milliseconds(Int64(Double(wait.milliseconds) * (1 - jitter + 2 * jitter * random)))
    }
}

extension DeliveryOutcome {
    /// What came of the try, as a clause.
    public var clause: String {
        switch self {
        case .delivered: "delivered"
        case .refused(let status, _) where (300..<400).contains(status):
            "answered \(status), and redirects are not followed"
        case .refused(let status, _): "answered \(status)"
        case .unanswered(let cause): cause
        case .cancelled: "stopped"
        }
    }

    /// The HTTP status; nil when there was none.
    public var status: Int? {
        switch self {
        case .delivered(let status): status
        case .refused(let status, _): status
        case .unanswered, .cancelled: nil
        }
    }
}
