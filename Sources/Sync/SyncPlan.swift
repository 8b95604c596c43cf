public import Timekeeping

/// How often what is fetched, and how much of it.
public struct SyncCadence: Hashable, Sendable {
    /// Between two polls for activities.
    public var activities: TimeSpan = .minutes(1)
    /// Between two copies of the directory.
    public var directory: TimeSpan = .minutes(15)
    /// Between two readings of authentication factors, which cost a call a user.
    public var factors: TimeSpan = .days(1)
    /// How far before the last activity a poll begins, since activities arrive out of order; duplicates fall out.
    public var overlap: TimeSpan = .minutes(2)
    /// How late an activity may come and still be counted in windows; later ones are marked so when stored.
    public var lateness: TimeSpan = .minutes(5)
    /// How far back the first sync reads activities.
    public var history: TimeSpan = .days(7)
    /// Tenants with more users have their factors marked as not available, not read for hours.
    public var factorUserLimit = 4000

    public init() {}
}

/// What is due, decided from when it was last done.
struct SyncPlan: Sendable {
    /// One thing to fetch.
    enum Step: Hashable, Sendable {
        /// A staged copy of the directory, with factors read anew or carried over.
        case directory(readsFactors: Bool)
        case activities
    }

    let cadence: SyncCadence
    private var lastDirectory: Timestamp?
    private var lastFactors: Timestamp?
    private var lastActivities: Timestamp?

    init(_ cadence: SyncCadence) { self.cadence = cadence }

    /// What is due at a moment, in order: the directory first, so that activities meet the people they are about.
    func due(at now: Timestamp) -> [Step] {
        var steps: [Step] = []
        if Self.isDue(lastDirectory, cadence.directory, now) {
            steps.append(.directory(readsFactors: Self.isDue(lastFactors, cadence.factors, now)))
        }
        if !steps.isEmpty || Self.isDue(lastActivities, cadence.activities, now) { steps.append(.activities) }
        return steps
    }

    /// When the next thing becomes due.
    func nextDue(after now: Timestamp) -> Timestamp {
        let directory = lastDirectory.map { $0 + cadence.directory } ?? now
        let activities = lastActivities.map { $0 + cadence.activities } ?? now
        return min(directory, activities)
    }

    /// Notes that a step was begun at a moment; a failed one waits its cadence like any other.
    mutating func note(_ step: Step, at now: Timestamp, isComplete: Bool) {
        switch step {
        case .directory(let readsFactors):
            lastDirectory = now
            if readsFactors, isComplete { lastFactors = now }
        case .activities:
            lastActivities = now
        }
    }

    private static func isDue(_ last: Timestamp?, _ every: TimeSpan, _ now: Timestamp) -> Bool {
        guard let last else { return true }
        return last + every <= now
    }
}
