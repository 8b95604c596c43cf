import Hummingbird
import Logging
public import Timekeeping

/// A local OneLogin: one tenant behind HTTP on 127.0.0.1.
///
/// The same options give the same tenant and the same history; time is the clock's that is handed in, so a
/// `ManualClock` decides when live events appear, tokens expire and the rate window begins anew.
public actor Simulator {
    private let options: SimulatorOptions
    private let clock: any WallClock
    private var service: Service

    /// Makes the tenant with its history, up to the clock's now.
    ///
    /// - Complexity: O(history events); users are made when asked for.
    public init(options: SimulatorOptions = SimulatorOptions(), clock: any WallClock) {
        self.options = options
        self.clock = clock
        service = Service(options: options, now: clock.now())
    }

    /// Everything planted so far.
    public var truth: GroundTruth { service.world.truth }

    /// Serves on 127.0.0.1 until the task is cancelled or a graceful shutdown begins, and then returns.
    ///
    /// - Parameter onReady: Called once, with the bound port.
    /// - Throws: When the port cannot be had.
    public func run(onReady: @escaping @Sendable (Int) async -> Void) async throws {
        let quiet = Logger(label: "simulator") { _ in SwiftLogNoOpLogHandler() }
        let application = Application(
            responder: SimulatorResponder(simulator: self),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: options.port)),
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) },
            logger: quiet)
        do {
            try await application.run()
        } catch  where Task.isCancelled {
            return
        }
    }

    /// Answers one call, after the wait a fault may ask for.
    func answer(_ call: Call) async throws -> Reply {
        let (reply, delay) = service.answer(call, at: clock.now())
        if delay > .zero { try await clock.sleep(for: delay) }
        return reply
    }

    /// Answers one call, or waits as long as the caller does and answers nil.
    func answer(_ call: Call, within limit: TimeSpan) async throws -> (reply: Reply, date: Timestamp)? {
        let (reply, delay) = service.answer(call, at: clock.now())
        if delay > .zero { try await clock.sleep(for: min(delay, limit)) }
        return delay < limit ? (reply, clock.now()) : nil
    }

    /// The clock's now.
    var moment: Timestamp { clock.now() }

    /// The body of a webhook's post with the events at some places.
    func webhookBody(_ places: Range<Int>, isLines: Bool) -> [UInt8] {
        service.webhookBody(places, isLines: isLines)
    }

    // MARK: for tests and demos

    /// Plants one more of a kind.
    ///
    /// - Parameters:
    ///   - moment: When an attack begins; nil for now. A state is made at once.
    ///   - span: How long an attack lasts in all; nil for its natural pace of at most ten minutes.
    /// - Returns: The cases that were added to ``truth``.
    @discardableResult
    public func plant(
        _ kind: PlantedKind, at moment: Timestamp? = nil, within span: TimeSpan? = nil
    ) -> [PlantedCase] {
        let now = clock.now()
        service.world.advance(to: now)
        let before = service.world.truth.cases.count
        service.world.plant(kind, at: (moment ?? now).milliseconds, within: span?.milliseconds)
        service.world.advance(to: now)
        return Array(service.world.truth.cases.dropFirst(before))
    }

    /// Lets active people move to one group at a moment: only two snapshots show it, no event names the group.
    ///
    /// - Returns: The ids of the users, rising.
    @discardableResult
    public func applyGroupChanges(at moment: Timestamp, users: Int = 25) -> [Int] {
        let now = clock.now()
        service.world.advance(to: now)
        let ids = service.world.planGroupChanges(at: moment.milliseconds, users: users)
        service.world.advance(to: now)
        return ids
    }

    /// The group of a user now, by ids; nil for none or an unknown user.
    public func groupID(of user: Int) -> Int? {
        service.world.advance(to: clock.now())
        return service.tenant.userIndex(user).flatMap { service.tenant.core($0).group }.map { Tenant.groupID($0) }
    }

    /// Replaces the plan of faults and counts calls anew.
    public func setFaults(_ plan: FaultPlan) { service.faults.plan = plan }

    /// How many events have happened so far, the history with them.
    public var eventCount: Int {
        service.world.advance(to: clock.now())
        return service.world.log.events.count
    }
}

/// The edge to HTTP: takes a request apart, hands it to the simulator, writes the answer.
private struct SimulatorResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    /// Larger bodies than any call has are refused.
    private static let bodyLimit = 1 << 20

    let simulator: Simulator

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        var headers: [String: String] = [:]
        for field in request.headers { headers[field.name.canonicalName] = field.value }
        headers["host"] = headers["host"] ?? request.head.authority
        let body = try await request.body.collect(upTo: Self.bodyLimit)
        let call = Call(
            method: request.method.rawValue, target: request.uri.string, headers: headers,
            body: Array(body.readableBytesView))
        let reply = try await simulator.answer(call)
        var response = Response(
            status: HTTPResponse.Status(code: reply.status),
            body: reply.body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)))
        for (name, value) in reply.headers {
            if let name = HTTPFields.Element.Name(name) { response.headers.append(.init(name: name, value: value)) }
        }
        return response
    }
}
