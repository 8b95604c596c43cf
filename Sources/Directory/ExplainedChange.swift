public import Timekeeping

/// A change between two copies of the directory that an activity of the source told.
public struct ExplainedChange: Hashable, Sendable {
    /// How many changes of one connection are kept, the latest; the rest are counted.
    public static let limit = 50_000

    public let change: SnapshotComparison.Change
    /// The id of the activity that told it.
    public let activityID: String

    public init(change: SnapshotComparison.Change, activityID: String) {
        self.change = change
        self.activityID = activityID
    }
}

/// A change between two copies as it was kept: told by an activity, or made one.
public struct ReconciledChange: Hashable, Sendable {
    /// When the later copy was compared.
    public var at: Timestamp
    public var change: SnapshotComparison.Change
    /// The activity of the source that told it; or else the one that was derived from it.
    public var activityID: String
    public var isExplained: Bool

    public init(at moment: Timestamp, change: SnapshotComparison.Change, activityID: String, isExplained: Bool) {
        at = moment
        self.change = change
        self.activityID = activityID
        self.isExplained = isExplained
    }
}
