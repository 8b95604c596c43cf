import Alerting
import Delivery
import HTTPTransport
import Synchronization
import Timekeeping

enum Fixture {
    static let start = Timestamp(seconds: 1_767_225_600)

    static func at(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

    static func finding(
        key: String = "7", second: Int64 = 0, title: String = "Factor removed",
        message: String = "ada@corp.example lost a factor", evidence: [Finding.Evidence] = [],
        receivers: [String] = []
    ) -> Finding {
        let binding = RuleBinding(connection: "acme", policy: "baseline", rule: "mfa-removed")
        return Finding(
            dedupKey: DedupKey(binding: binding, key: [.text(key)]),
            origin: .activity(id: "e\(second)", cooldown: .minutes(10)), severity: .high, time: at(second),
            title: title, message: message, evidence: evidence, receivers: receivers)
    }

    /// The notice that the first of these findings opens an alert with.
    static func notice(_ finding: Finding = finding(), receiver: String = "hook") throws -> Notice {
        var machine = AlertMachine()
        let transitions = machine.observe([finding]).transitions
        return Notice(transitions[0], receiver: receiver)
    }

    /// Opened and resolved of each key, for one receiver, in their order.
    static func notices(keys: [String], receiver: String = "hook") -> [Notice] {
        var machine = AlertMachine()
        var changes = machine.observe(keys.map { finding(key: $0) })
        changes.append(machine.advance(connection: "acme", watermark: at(10_000)))
        return NoticeRouting(defaultReceivers: [receiver]).notices(for: changes.transitions)
    }

    static let secretText = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
}

/// An outbox as its port describes it, without a database.
actor MemoryOutbox: Outbox {
    struct Entry {
        let notice: Notice
        var state = DeliveryRecord.State.waiting
        var attempts = 0
        var dueAt: Timestamp
        var tries: [DeliveryAttempt] = []
    }

    struct Unwritable: Error {}

    var entries: [Entry]
    var paused: [String: Timestamp] = [:]
    var disabled: [String: String] = [:]
    var letters: [DeadLetter] = []
    /// How many records fail before one is kept.
    var failures = 0

    init(_ notices: [Notice], dueAt: Timestamp = Fixture.start) {
        entries = notices.map { Entry(notice: $0, dueAt: dueAt) }
    }

    func failNext(_ count: Int) { failures = count }

    func due(receiver: String, at moment: Timestamp, limit: Int) -> [WaitingNotice] {
        guard disabled[receiver] == nil, (paused[receiver] ?? moment) <= moment else { return [] }
        return firsts.filter { $0.notice.receiver == receiver && $0.dueAt <= moment }.prefix(limit).map {
            WaitingNotice(notice: $0.notice, attempts: $0.attempts, dueAt: $0.dueAt)
        }
    }

    func dropSilenced(at moment: Timestamp) -> Int { 0 }

    func nextDue(receivers: [String], at moment: Timestamp) -> Timestamp? {
        firsts.filter { receivers.contains($0.notice.receiver) && disabled[$0.notice.receiver] == nil }
            .map { max($0.dueAt, paused[$0.notice.receiver] ?? $0.dueAt) }.min()
    }

    func waitingCounts() -> [String: Int] {
        Dictionary(grouping: entries.filter { $0.state == .waiting }, by: \.notice.receiver).mapValues(\.count)
    }

    func record(_ attempt: DeliveryAttempt, of noticeID: String, then step: DeliveryStep) throws {
        if failures > 0 {
            failures -= 1
            throw Unwritable()
        }
        guard let place = entries.firstIndex(where: { $0.notice.id == noticeID }) else { return }
        entries[place].tries.append(attempt)
        entries[place].attempts = attempt.number
        let receiver = entries[place].notice.receiver
        switch step {
        case .delivered: entries[place].state = .delivered
        case .retry(let moment, let pausedUntil):
            entries[place].dueAt = moment
            if let pausedUntil { paused[receiver] = max(pausedUntil, paused[receiver] ?? pausedUntil) }
        case .deadLetter(let reason), .disable(let reason):
            entries[place].state = .dead
            letters.append(DeadLetter(notice: entries[place].notice, at: attempt.at, reason: reason))
            if case .disable = step { disabled[receiver] = reason }
        }
    }

    func attempts(noticeID: String) -> [DeliveryAttempt] {
        entries.first { $0.notice.id == noticeID }?.tries ?? []
    }

    func deliveries(alertID: String) -> [DeliveryRecord] { [] }
    func deadLetters(limit: Int) -> [DeadLetter] { Array(letters.prefix(limit)) }
    func redeliver(noticeID: String, at moment: Timestamp) -> Bool { false }
    func disabledReceivers() -> [String: String] { disabled }
    func enable(receiver: String) { disabled[receiver] = nil }

    /// Of each receiver and key the first that waits.
    private var firsts: [Entry] {
        var seen = Set<[String]>()
        return entries.filter { $0.state == .waiting && seen.insert([$0.notice.receiver, $0.notice.keyID]).inserted }
    }
}

/// Answers requests from a script, and with 204 when it is over; remembers what was asked.
final class ScriptedSender: HTTPSender {
    typealias Answer = Result<HTTPResponse, TransportFailure>

    private let state: Mutex<(script: [Answer], requests: [HTTPRequest])>

    init(_ script: [Answer] = []) { state = Mutex((script, [])) }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    func send(_ request: HTTPRequest, limits: HTTPLimits) async throws(TransportFailure) -> HTTPResponse {
        let answer = state.withLock { state in
            state.requests.append(request)
            return state.script.isEmpty ? .success(HTTPResponse(status: 204)) : state.script.removeFirst()
        }
        return try answer.get()
    }

    static func status(_ status: Int, _ headers: HTTPHeaders = [:]) -> Answer {
        .success(HTTPResponse(status: status, headers: headers))
    }
}

/// Collects lines.
final class LineSink: Sendable {
    private let collected = Mutex<[String]>([])

    var lines: [String] { collected.withLock { $0 } }

    func write(_ line: String) { collected.withLock { $0.append(line) } }
}

/// A generator whose numbers follow from its seed (xorshift64*).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed == 0 ? 0x9e37_79b9_7f4a_7c15 : seed }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_f491_4f6c_dd1d
    }
}
