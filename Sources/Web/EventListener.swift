import Hummingbird
import Logging
import Synchronization
public import Timekeeping

/// Takes events that OneLogin posts: authenticated, counted, and acknowledged when they are on disk.
///
/// `POST /webhooks/onelogin/<connection>`: 202 stored, 400 nothing readable, 401 wrong header, 404 no such
/// connection, 413 too long or too many events, 429 too many, 503 not stored or too many at once; the sender tries
/// again on the last two.
public final class EventListener: Sendable {
    /// Bytes of one body.
    public static let bodyLimit = 4 << 20
    /// Bodies in memory at once.
    static let bodiesAtOnce = 8
    /// Refused callers a minute before refusals are not even answered in full.
    static let refusalsPerMinute = 120

    private struct State {
        var budgets: [String: PostBudget] = [:]
        var refusals = PostBudget(perMinute: EventListener.refusalsPerMinute)
        var bodies = 0
        /// By connection and result.
        var posts: [[String]: Int] = [:]
        var events: [[String]: Int] = [:]
    }

    private let intakes: [String: EventIntake]
    private let clock: any WallClock
    private let state = Mutex(State())

    public init(_ intakes: [EventIntake], clock: any WallClock) {
        self.intakes = Dictionary(intakes.map { ($0.connection, $0) }, uniquingKeysWith: { first, _ in first })
        self.clock = clock
    }

    func answer(_ request: Request, connection: String, logger: Logger) async -> Response {
        let now = clock.now()
        guard let intake = intakes[connection] else { return refuse(.notFound, "", "no such endpoint", at: now) }
        let value = HTTPFields.Key(intake.header).flatMap { request.headers[$0] }
        guard intake.accepts(value) else {
            return refuse(.unauthorized, connection, "the header `\(intake.header)` is not the one agreed on", at: now)
        }
        if let wait = budget(of: intake, at: now) {
            return reply(.tooManyRequests, connection, "too many posts", after: wait)
        }
        guard enter() else { return reply(.serviceUnavailable, connection, "too many posts at once", after: 1) }
        defer { leave() }
        let body: [UInt8]
        do {
            body = Array(try await request.body.collect(upTo: Self.bodyLimit).readableBytesView)
        } catch {
            return reply(.contentTooLarge, connection, "a body has at most \(Self.bodyLimit) bytes")
        }
        guard body.contains(where: { $0 > 0x20 }) else { return reply(.badRequest, connection, "the body is empty") }
        do {
            return note(try await intake.take(body), connection)
        } catch let refusal as TooManyEvents {
            logger.warning(
                "a post of events was refused for its length",
                metadata: ["connection": "\(connection)", "limit": "\(refusal.limit)", "bytes": "\(body.count)"])
            return reply(
                .contentTooLarge, connection,
                "a body has at most \(refusal.limit) events; none of this one was stored: send it in parts")
        } catch {
            logger.error(
                "events could not be stored", metadata: ["connection": "\(connection)", "error": "\(error)"])
            return reply(.serviceUnavailable, connection, "the events could not be stored", after: 10)
        }
    }

    private func note(_ receipt: EventReceipt, _ connection: String) -> Response {
        state.withLock { state in
            state.events[[connection, "new"], default: 0] += receipt.new
            state.events[[connection, "known"], default: 0] += receipt.readable - receipt.new
            state.events[[connection, "unreadable"], default: 0] += receipt.unreadable
        }
        if receipt.readable == 0, receipt.unreadable > 0 {
            return reply(.badRequest, connection, "no event could be read: \(receipt.reason ?? "unknown")")
        }
        return reply(
            .accepted, connection,
            "\(receipt.readable) events, \(receipt.new) of them new, \(receipt.unreadable) could not be read")
    }

    // MARK: Limits

    private func budget(of intake: EventIntake, at now: Timestamp) -> Int64? {
        state.withLock { state in
            var budget = state.budgets[intake.connection] ?? PostBudget(perMinute: intake.postsPerMinute)
            defer { state.budgets[intake.connection] = budget }
            return budget.take(at: now)
        }
    }

    private func enter() -> Bool {
        state.withLock { state in
            guard state.bodies < Self.bodiesAtOnce else { return false }
            state.bodies += 1
            return true
        }
    }

    private func leave() { state.withLock { $0.bodies -= 1 } }

    /// An answer to one who may not come in; after too many of them every one is told to wait.
    private func refuse(
        _ status: HTTPResponse.Status, _ connection: String, _ words: String, at now: Timestamp
    ) -> Response {
        let wait = state.withLock { $0.refusals.take(at: now) }
        return wait.map { reply(.tooManyRequests, connection, "too many refusals", after: $0) }
            ?? reply(status, connection, words)
    }

    // MARK: Answers

    private func reply(
        _ status: HTTPResponse.Status, _ connection: String, _ words: String, after wait: Int64? = nil
    ) -> Response {
        state.withLock { $0.posts[[connection, String(status.code)], default: 0] += 1 }
        var response = Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: words + "\n")))
        if let wait { response.headers[.retryAfter] = String(wait) }
        return response
    }

    /// The numbers for `/metrics`.
    public var metrics: [MetricFamily] {
        let (posts, events) = state.withLock { ($0.posts, $0.events) }
        func samples(_ counts: [[String]: Int], _ label: String) -> [MetricFamily.Sample] {
            counts.map { .init(Double($0.value), labels: [.init("connection", $0.key[0]), .init(label, $0.key[1])]) }
        }
        return [
            MetricFamily(
                "tocsin_webhook_posts_total", .counter, help: "Posts of events by the status they were answered with.",
                samples: samples(posts, "status")),
            MetricFamily(
                "tocsin_webhook_events_total", .counter,
                help: "Events that came by webhook: new, known already, or not readable.",
                samples: samples(events, "result")),
        ]
    }
}
