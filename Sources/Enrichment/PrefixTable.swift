/// Which of many blocks of addresses holds an address; of blocks inside one another, the smallest.
///
/// The blocks are cut into stretches that do not overlap, so a look-up is one binary search.
struct PrefixTable<Value: Sendable>: Sendable {
    private var starts: [UInt128] = []
    private var ends: [UInt128] = []
    private var values: [Int] = []
    private let payload: [Value]

    /// A table of blocks and their values; of equal blocks the first counts.
    init(_ blocks: [(prefix: IPPrefix, value: Value)]) {
        payload = blocks.map(\.value)
        let order = blocks.indices.sorted { left, right in
            let (first, second) = (blocks[left].prefix, blocks[right].prefix)
            return (first.first.bits, first.length, left) < (second.first.bits, second.length, right)
        }
        var open: [Int] = []
        var at: UInt128 = 0
        for next in order {
            let prefix = blocks[next].prefix
            while let top = open.last, blocks[top].prefix.last.bits < prefix.first.bits {
                close(blocks[top].prefix.last.bits, top, from: &at)
                open.removeLast()
            }
            if let top = open.last {
                if blocks[top].prefix == prefix { continue }
                if at < prefix.first.bits { add(at, prefix.first.bits - 1, top) }
            }
            at = prefix.first.bits
            open.append(next)
        }
        while let top = open.popLast() { close(blocks[top].prefix.last.bits, top, from: &at) }
    }

    private mutating func close(_ last: UInt128, _ value: Int, from at: inout UInt128) {
        if at <= last, !(at == 0 && last == .max && !starts.isEmpty) { add(at, last, value) }
        at = last == .max ? last : last + 1
    }

    private mutating func add(_ start: UInt128, _ end: UInt128, _ value: Int) {
        starts.append(start)
        ends.append(end)
        values.append(value)
    }

    /// The value of the smallest block that holds the address.
    subscript(address: IPAddress) -> Value? {
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= address.bits { low = middle + 1 } else { high = middle }
        }
        guard low > 0, ends[low - 1] >= address.bits else { return nil }
        return payload[values[low - 1]]
    }
}
