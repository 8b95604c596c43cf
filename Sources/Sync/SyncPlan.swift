public import Directory
public import Timekeeping

/// How often what is fetched, and how much of it.
public struct SyncCadence: Hashable, Sendable {
    /// Rows of a page of the full list of users.
    static let usersPerCall = 50
    /// Tenants up to this size have their users listed in full each time.
    static let smallTenant = 10_000
    /// Calls an hour that full lists may take: less than half of an account's 5000.
    static let fullListCallsPerHour = 2000

    /// Between two polls for activities.
    public var activities: TimeSpan = .minutes(1)
    /// Between two copies of the directory.
    public var directory: TimeSpan = .minutes(15)
    /// Between two full lists of users, where a full list each time would cost too many calls.
    public var fullList: TimeSpan = .days(1)
    /// Between two readings of authentication factors, which cost a call a user.
    public var factors: TimeSpan = .days(1)
    /// Between two readings of groups, roles, apps, privileges or mappings; for one without an entry as
    /// ``interval(of:users:)`` says.
    public var collections: [EntityKind: TimeSpan] = [:]
    /// How far before the last activity a poll begins, or `lateness` where that is longer.
    ///
    /// Activities arrive out of order; duplicates fall out.
    public var overlap: TimeSpan = .minutes(2)
    /// How late an activity may come and still be counted in windows; later ones are marked so when stored.
    public var lateness: TimeSpan = .minutes(5)
    /// How far back the first sync reads activities.
    public var history: TimeSpan = .days(7)
    /// Tenants with more users have their factors marked as not available, not read for hours.
    public var factorUserLimit = 4000
    /// How long a collection that could be read before must be out of reach until it counts as not available.
    public var reachPatience: TimeSpan = .days(1)
    /// How old a copy that was interrupted may be to be gone on with.
    public var resumeLimit: TimeSpan = .days(1)
    /// When an interrupted first copy goes on.
    public var resumeAfter: TimeSpan = .minutes(1)
    /// A poll that comes later than this after the one before leaves a gap in the ledger.
    public var gapThreshold: TimeSpan = .minutes(10)

    public init() {}

    /// Between two readings of a collection that is read whole; between them it is taken over from the copy before.
    ///
    /// Tenants of up to 10,000 users have all of them with each copy, larger ones hourly, but for groups: these are
    /// few, cost a call for 50, and a new one must have a name when somebody moves into it.
    func interval(of kind: EntityKind, users: Int) -> TimeSpan {
        if kind == .device { return factors }
        if let chosen = collections[kind] { return max(chosen, directory) }
        return kind == .group || users <= Self.smallTenant ? directory : max(directory, .hours(1))
    }

    /// Whether a collection is read again, in a tenant of so many users.
    func isDue(_ kind: EntityKind, readAt last: Timestamp?, users: Int, at now: Timestamp) -> Bool {
        last.map { $0 + interval(of: kind, users: users) <= now } ?? true
    }

    /// Whether all users are listed, and not only those that changed are read.
    func listsUsers(listedAt last: Timestamp?, users: Int, at now: Timestamp) -> Bool {
        listsAllUsers(of: users) || last.map { $0 + fullList <= now } ?? true
    }

    /// Whether every copy lists all users.
    ///
    /// 50 come with a call, so 25,000 users every 15 minutes are 2000 calls an hour, and 200,000 would be 16,000.
    /// Larger tenants are asked for what changed, and for the full list once a ``fullList``.
    func listsAllUsers(of users: Int) -> Bool {
        guard users > Self.smallTenant else { return true }
        let calls = (users + Self.usersPerCall - 1) / Self.usersPerCall
        let copiesPerHour = max(1, Int(3600 / max(1, directory.seconds)))
        return calls * copiesPerHour <= Self.fullListCallsPerHour
    }
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
    /// The source asked not to be called before.
    private var notBefore: Timestamp?

    init(_ cadence: SyncCadence) { self.cadence = cadence }

    /// Takes over what an earlier process did.
    mutating func restore(factors: Timestamp?) { lastFactors = factors ?? lastFactors }

    /// What is due at a moment, in order: the directory first, so that activities meet the people they are about.
    func due(at now: Timestamp) -> [Step] {
        if let notBefore, now < notBefore { return [] }
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
        return max(min(directory, activities), notBefore ?? now)
    }

    /// Whether activities are to be polled now, be a copy on its way or not.
    func wantsActivities(at now: Timestamp) -> Bool {
        if let notBefore, now < notBefore { return false }
        return Self.isDue(lastActivities, cadence.activities, now)
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

    /// Makes the directory due again soon, to go on with a copy that was interrupted.
    mutating func resumeDirectory(at now: Timestamp) {
        lastDirectory = now + cadence.resumeAfter - cadence.directory
    }

    /// Waits as long as the source asked, at most an hour.
    mutating func wait(_ span: TimeSpan, from now: Timestamp) {
        notBefore = now + min(span, .hours(1))
    }

    private static func isDue(_ last: Timestamp?, _ every: TimeSpan, _ now: Timestamp) -> Bool {
        guard let last else { return true }
        return last + every <= now
    }
}
