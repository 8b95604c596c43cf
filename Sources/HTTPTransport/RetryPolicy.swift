/// When to try a request again: exponential backoff with jitter, within `Retry-After`.
///
/// Pure: the random number comes in, the wait goes out, and the runner sleeps.
public struct RetryPolicy: Hashable, Sendable {
    /// How a try ended.
    public enum Outcome: Hashable, Sendable {
        /// An answer that was not a success; `retryAfterMilliseconds` when the server named a wait.
        case status(Int, retryAfterMilliseconds: Int64? = nil)
        case failure(TransportFailure)
    }

    /// What comes next.
    public enum Decision: Hashable, Sendable {
        case retry(afterMilliseconds: Int64)
        case giveUp(Reason)
    }

    /// Why no further try is made.
    public enum Reason: Hashable, Sendable {
        /// Asking again would give the same answer.
        case final
        case triesUsedUp(Int)
        /// The server wants a longer wait than this caller has.
        case waitTooLong(milliseconds: Int64)
    }

    /// Tries in all, the first included; at least 1.
    public var tries: Int
    /// The upper edge of the first wait.
    public var baseMilliseconds: Int64
    /// No wait of our own is longer.
    public var capMilliseconds: Int64
    /// A server that asks for a longer wait than this is given up on.
    public var longestRetryAfterMilliseconds: Int64

    public init(
        tries: Int = 5, baseMilliseconds: Int64 = 500, capMilliseconds: Int64 = 30_000,
        longestRetryAfterMilliseconds: Int64 = 120_000
    ) {
        self.tries = max(1, tries)
        self.baseMilliseconds = max(1, baseMilliseconds)
        self.capMilliseconds = max(self.baseMilliseconds, capMilliseconds)
        self.longestRetryAfterMilliseconds = longestRetryAfterMilliseconds
    }

    /// One try and no more.
    public static let never = RetryPolicy(tries: 1)

    /// What to do after a try.
    ///
    /// - Parameters:
    ///   - attempt: Which try it was, from 1.
    ///   - random: In `0..<1`, from the caller's generator.
    public func decide(attempt: Int, outcome: Outcome, random: Double) -> Decision {
        guard Self.isRetryable(outcome) else { return .giveUp(.final) }
        guard attempt < tries else { return .giveUp(.triesUsedUp(tries)) }
        let own = waitMilliseconds(attempt: attempt, random: random)
        guard case .status(_, let asked?) = outcome else { return .retry(afterMilliseconds: own) }
        guard asked <= longestRetryAfterMilliseconds else { return .giveUp(.waitTooLong(milliseconds: asked)) }
        // A little more than asked, so that many clients do not come back in the same moment.
        return .retry(afterMilliseconds: asked + Int64(random * Double(baseMilliseconds)))
    }

    /// The wait after a try: between half of and the whole `base × 2^(attempt - 1)`, held below the cap.
    ///
    /// With base 500: 250 to 500 ms after the first try, 500 to 1000 after the second, 1000 to 2000 after the third.
    public func waitMilliseconds(attempt: Int, random: Double) -> Int64 {
        let doublings = min(max(attempt - 1, 0), 40)
        let (product, overflow) = baseMilliseconds.multipliedReportingOverflow(by: 1 << Int64(doublings))
        let edge = overflow ? capMilliseconds : min(product, capMilliseconds)
        let half = edge / 2
        return half + Int64(min(max(random, 0), 1) * Double(edge - half))
    }

    /// Whether asking again may change the outcome: 408, 425, 429, 500, 502, 503, 504 and transient failures.
    public static func isRetryable(_ outcome: Outcome) -> Bool {
        switch outcome {
        case .status(let status, _): [408, 425, 429, 500, 502, 503, 504].contains(status)
        case .failure(let failure): failure.isTransient
        }
    }
}
