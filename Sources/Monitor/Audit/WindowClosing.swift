import Alerting
import Evaluation
import Timekeeping

/// How far windows stay behind the latest activity of an audit.
///
/// As much is held as activities may be out of order, but never without bound: past ``heldLimit`` windows close sooner.
/// An activity that then comes too late for them is counted by the engine, and the caller begins anew where it can.
struct WindowClosing {
    /// How much older than what came before an activity usually is, at most: logs are written nearly in order.
    static let usual = TimeSpan.hours(1)
    /// Windows close only at the end.
    static let atEnd = TimeSpan.days(365_000)
    /// How many activities wait for windows at most, where they may close sooner.
    static let heldLimit = 500_000

    /// How much older than what came before an activity may be now.
    private(set) var disorder: TimeSpan
    /// Whether the disorder is known, so that windows must not close sooner.
    let isKnown: Bool

    /// Closes the windows that may be closed.
    ///
    /// - Parameter latest: The latest moment so far.
    mutating func close(_ engine: ActivityEngine, latest: Timestamp, limit: Int = heldLimit) -> [Finding] {
        guard latest > .earliest else { return [] }
        var found = disorder == Self.atEnd ? [] : engine.advance(to: latest - disorder)
        guard !isKnown else { return found }
        while engine.counts.pending > limit, disorder >= .seconds(1) {
            disorder = disorder == Self.atEnd ? Self.usual : .seconds(disorder.seconds / 2)
            found += engine.advance(to: latest - disorder)
        }
        return found
    }
}
