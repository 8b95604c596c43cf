public import Timekeeping

/// What a simulated tenant is like and how its server behaves.
public struct SimulatorOptions: Sendable {
    /// An obviously fake credential, for demos and tests.
    public static let fakeClientID = String(repeating: "c11e", count: 16)
    /// The secret that belongs to ``fakeClientID``.
    public static let fakeClientSecret = String(repeating: "5ec4e7fa", count: 8)

    /// The port on 127.0.0.1; 0 for any that is free.
    public var port = 0
    public var seed: UInt64 = 1
    /// How many users there are, at least 30.
    public var users = 500
    /// The first label a request's `Host` must have, such as `acme` in `acme.onelogin.com`; nil for any host.
    ///
    /// Other hosts, also addresses, get a load balancer's page with 404.
    public var subdomain: String?
    public var clientID = SimulatorOptions.fakeClientID
    public var clientSecret = SimulatorOptions.fakeClientSecret
    public var scope = CredentialScope.manageAll
    /// Whether `GET /simulator/truth` answers with ``GroundTruth/json``.
    public var servesTruth = false
    /// How long a token lasts from its first issue.
    public var tokenLifetime = TimeSpan.seconds(36_000)
    /// Rows on a page when a call does not say.
    public var pageSize = 50
    public var faults = FaultPlan()
    /// Calls of version 1 in an hour, for the whole account.
    public var rateLimit = 5000
    /// Answers calls above the limit with 400 `rate_limit_exceeded`, as the service once did, in place of 429.
    public var rateLimitsAsBadRequest = false
    /// About how many background events lie in the history; the same rate goes on as the clock runs.
    public var historyEvents = 4000
    /// How many days the history goes back.
    public var historyDays = 7
    /// What is planted: states at once, attacks evenly over the history.
    public var planted = PlantedKind.allCases
    /// How many of the planted states there are, where they are about single users.
    public var violations = 3
    /// Whether events 72 and 73 carry `privilege_name`, as webhooks do and the API is said not to.
    public var namesPrivileges = true
    /// Whether the account has the delegated-administration subscription; without it the privilege calls answer 404.
    public var hasPrivileges = true
    /// How long reads go on to show a tenant without what a call has changed; its events are there at once.
    public var writeDelay = TimeSpan.zero
    /// What happens besides, in any order; steps before the start are in the history.
    public var timeline: [SimulatedStep] = []

    public init() {}
}
