import Timekeeping

/// When the silence after a sequence that has begun means something: the earliest first, equal ones as they came.
///
/// A sequence may end before its time. Such deadlines are swept out whenever they may be half of what is here, so the
/// queue holds at most twice as many as there are sequences, and a few.
struct DeadlineQueue {
    struct Deadline {
        let moment: Timestamp
        let key: GroupKey
        /// The place of the key, which is used again.
        let place: Int
        /// The number of the sequence, which is not.
        let number: UInt64
        /// Which of equal moments came first.
        fileprivate(set) var turn: UInt64 = 0

        init(moment: Timestamp, key: GroupKey, place: Int, number: UInt64) {
            self.moment = moment
            self.key = key
            self.place = place
            self.number = number
        }

        fileprivate func isBefore(_ other: Deadline) -> Bool {
            moment != other.moment ? moment < other.moment : turn < other.turn
        }
    }

    /// How many are never too many.
    private static let fewest = 256

    /// A heap.
    private var deadlines: [Deadline] = []
    private var lastTurn: UInt64 = 0
    private var sweepAt = DeadlineQueue.fewest
    private var keyBytes = 0

    var count: Int { deadlines.count }
    var first: Deadline? { deadlines.first }
    /// Bytes held.
    var byteCount: Int { deadlines.capacity * MemoryLayout<Deadline>.stride + keyBytes }
    /// In order.
    var sorted: [Deadline] { deadlines.sorted { $0.isBefore($1) } }

    /// Adds a deadline.
    ///
    /// - Parameter isAlive: Whether the sequence of one still waits; asked now and then, once for each.
    mutating func push(_ deadline: Deadline, where isAlive: (Deadline) -> Bool) {
        if deadlines.count >= sweepAt {
            replace(by: sorted.filter(isAlive))
            sweepAt = max(Self.fewest, deadlines.count * 2)
        }
        append(deadline)
    }

    /// Takes the first out when it is before a moment.
    mutating func popFirst(before moment: Timestamp) -> Deadline? {
        guard let first = deadlines.first, first.moment < moment, let last = deadlines.popLast() else { return nil }
        keyBytes -= first.key.heldBytes
        if !deadlines.isEmpty { siftDown(last) }
        return first
    }

    /// Puts others, which are in order, into the place of all.
    mutating func replace(by sorted: [Deadline]) {
        deadlines = []
        keyBytes = 0
        for deadline in sorted { append(deadline) }
    }

    private mutating func append(_ deadline: Deadline) {
        lastTurn += 1
        var added = deadline
        added.turn = lastTurn
        keyBytes += added.key.heldBytes
        var place = deadlines.count
        deadlines.append(added)
        while place > 0, added.isBefore(deadlines[(place - 1) / 2]) {
            deadlines[place] = deadlines[(place - 1) / 2]
            place = (place - 1) / 2
        }
        deadlines[place] = added
    }

    private mutating func siftDown(_ moving: Deadline) {
        var place = 0
        while true {
            var child = place * 2 + 1
            guard child < deadlines.count else { break }
            if child + 1 < deadlines.count, deadlines[child + 1].isBefore(deadlines[child]) { child += 1 }
            guard deadlines[child].isBefore(moving) else { break }
            deadlines[place] = deadlines[child]
            place = child
        }
        deadlines[place] = moving
    }
}
