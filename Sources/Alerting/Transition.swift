public import Timekeeping

/// One step in an alert's life, with the alert as it was after it.
public struct Transition: Hashable, Sendable, Codable {
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// A state was seen and must last for `hold` before the alert opens.
        case pending
        case opened
        /// The message of a state's alert changed, or its severity without passing the episode's highest.
        case refreshed
        /// The severity passed the episode's highest so far.
        case raised
        case resolved
        /// A pending alert's state went away before its `hold` was over.
        case withdrawn
    }

    /// Why an alert came to its end.
    public enum Reason: String, Hashable, Sendable, Codable {
        /// A complete evaluation no longer finds it.
        case cleared
        /// The watermark passed the last finding and its cooldown.
        case quiet
        /// No policy binds the rule to the connection any more, or the rule is another kind of rule now.
        case unbound
    }

    public let kind: Kind
    /// When it happened in the time of the facts, not of the machine.
    public let at: Timestamp
    /// The alert after the transition; its `Alert.sequence` is this transition's number.
    public let alert: Alert
    /// For resolved and withdrawn.
    public let reason: Reason?

    public init(_ kind: Kind, at: Timestamp, alert: Alert, reason: Reason? = nil) {
        self.kind = kind
        self.at = at
        self.alert = alert
        self.reason = reason
    }
}

/// What an ``AlertMachine`` wants kept: the steps, and every alert that is different now.
public struct AlertChanges: Hashable, Sendable {
    /// In the order in which they happened; of two alerts at one moment, the smaller id first.
    public private(set) var transitions: [Transition] = []
    /// The last form of every alert that changed, by id; some changed without a transition.
    public var alerts: [Alert] { latest.values.sorted { $0.id < $1.id } }

    private var latest: [String: Alert] = [:]

    public init() {}

    public var isEmpty: Bool { latest.isEmpty }

    /// Adds what came later.
    public mutating func append(_ later: AlertChanges) {
        transitions += later.transitions
        latest.merge(later.latest) { _, new in new }
    }

    mutating func touch(_ alert: Alert) { latest[alert.id] = alert }

    /// Counts the transition in the alert and notes both.
    mutating func add(
        _ kind: Transition.Kind, of alert: inout Alert, at moment: Timestamp, reason: Transition.Reason? = nil
    ) {
        alert.sequence += 1
        latest[alert.id] = alert
        transitions.append(Transition(kind, at: moment, alert: alert, reason: reason))
    }
}
