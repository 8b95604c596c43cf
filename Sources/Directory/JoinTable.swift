/// Which right rows belong to which left row, in two flat arrays: 4 bytes a pair and 4 a row, whatever the number.
struct JoinTable: Sendable {
    private let starts: [Int32]
    private let items: [Int32]

    /// A table from pairs in any order; the items of a row keep the order of the pairs.
    ///
    /// - Parameter pairs: Gives every pair of row and item to its argument, the same each time: it is called twice,
    ///   once to count, so that no list of pairs is ever there.
    init(rowCount: Int, _ pairs: ((_ row: Int32, _ item: Int32) -> Void) -> Void) {
        var starts = [Int32](repeating: 0, count: rowCount + 1)
        pairs { row, _ in starts[Int(row) + 1] += 1 }
        for row in 0..<rowCount { starts[row + 1] += starts[row] }
        var next = starts
        var items = [Int32](repeating: 0, count: Int(starts[rowCount]))
        pairs { row, item in
            items[Int(next[Int(row)])] = item
            next[Int(row)] += 1
        }
        self.starts = starts
        self.items = items
    }

    /// The items of one row.
    subscript(row: Int) -> ArraySlice<Int32> { items[Int(starts[row])..<Int(starts[row + 1])] }
}

/// Where the records of a list stand, by id: 8 bytes a record when the list is by id, as stores give it.
struct PlaceIndex: Sendable {
    private let ids: [Int64]
    /// Where the record of each of ``ids`` stands; nil where they stand as they are here.
    private let places: [Int32]?

    /// - Parameter ids: In any order; of several that are equal the last counts.
    init(_ ids: [Int64]) {
        if zip(ids, ids.dropFirst()).allSatisfy({ $0 < $1 }) {
            self.ids = ids
            places = nil
            return
        }
        let places = Dictionary(ids.indices.map { (ids[$0], Int32($0)) }, uniquingKeysWith: { _, last in last })
        self.ids = places.keys.sorted()
        self.places = self.ids.map { places[$0] ?? 0 }
    }

    subscript(id: Int64) -> Int32? {
        var low = 0
        var high = ids.count
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] < id { low = middle + 1 } else { high = middle }
        }
        guard low < ids.count, ids[low] == id else { return nil }
        return places.map { $0[low] } ?? Int32(low)
    }
}

/// The ids of one collection, to ask whether one is there: 8 bytes a user.
public struct RecordIDs: Sendable {
    private let numbers: PlaceIndex
    private let texts: Set<String>

    public init(_ snapshot: DirectorySnapshot, _ kind: EntityKind) {
        numbers = PlaceIndex(kind == .user ? snapshot.users.map(\.id) : [])
        texts = kind == .user ? [] : Set((0..<snapshot.count(of: kind)).map { snapshot.id(of: kind, at: $0) })
    }

    public func contains(_ id: String) -> Bool {
        texts.contains(id) || Int64(id).map { numbers[$0] != nil } ?? false
    }
}
