public import Alerting
public import Logging
public import Timekeeping

/// Brings waiting notices to their receivers and notes every try.
///
/// A notice is sent before its delivery is noted, so an end in between sends it again under the same id: at least
/// once, never lost. Receivers work side by side; of one key a receiver gets the next notice only when the one
/// before it is delivered or given up.
public actor Dispatcher {
    /// What one pass did.
    public struct Report: Hashable, Sendable {
        public var delivered = 0
        /// Tries that failed and will be made again.
        public var postponed = 0
        public var deadLetters = 0
        /// Names of receivers that want no more, sorted.
        public var disabled: [String] = []

        public init() {}

        /// Adds what another pass did.
        public mutating func add(_ other: Report) {
            delivered += other.delivered
            postponed += other.postponed
            deadLetters += other.deadLetters
            disabled = (disabled + other.disabled).sorted()
        }
    }

    /// How many notices of one receiver are on their way at once, at least 1.
    public let concurrency: Int
    private let outbox: any Outbox
    private let receivers: [any Receiver]
    private let schedule: DeliverySchedule
    private let clock: any WallClock
    private let random: @Sendable () -> Double
    private let logger: Logger
    private var onTheirWay: Set<String> = []

    /// A dispatcher over receivers with different names.
    ///
    /// - Parameter random: Gives numbers in `0..<1`.
    public init(
        outbox: any Outbox, receivers: [any Receiver], schedule: DeliverySchedule = DeliverySchedule(),
        clock: any WallClock, random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        concurrency: Int = 4, logger: Logger
    ) {
        self.outbox = outbox
        self.receivers = receivers.sorted { $0.name < $1.name }
        self.schedule = schedule
        self.clock = clock
        self.random = random
        self.concurrency = max(1, concurrency)
        self.logger = logger
    }

    /// Sends until cancelled: whenever a notice becomes due, and otherwise looks again after `pollInterval`.
    ///
    /// When the store fails, the failure is logged and the next look comes after `pollInterval`.
    public func run(pollInterval: TimeSpan = .seconds(1)) async {
        while !Task.isCancelled {
            var wait = pollInterval
            do {
                _ = try await dispatchDue()
                if let next = try await outbox.nextDue(receivers: receivers.map(\.name), at: clock.now()) {
                    wait = min(max(next - clock.now(), .milliseconds(10)), pollInterval)
                }
            } catch is CancellationError {
                return
            } catch {
                logger.error("the outbox cannot be read or written", metadata: ["error": "\(error)"])
            }
            do { try await clock.sleep(for: wait) } catch { return }
        }
    }

    /// Sends what is due now, and what becomes due by that, and returns when nothing more is.
    public func dispatchDue() async throws -> Report {
        _ = try await outbox.dropSilenced(at: clock.now())
        return try await withThrowingTaskGroup(of: Report.self) { group in
            for receiver in receivers { group.addTask { try await self.dispatch(to: receiver) } }
            var report = Report()
            for try await part in group { report.add(part) }
            return report
        }
    }

    private func dispatch(to receiver: any Receiver) async throws -> Report {
        var report = Report()
        while !Task.isCancelled {
            let due = try await outbox.due(receiver: receiver.name, at: clock.now(), limit: concurrency)
            let waiting = due.filter { onTheirWay.insert($0.notice.id).inserted }
            guard !waiting.isEmpty else { break }
            defer { for one in waiting { onTheirWay.remove(one.notice.id) } }
            let part = try await withThrowingTaskGroup(of: Report.self) { group in
                for one in waiting { group.addTask { try await self.send(one, to: receiver) } }
                var sum = Report()
                for try await one in group { sum.add(one) }
                return sum
            }
            report.add(part)
            guard part != Report() else { break }
        }
        return report
    }

    private func send(_ waiting: WaitingNotice, to receiver: any Receiver) async throws -> Report {
        let notice = waiting.notice
        let outcome = await receiver.deliver(notice, at: clock.now())
        let number = waiting.attempts + 1
        let moment = clock.now()
        guard let step = schedule.step(after: outcome, attempt: number, at: moment, random: random()) else {
            return Report()
        }
        let attempt = DeliveryAttempt(number: number, at: moment, status: outcome.status, outcome: outcome.clause)
        try await outbox.record(attempt, of: notice.id, then: step)
        return report(step, notice: notice, outcome: outcome)
    }

    private func report(_ step: DeliveryStep, notice: Notice, outcome: DeliveryOutcome) -> Report {
        var report = Report()
        var metadata: Logger.Metadata = [
            "notice": "\(notice.id)", "alert": "\(notice.transition.alert.id)",
            "receiver": "\(Visible.text(notice.receiver))", "outcome": "\(Visible.text(outcome.clause))",
        ]
        switch step {
        case .delivered: report.delivered = 1
        case .retry(let next, _):
            report.postponed = 1
            metadata["next"] = "\(next.rfc3339)"
            logger.warning("a notice was not delivered and is tried again", metadata: metadata)
        case .deadLetter:
            report.deadLetters = 1
            logger.error("a notice was given up", metadata: metadata)
        case .disable:
            report.deadLetters = 1
            report.disabled = [notice.receiver]
            logger.error("a receiver wants no more notices and is disabled", metadata: metadata)
        }
        return report
    }
}
