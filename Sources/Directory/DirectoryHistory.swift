public import Timekeeping

/// A copy of the directory that is or once was the current one.
public struct PastGeneration: Hashable, Sendable {
    public let id: Int64
    /// When it became current.
    public let observedAt: Timestamp
    /// What each collection was then.
    public let availability: [EntityKind: Availability]

    public init(id: Int64, observedAt: Timestamp, availability: [EntityKind: Availability]) {
        self.id = id
        self.observedAt = observedAt
        self.availability = availability
    }
}

/// What one generation changed of one record.
public struct DirectoryChange: Hashable, Sendable {
    public let generation: Int64
    public let kind: EntityKind
    public let id: String
    /// How the record is from then on; nil: it is gone.
    public let entity: Entity?

    public init(generation: Int64, kind: EntityKind, id: String, entity: Entity?) {
        self.generation = generation
        self.kind = kind
        self.id = id
        self.entity = entity
    }
}

/// Reads how the directory was: what backtests and explanations judge.
///
/// Store implements it.
public protocol DirectoryHistory: Sendable {
    /// The generations that became current in `[from, to]`, and the one before them that was current at `from`,
    /// oldest first.
    func generations(connection: String, from: Timestamp, to: Timestamp) async throws -> [PastGeneration]

    /// The directory as one of its generations saw it; nil when there is none of this id or it never was current.
    func snapshot(generation: Int64) async throws -> DirectorySnapshot?

    /// What the generations after one, up to another, changed, by generation; of a generation, what goes comes first.
    func changes(connection: String, after first: Int64, upTo last: Int64) async throws -> [DirectoryChange]
}

/// Steps through the generations of a directory from one to the next, without reading each as a whole.
public struct DirectoryWalk: Sendable {
    /// Where a record stands within its collection: numbers first come by their size.
    private struct Place: Hashable, Comparable, Sendable {
        let number: Int64
        let id: String

        init(_ id: String) {
            number = Int64(String(id.unicodeScalars.prefix { ("0"..."9").contains($0) })) ?? 0
            self.id = id
        }

        static func < (left: Place, right: Place) -> Bool {
            left.number != right.number
                ? left.number < right.number : left.id.utf8.lexicographicallyPrecedes(right.id.utf8)
        }
    }

    private var records: [EntityKind: [Place: Entity]] = [:]
    private var sorted: [EntityKind: [Entity]] = [:]

    /// A walk that begins at a snapshot.
    public init(_ snapshot: DirectorySnapshot) {
        for kind in EntityKind.allCases {
            for entity in snapshot.entities(kind) { records[kind, default: [:]][Place(entity.id)] = entity }
        }
    }

    /// Goes on by what generations changed, in their order.
    public mutating func apply(_ changes: some Sequence<DirectoryChange>) {
        for change in changes {
            records[change.kind, default: [:]][Place(change.id)] = change.entity
            sorted[change.kind] = nil
        }
    }

    /// The directory as it stands, in the order in which stores give it, as the snapshot of a generation.
    public mutating func snapshot(of generation: PastGeneration) -> DirectorySnapshot {
        var snapshot = DirectorySnapshot(generation: generation.id, observedAt: generation.observedAt)
        snapshot.availability = generation.availability
        for kind in EntityKind.allCases where generation.availability[kind] == .complete {
            let entities: [Entity]
            if let known = sorted[kind] {
                entities = known
            } else {
                entities = (records[kind] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
                sorted[kind] = entities
            }
            for entity in entities { snapshot.append(entity) }
        }
        return snapshot
    }
}
