/// Which of many blocks of addresses holds an address.
///
/// The blocks are cut into stretches that do not overlap, so a look-up is one binary search.
struct PrefixTable<Value: Sendable>: Sendable {
    private var starts: [UInt128] = []
    private var ends: [UInt128] = []
    private var values: [Int] = []
    private let payload: [Value]

    /// Which block counts where blocks lie inside one another.
    enum Preference {
        /// The smallest, as routing has it; of equal ones the first of the list.
        case smallest
        /// The one that comes first in the list.
        case first
    }

    /// A table of blocks and their values.
    init(_ blocks: [(prefix: IPPrefix, value: Value)], prefers preference: Preference = .smallest) {
        payload = blocks.map(\.value)
        let order = blocks.indices.sorted { left, right in
            let (first, second) = (blocks[left].prefix, blocks[right].prefix)
            return (first.first.bits, first.length, left) < (second.first.bits, second.length, right)
        }
        // Blocks are nested or apart, so those around the current place are a stack; each with the one that counts.
        var open: [(block: Int, value: Int)] = []
        var at: UInt128 = 0
        for next in order {
            let prefix = blocks[next].prefix
            while let top = open.last, blocks[top.block].prefix.last.bits < prefix.first.bits {
                let last = blocks[top.block].prefix.last.bits
                if at <= last { add(at, last, top.value) }
                at = last + 1
                open.removeLast()
            }
            var value = next
            if let top = open.last {
                if blocks[top.block].prefix == prefix { continue }
                if at < prefix.first.bits { add(at, prefix.first.bits - 1, top.value) }
                if preference == .first { value = min(value, top.value) }
            }
            at = prefix.first.bits
            open.append((next, value))
        }
        while let top = open.popLast() {
            let last = blocks[top.block].prefix.last.bits
            if at <= last { add(at, last, top.value) }
            // Nothing comes after the last address of all.
            if last == .max { return }
            at = last + 1
        }
    }

    private mutating func add(_ start: UInt128, _ end: UInt128, _ value: Int) {
        starts.append(start)
        ends.append(end)
        values.append(value)
    }

    /// The value of the block that holds the address and counts.
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
