public import HTTPTransport
public import Timekeeping

/// How a ``OneLoginClient`` behaves towards the API.
public struct OneLoginSettings: Sendable {
    /// When a call is tried again.
    public var retry: RetryPolicy
    public var limits: HTTPLimits
    /// Calls of an hour's budget that only events may spend.
    public var reservedCalls: Int
    /// Calls under way at once where one page needs many, such as the members of roles.
    public var concurrentCalls: Int
    /// Rows that are asked for in a page of events; the server may give fewer.
    public var eventPageRows: Int
    /// Rows that are asked for in a page of a v2 list at most; the API has limits of its own below that.
    public var pageRows: Int
    /// A difference between the server's clock and ours that is named.
    public var clockSkewLimit: TimeSpan
    /// Whether the `Date` of answers is compared with our clock: not where only our time is simulated.
    public var comparesClocks = true
    /// Pages of one sub-list (members of a role) before it is given up as endless.
    public var subpageLimit: Int
    /// How long a rejected credential is not tried again.
    public var rejectionPause: TimeSpan

    public init(
        retry: RetryPolicy = RetryPolicy(), limits: HTTPLimits = HTTPLimits(), reservedCalls: Int = 150,
        concurrentCalls: Int = 4, eventPageRows: Int = 1000, pageRows: Int = 100,
        clockSkewLimit: TimeSpan = .minutes(5), subpageLimit: Int = 20_000,
        rejectionPause: TimeSpan = .seconds(60)
    ) {
        self.retry = retry
        self.limits = limits
        self.reservedCalls = reservedCalls
        self.concurrentCalls = max(1, concurrentCalls)
        self.eventPageRows = max(1, eventPageRows)
        self.pageRows = max(1, pageRows)
        self.clockSkewLimit = clockSkewLimit
        self.subpageLimit = max(1, subpageLimit)
        self.rejectionPause = rejectionPause
    }
}
