public import Alerting
public import Timekeeping

/// Where notices go.
public protocol Receiver: Sendable {
    /// The name by which policies and settings mean it; unique.
    var name: String { get }

    /// Makes one try to bring a notice there.
    ///
    /// - Parameter moment: Now.
    func deliver(_ notice: Notice, at moment: Timestamp) async -> DeliveryOutcome
}

/// How one try ended.
public enum DeliveryOutcome: Hashable, Sendable {
    case delivered(status: Int?)
    /// An answer that is no success.
    case refused(status: Int, retryAfter: TimeSpan?)
    /// No answer; the cause as a clause.
    case unanswered(cause: String)
    /// The try was stopped from our side and does not count.
    case cancelled
}
