import Timekeeping

/// Answers calls: the whole API as a value, without sockets and without a clock of its own.
struct Service: Sendable {
    let options: SimulatorOptions
    var world: World
    var credentials: Credentials
    var rate: RateWindow
    var faults: FaultCounter
    private var timedFaults: TimedFaults
    /// Lists that took a walk over all users, by query; good for one version of the tenant.
    var cache = UserListCache()
    /// Set while a call is answered whose next cursor is to lead back.
    var backwards: Fault.Effect?
    private var lag: WriteLag
    /// The tenant as a read sees it while a change is not visible yet.
    private var shown: Tenant?
    private var requests = 0
    /// How many calls of each resource were let through to it, such as `api/1/events`.
    private(set) var calls: [String: Int] = [:]

    init(options: SimulatorOptions, now: Timestamp) {
        self.options = options
        world = World(
            seed: options.seed, users: options.users, now: now, historyEvents: options.historyEvents,
            historyDays: options.historyDays, kinds: options.planted, violations: options.violations,
            timeline: options.timeline)
        credentials = Credentials(options: options)
        rate = RateWindow(limit: options.rateLimit)
        faults = FaultCounter(plan: options.faults, seed: options.seed)
        timedFaults = TimedFaults(options.timeline, seed: options.seed)
        lag = WriteLag(options.writeDelay)
    }

    var now: Int64 { world.now }
    var tenant: Tenant { shown ?? world.tenant }

    /// The answer to a call at a moment, and how long to keep the caller waiting for it.
    mutating func answer(_ call: Call, at moment: Timestamp) -> (reply: Reply, delay: TimeSpan) {
        world.advance(to: moment)
        requests += 1
        let page = Self.page(of: call)
        let planned = faults.effect(path: call.path, page: page)
        let effect = planned ?? timedFaults.effect(path: call.path, page: page, at: moment)
        var delay = TimeSpan.zero
        var reply: Reply
        do {
            try checkHost(call)
            switch effect {
            case .status(400): throw Failure.rateLimitedAsBadRequest
            case .status(let status): throw Failure.status(status)
            case .html(let status): throw Failure.html(status)
            case .delay(let span): delay = span
            case .timeout: delay = Self.endless
            case .noPermission: throw Failure.insufficientPermission
            default: break
            }
            backwards = effect == .repeatedCursor || effect == .loopingCursor ? effect : nil
            shown = call.method == "GET" ? lag.shown(at: moment) : nil
            let before = world.tenant
            reply = try route(call)
            if before.version != world.tenant.version { lag.note(before, at: moment) }
            if effect == .duplicateRows { reply = reply.with(rowsOf: try route(Self.before(call))) }
        } catch {
            reply = (error as? Failure ?? .status(500)).reply(version2: answersAsVersion2(call))
        }
        backwards = nil
        shown = nil
        if effect == .noRows { reply = reply.withoutRows }
        if effect == .changedTotal { reply = reply.withOneMore }
        if effect == .cutBody { reply.body.removeLast(reply.body.count - reply.body.count / 2) }
        if effect == .emptyBody { reply.body = [] }
        return (dressed(reply, call), delay)
    }

    /// Longer than any client waits.
    private static let endless = TimeSpan.days(1)

    /// The page a call asks for, from 1.
    static func page(of call: Call) -> Int {
        if let text = call["page"], let page = Int(text) { return page }
        if let text = call["cursor"], let cursor = PageCursor(text) { return cursor.page }
        if let text = call["after_cursor"], let cursor = IDCursor(text) { return cursor.page }
        return 1
    }

    private func checkHost(_ call: Call) throws(Failure) {
        guard let subdomain = options.subdomain else { return }
        let host = call.headers["host"] ?? ""
        guard host.split(separator: ".").first.map({ String($0) }) == subdomain else { throw .html(404) }
    }

    /// The privilege calls are old ones that answer in the new shape.
    private func answersAsVersion2(_ call: Call) -> Bool {
        call.isVersion2 || (call.segments.count > 2 && call.segments[2] == "privileges")
    }

    private mutating func route(_ call: Call) throws(Failure) -> Reply {
        let parts = call.segments
        if parts.count == 2, parts[0] == "simulator" { return try control(parts.dropFirst(), call) }
        if parts.first == "auth" { return try authentication(call) }
        guard parts.count > 2, parts[0] == "api", parts[1] == "1" || parts[1] == "2" else { throw .noRoute }
        if parts[1] == "1", !rate.take(now: now) {
            throw options.rateLimitsAsBadRequest ? .rateLimitedAsBadRequest : .rateLimited
        }
        let rest = Array(parts.dropFirst(3))
        if parts[1] == "1", parts[2] == "events", rest == ["types"] { return eventTypes() }
        do {
            try credentials.checkBearer(call, now: now)
        } catch .authorizationMissing where parts[1] == "2" {
            throw .authenticationFailed
        }
        if tenant.isDeleted(0) { throw .ownerDeleted }
        defer { if Self.resources.contains(parts[2]) { calls["api/\(parts[1])/\(parts[2])", default: 0] += 1 } }
        return parts[1] == "1" ? try version1(parts[2], rest, call) : try version2(parts[2], rest, call)
    }

    /// What version 1 or 2 has.
    private static let resources: Set<String> = [
        "users", "roles", "groups", "apps", "events", "privileges", "mfa", "mappings", "connectors",
    ]

    private mutating func version1(_ resource: String, _ rest: [String], _ call: Call) throws(Failure) -> Reply {
        switch resource {
        case "users": try usersVersion1(rest, call)
        case "roles": try rolesVersion1(rest, call)
        case "groups": try groupsVersion1(rest, call)
        case "apps": try appsVersion1(rest, call)
        case "events": try events(rest, call)
        case "privileges": try privileges(rest, call)
        default: throw .noRoute
        }
    }

    private mutating func version2(_ resource: String, _ rest: [String], _ call: Call) throws(Failure) -> Reply {
        switch resource {
        case "users": try usersVersion2(rest, call)
        case "roles": try rolesVersion2(rest, call)
        case "groups": try groupsVersion2(rest, call)
        case "apps": try appsVersion2(rest, call)
        case "mfa": try factors(rest, call)
        case "mappings": try mappings(rest, call)
        case "connectors": try connectors(rest, call)
        default: throw .noRoute
        }
    }

    /// Refuses a call that the credential's scope does not allow.
    func need(_ need: CredentialScope.Need) throws(Failure) {
        guard options.scope.allows(need) else { throw .insufficientPermission }
    }

    /// The headers every answer has, and those of the version.
    private mutating func dressed(_ reply: Reply, _ call: Call) -> Reply {
        guard !reply.headers.contains(where: { $0.value == "text/html" }) else { return reply }
        var reply = reply
        let hex = tenant.dice.hex(32, .request, requests).uppercased()
        var groups: [String] = []
        var rest = hex[...]
        for width in [8, 4, 4, 4, 12] {
            groups.append(String(rest.prefix(width)))
            rest = rest.dropFirst(width)
        }
        reply.headers.append(("X-Request-Id", groups.joined(separator: "-")))
        guard call.path.hasPrefix("/api/1") else {
            reply.headers.append(("Cache-Control", "private"))
            return reply
        }
        reply.headers += [
            ("Cache-Control", "max-age=0, private, must-revalidate"), ("X-Runtime", "0.031"),
            ("ETag", "W/\"\(tenant.dice.hex(16, .request, reply.body.count &+ requests))\""),
            ("X-RateLimit-Limit", String(rate.limit)), ("X-RateLimit-Remaining", String(rate.remaining)),
            ("X-RateLimit-Reset", String(rate.secondsLeft(now: now))),
        ]
        return reply
    }
}
