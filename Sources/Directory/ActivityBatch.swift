public import FieldStorage
public import Timekeeping

/// Many activities as rows of slots, and the memory their text lives in.
///
/// Filled by one owner (a decoder, then an enricher), then only read; a batch crosses tasks as a whole. Reading a
/// field is one load, appending allocates nothing while there is room.
public final class ActivityBatch: @unchecked Sendable {
    // Unchecked: after the filling owner hands the batch over, nobody writes.
    private let rows: UnsafeMutablePointer<Slot>
    @exclusivity(unchecked) private var owners: [AnyObject] = []
    /// Text that was not in the source as it is wanted (escapes resolved, names made).
    public let arena = TextArena()
    /// How many activities fit.
    public let capacity: Int
    /// How many there are.
    @exclusivity(unchecked) public private(set) var count = 0
    /// What a decoder remembers of the records before; kept while the batch is used again, and of no meaning to
    /// anybody else.
    public var decoderMemory: AnyObject? { didSet { heldMemory = decoderMemory.map { .passUnretained($0) } } }
    /// The same, for one look at it without counting a reference.
    @exclusivity(unchecked) public private(set) var heldMemory: Unmanaged<AnyObject>?

    /// Which databases were asked about addresses and when each was built, as their enricher says it; nil: none.
    @exclusivity(unchecked) public var enrichedBy: String?

    /// An empty batch.
    ///
    /// - Parameter capacity: At least 1; 16 bytes × `ActivityField.count` an activity are taken at once.
    public init(capacity: Int) {
        self.capacity = max(1, capacity)
        rows = .allocate(capacity: self.capacity * ActivityField.count)
    }

    deinit { rows.deallocate() }

    public var isFull: Bool { count == capacity }

    /// Adds an activity whose fields are all null, and which is not late.
    ///
    /// - Returns: Its row; there must be room.
    public func append() -> Int {
        precondition(count < capacity, "a full batch takes no more activities")
        // A null slot is zeroes.
        let row = UnsafeMutableRawPointer(rows + count * ActivityField.count)
        _ = row.initializeMemory(
            as: UInt8.self, repeating: 0, count: ActivityField.count * MemoryLayout<Slot>.stride)
        count += 1
        self[count - 1, .isLate] = .bool(false)
        return count - 1
    }

    /// Takes the last activity back: what its decoding had begun turned out to be unreadable.
    public func removeLast() {
        precondition(count > 0, "an empty batch has no last activity")
        count -= 1
    }

    /// Forgets the activities and their text, and keeps the memory.
    public func removeAll() {
        count = 0
        enrichedBy = nil
        owners.removeAll(keepingCapacity: true)
        arena.removeAll()
    }

    /// Retains what slots point into, such as a block of a file.
    public func retain(_ owner: AnyObject) { owners.append(owner) }

    /// One field of one activity.
    public subscript(row: Int, field: ActivityField) -> Slot {
        get { rows[row * ActivityField.count + field.rawValue] }
        set { rows[row * ActivityField.count + field.rawValue] = newValue }
    }

    /// The slots of one activity, in the order of ``ActivityField``.
    public func slots(of row: Int) -> UnsafeMutablePointer<Slot> { rows + row * ActivityField.count }

    /// Makes fields that are null unknown: nothing is there that could have filled them, so null would say too much.
    public func markUnknown(_ fields: Set<ActivityField>) {
        guard !fields.isEmpty else { return }
        for row in 0..<count {
            for field in fields where self[row, field].tag == .null { self[row, field] = .unknown }
        }
    }

    /// When the first of them happened; nil for none.
    public var earliestTime: Timestamp? { (0..<count).lazy.map { self.activity(at: $0).time }.min() }

    /// One activity as a value that keeps the batch alive.
    public func activity(at row: Int) -> Activity { Activity(batch: self, row: row) }
}

/// One activity of a batch.
public struct Activity: Sendable {
    public let batch: ActivityBatch
    public let row: Int

    public init(batch: ActivityBatch, row: Int) {
        self.batch = batch
        self.row = row
    }

    public subscript(field: ActivityField) -> Slot { batch[row, field] }

    /// The text of a field; nil when it is null or no text.
    public func text(_ field: ActivityField) -> String? {
        let slot = self[field]
        return slot.tag == .string ? slot.string : nil
    }

    /// The number of a field; nil when it is null or no integer.
    public func integer(_ field: ActivityField) -> Int64? {
        let slot = self[field]
        return slot.tag == .int ? slot.intValue : nil
    }

    public var id: String { text(.id) ?? "" }
    public var kind: String { text(.kind) ?? "" }
    public var time: Timestamp {
        let slot = self[.time]
        return slot.tag == .timestamp ? Timestamp(seconds: slot.intValue, nanoseconds: slot.count) : .earliest
    }

    /// A copy in a batch of its own, for what outlives the batch it came in.
    public func detached() -> Activity {
        let own = ActivityBatch(capacity: 1)
        let row = own.append()
        for field in ActivityField.allCases {
            let slot = self[field]
            own[row, field] = slot.tag == .string ? own.arena.copy(slot.text) : slot
        }
        return Activity(batch: own, row: row)
    }
}
