/// Which right rows belong to which left row, in two flat arrays: 4 bytes a pair and 4 a row, whatever the number.
struct JoinTable: Sendable {
    private let starts: [Int32]
    private let items: [Int32]

    /// A table from pairs in any order; the items of a row keep the order of the pairs.
    init(rowCount: Int, pairs: [(row: Int32, item: Int32)]) {
        var starts = [Int32](repeating: 0, count: rowCount + 1)
        for pair in pairs { starts[Int(pair.row) + 1] += 1 }
        for row in 0..<rowCount { starts[row + 1] += starts[row] }
        var next = starts
        var items = [Int32](repeating: 0, count: pairs.count)
        for pair in pairs {
            items[Int(next[Int(pair.row)])] = pair.item
            next[Int(pair.row)] += 1
        }
        self.starts = starts
        self.items = items
    }

    /// The items of one row.
    subscript(row: Int) -> ArraySlice<Int32> { items[Int(starts[row])..<Int(starts[row + 1])] }
}
