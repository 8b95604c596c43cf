public import Timekeeping

/// A member of the source's records that this program does not know: it is passed over, and kept in the raw text of
/// activities.
public struct UnknownField: Hashable, Sendable, Codable {
    /// What the names of activities are kept under; others are kept under their `EntityKind`.
    public static let events = "event"

    /// `event`, or the kind of record.
    public var collection: String
    public var name: String
    /// How often it was read; a record that is read again counts again.
    public var count: Int
    public var firstSeen: Timestamp
    public var lastSeen: Timestamp

    public init(collection: String, name: String, count: Int, firstSeen: Timestamp, lastSeen: Timestamp) {
        self.collection = collection
        self.name = name
        self.count = count
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
    }
}

/// How often unknown members of one collection were read, by name.
///
/// Bounded, whatever a source sends: ``nameLimit`` names, each of at most ``textLimit`` bytes.
public struct UnknownFieldCounts: Hashable, Sendable {
    /// Names that are kept; what has another is counted as ``others``.
    public static let nameLimit = 50
    /// Bytes of a name that are kept.
    public static let textLimit = 64
    /// What is counted beyond ``nameLimit``, under a name that no known source uses.
    public static let others = "(others)"

    public private(set) var counts: [String: Int] = [:]

    public init() {}

    public var isEmpty: Bool { counts.isEmpty }

    /// Counts a member.
    public mutating func add(_ name: String, _ count: Int = 1) {
        var kept = name
        if name.utf8.count > Self.textLimit {
            kept = String(String.UnicodeScalarView(name.unicodeScalars.prefix(Self.textLimit)))
            while kept.utf8.count > Self.textLimit { kept.unicodeScalars.removeLast() }
        }
        if counts[kept] == nil, counts.count - (counts[Self.others] == nil ? 0 : 1) >= Self.nameLimit {
            kept = Self.others
        }
        counts[kept, default: 0] += count
    }

    /// Takes over what another has counted.
    public mutating func add(_ other: UnknownFieldCounts) {
        for (name, count) in other.counts.sorted(by: { $0.key < $1.key }) { add(name, count) }
    }
}
