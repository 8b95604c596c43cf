internal import Directory
internal import Synchronization

/// The records of the directories that were read last, so that reading them again costs what has changed since.
///
/// A version of a record never changes, so one that is not newer than what is remembered is what is remembered. It
/// holds one directory a connection, which those who read it share.
final class RecordMemory: Sendable {
    private let known = Mutex<[Int64: DirectorySnapshot]>([:])

    /// The directory of a connection's number that was read last.
    func directory(of connection: Int64) -> DirectorySnapshot? { known.withLock { $0[connection] } }

    /// Remembers a directory; one that is older than what is remembered is passed over.
    func remember(_ snapshot: DirectorySnapshot, of connection: Int64) {
        known.withLock { known in
            if let before = known[connection], before.generation > snapshot.generation { return }
            known[connection] = snapshot
        }
    }
}

/// Takes records out of what is remembered, as long as rows come by kind and rising id.
struct RecordReuse {
    private let known: DirectorySnapshot?
    private var kind: EntityKind?
    private var count = 0
    private var place = 0
    /// The id at ``place``.
    private var next: String?

    init(_ known: DirectorySnapshot?) { self.known = known }

    /// The newest generation whose versions are remembered; 0 for none.
    var generation: Int64 { known?.generation ?? 0 }

    /// The remembered record; nil when there is none.
    mutating func record(_ wanted: EntityKind, id: String) -> Entity? {
        guard let known else { return nil }
        if wanted != kind {
            kind = wanted
            count = known.count(of: wanted)
            go(to: 0, in: known, wanted)
        }
        // Both are in the order of ids, so what is passed over is gone.
        while let next, Self.isBefore(next, id) { go(to: place + 1, in: known, wanted) }
        return next == id ? known.entity(wanted, at: place) : nil
    }

    private mutating func go(to place: Int, in known: DirectorySnapshot, _ kind: EntityKind) {
        self.place = place
        next = place < count ? known.id(of: kind, at: place) : nil
    }

    /// The order of the queries: `CAST(id AS INTEGER), id`.
    private static func isBefore(_ left: String, _ right: String) -> Bool {
        let (one, two) = (number(left), number(right))
        return one != two ? one < two : left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// The digits that a text begins with, as SQLite casts it.
    private static func number(_ text: String) -> Int64 {
        var rest = text.utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest = rest.dropFirst() }
        let digits = rest.prefix { $0 >= 48 && $0 <= 57 }
        guard let value = Int64(Substring(digits)) else { return digits.isEmpty ? 0 : (isNegative ? .min : .max) }
        return isNegative ? -value : value
    }
}
