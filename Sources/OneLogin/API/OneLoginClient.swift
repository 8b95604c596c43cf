public import Directory
public import HTTPTransport
import JSONScanning
public import Timekeeping

/// A OneLogin account as a source of facts.
///
/// Users come from the v1 list, the only list that has roles, department and custom attributes in bulk (50 rows a call:
/// 200,000 users are 4000 of the 5000 calls an hour); roles, apps and factors come from v2, which is outside that
/// budget. Pages are asked for until the server says that there are no more, never until one is short.
public final class OneLoginClient: TenantSource {
    let calls: Calls
    let decoder = WireActivityDecoder()

    /// A client of one account; it makes no call yet.
    ///
    /// - Parameters:
    ///   - budgets: Given to all clients of a process, since an account has one budget, whoever calls it.
    ///   - random: In `0..<1`, for the jitter of retries.
    public init(
        _ connection: OneLoginConnection, sender: any HTTPSender, clock: any WallClock = SystemClock(),
        settings: OneLoginSettings = OneLoginSettings(), budgets: RateBudgets = RateBudgets(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        calls = Calls(connection, sender: sender, clock: clock, settings: settings, budgets: budgets, random: random)
    }

    public func entities(_ query: EntityQuery) async throws(SourceFailure) -> EntityPage {
        let page =
            switch query.kind {
            case .user:
                if let since = query.updatedSince {
                    try await users(updatedSince: since, query.cursor)
                } else {
                    try await users(query.cursor)
                }
            case .group: try await groups(query.cursor)
            case .role: try await roles(query.cursor)
            case .app: try await apps(query.cursor)
            case .privilege: try await privileges()
            case .device: try await devices(of: query.userIDs)
            case .mapping: try await mappings(query.cursor)
            case .credential: throw credentialsAreNotListed
            }
        if let next = page.next, next == query.cursor {
            throw looping(query.kind.rawValue)
        }
        return page
    }
}

extension OneLoginClient {
    /// How long names of event types are good, as the API asks for.
    private static let eventTypesLife = TimeSpan.days(1)
    /// How long nothing is asked after names could not be read.
    private static let eventTypesPause = TimeSpan.hours(1)
    /// Types that are taken at most; OneLogin has some six hundred.
    private static let eventTypeLimit = 10_000

    public func eventTypeNames() async throws(SourceFailure) -> [Int64: String] {
        let now = calls.clock.now()
        if let names = await calls.state.eventTypeNames(at: now) { return names }
        // Many callers at once find the pause and what was known before.
        await calls.state.keep(eventTypeNames: nil, until: now + Self.eventTypesPause)
        let path = "/api/1/events/types"
        let answer = try await calls.get(path)
        let page = try parsed(path) { () throws(MalformedPage) in try RowPage(envelope: answer, isPaged: false) }
        var names: [Int64: String] = [:]
        for row in page.rows.prefix(Self.eventTypeLimit) {
            guard let members = JSONMembers(row.text), let id = members.integer("id"), let name = members.text("name")
            else { continue }
            names[id] = String(name.prefix(200))
        }
        await calls.state.keep(eventTypeNames: names, until: now + Self.eventTypesLife)
        return names
    }

    public func health() async -> SourceHealth {
        var health = SourceHealth()
        let budget = calls.state.rateBudget
        health.budget = budget.remaining.map {
            CallBudget(limit: budget.limit, remaining: $0, resetsAt: budget.resetsAt)
        }
        health.clockSkewSeconds = await calls.state.clockSkew?.seconds
        health.skewFailure = await Refusals(calls, "comparing the clocks").clockSkew()
        return health
    }
}

extension Timestamp {
    /// The form in which the API takes moments: UTC with three decimals.
    var wireText: String {
        let text = Timestamp(milliseconds: milliseconds).rfc3339
        return nanoseconds / 1_000_000 == 0 ? String(text.dropLast()) + ".000Z" : text
    }
}
