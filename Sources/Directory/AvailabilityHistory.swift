public import Timekeeping

/// What each collection was through time, so that a replay knows no more and no less than was known then.
public struct AvailabilityHistory: Sendable {
    private struct Period {
        /// Exclusive, as the start of a record's version is.
        let from: Moment
        let known: Set<EntityKind>
    }

    /// By start; the first reaches back for ever, as the first version of a record does.
    private var periods: [Period] = []

    /// Nothing was ever known.
    public init() {}

    /// The same for all time.
    public init(always availability: [EntityKind: Availability]) { append(availability, from: .earliest) }

    /// Adds what a copy of the directory could read.
    ///
    /// - Parameter start: Since when rules see the copy; no earlier than that of the copy before.
    public mutating func append(_ availability: [EntityKind: Availability], from start: Timestamp) {
        let known = Set(availability.filter { $0.value == .complete }.keys)
        guard known != periods.last?.known else { return }
        periods.append(Period(from: periods.isEmpty ? .always : Moment(start), known: known))
    }

    /// Whether a collection was complete just before a moment.
    func isKnown(_ kind: EntityKind, at moment: Timestamp) -> Bool {
        guard periods.count > 1 else { return periods.first?.known.contains(kind) ?? false }
        let moment = Moment(moment)
        return periods.last { $0.from < moment || $0.from == .always }?.known.contains(kind) ?? false
    }
}
