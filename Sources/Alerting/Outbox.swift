public import Timekeeping

/// A notice that waits for its delivery, and what was tried so far.
public struct WaitingNotice: Hashable, Sendable {
    public let notice: Notice
    /// How many tries were made.
    public let attempts: Int
    /// When the next try is due.
    public let dueAt: Timestamp

    public init(notice: Notice, attempts: Int, dueAt: Timestamp) {
        self.notice = notice
        self.attempts = attempts
        self.dueAt = dueAt
    }
}

/// One try to bring one notice to its receiver.
public struct DeliveryAttempt: Hashable, Sendable, Codable {
    /// 1 for the first try.
    public let number: Int
    public let at: Timestamp
    /// HTTP status; nil when there was no answer or the receiver speaks no HTTP.
    public let status: Int?
    /// What came of it, as a clause: `delivered`, `500 Internal Server Error`, `no answer within 15s`.
    public let outcome: String

    public init(number: Int, at: Timestamp, status: Int?, outcome: String) {
        self.number = number
        self.at = at
        self.status = status
        self.outcome = outcome
    }
}

/// What follows a try.
public enum DeliveryStep: Hashable, Sendable {
    case delivered
    /// Try again at `at`; nothing else goes to the receiver before `pausedUntil`.
    case retry(at: Timestamp, pausedUntil: Timestamp?)
    /// Given up.
    case deadLetter(reason: String)
    /// Given up, and the receiver wants no more: its other notices wait until somebody enables it.
    case disable(reason: String)
}

/// A notice that was given up.
public struct DeadLetter: Hashable, Sendable {
    public let notice: Notice
    public let at: Timestamp
    public let reason: String

    public init(notice: Notice, at: Timestamp, reason: String) {
        self.notice = notice
        self.at = at
        self.reason = reason
    }
}

/// Keeps notices until they are delivered or given up.
///
/// Store implements it, Delivery empties it.
public protocol Outbox: Sendable {
    /// Notices for one receiver that may be tried now, the longest due first.
    ///
    /// Of each key only the oldest that is neither delivered nor given up; none for a disabled or paused receiver, and
    /// none that a ``Silence`` holds back.
    func due(receiver: String, at moment: Timestamp, limit: Int) async throws -> [WaitingNotice]

    /// When the next notice for one of these receivers may be tried, as things are at a moment; nil when none waits
    /// or all that wait are silenced.
    func nextDue(receivers: [String], at moment: Timestamp) async throws -> Timestamp?

    /// Takes out what came and went while a ``Silence`` held, and gives how many notices these were.
    func dropSilenced(at moment: Timestamp) async throws -> Int

    /// How many notices wait for each receiver, by its name, disabled ones and those nobody configures any more too.
    func waitingCounts() async throws -> [String: Int]

    /// Notes a try and what follows, in one transaction that is on disk when this returns.
    func record(_ attempt: DeliveryAttempt, of noticeID: String, then step: DeliveryStep) async throws

    /// The tries of a notice, in order.
    func attempts(noticeID: String) async throws -> [DeliveryAttempt]

    /// Notices of an alert with their tries and where they stand, in order.
    func deliveries(alertID: String) async throws -> [DeliveryRecord]

    /// The notices that were given up, newest first.
    func deadLetters(limit: Int) async throws -> [DeadLetter]

    /// Puts a dead letter back as due at a moment, its tries counted anew.
    ///
    /// - Returns: Whether it was one.
    func redeliver(noticeID: String, at moment: Timestamp) async throws -> Bool

    /// Receivers that answered that they want no more, with the reason, by name.
    func disabledReceivers() async throws -> [String: String]

    /// Lets a disabled receiver have notices again.
    func enable(receiver: String) async throws
}

/// How the delivery of one notice stands.
public struct DeliveryRecord: Hashable, Sendable {
    public enum State: String, Hashable, Sendable, Codable {
        case waiting, delivered, dead
        /// Not told, since it came and went while a ``Silence`` held.
        case silenced
    }

    public let notice: Notice
    public let state: State
    public let attempts: [DeliveryAttempt]

    public init(notice: Notice, state: State, attempts: [DeliveryAttempt]) {
        self.notice = notice
        self.state = state
        self.attempts = attempts
    }
}
