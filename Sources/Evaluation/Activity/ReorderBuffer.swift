import CEL
import Directory
import FieldStorage
import Timekeeping

/// Activities that wait for the watermark, given back in (time, id) order.
///
/// What comes in order is appended, only what does not goes through a heap. The fields that rules read and their text
/// are copied into blocks, which are used again once everything in them has been evaluated.
final class ReorderBuffer {
    /// An activity that waits.
    struct Waiting {
        let seconds: Int64
        let nanoseconds: UInt32
        /// How many units look at it.
        let unitCount: UInt32
        /// Its slots in the order of the fields, then the units' numbers, then the text; the block's address before.
        let memory: UnsafeMutableRawPointer

        var time: Timestamp { Timestamp(seconds: seconds, nanoseconds: nanoseconds) }
    }

    /// The head of a block.
    private struct Block {
        var waiting: Int
        let byteCount: Int
    }

    private static let blockSize = 1 << 16
    private static let headSize = 16

    private let fieldPlaces: UnsafeMutablePointer<Int>
    private let fieldCount: Int
    private let slotBytes: Int
    private let idPlace: Int
    /// In order, from `head` to `tail`; behind a pointer, since every activity goes through it.
    @exclusivity(unchecked) private var run: UnsafeMutablePointer<Waiting>
    @exclusivity(unchecked) private var runRoom = 64
    @exclusivity(unchecked) private var head = 0
    @exclusivity(unchecked) private var tail = 0
    /// A heap of those that came after a later one.
    @exclusivity(unchecked) private var strays: [Waiting] = []
    @exclusivity(unchecked) private var block: UnsafeMutableRawPointer?
    @exclusivity(unchecked) private var used = 0
    @exclusivity(unchecked) private var spares: [UnsafeMutableRawPointer] = []
    @exclusivity(unchecked) private var blockBytes = 0
    /// The latest time of anything that ever waited.
    @exclusivity(unchecked) private(set) var latest = Timestamp.earliest

    init(_ fields: HeldFields) {
        fieldCount = fields.slots.count
        slotBytes = fields.slots.count * MemoryLayout<Slot>.stride
        idPlace = fields.slots.firstIndex(of: ActivityField.id.rawValue) ?? 0
        fieldPlaces = .allocate(capacity: fieldCount)
        fieldPlaces.initialize(from: fields.slots, count: fieldCount)
        run = .allocate(capacity: 64)
    }

    deinit {
        while let waiting = popFirst(before: .latest) { release(waiting) }
        for at in head..<tail { release(run[at]) }
        for waiting in strays { release(waiting) }
        run.deallocate()
        fieldPlaces.deallocate()
        block?.deallocate()
        for spare in spares { spare.deallocate() }
    }

    var count: Int { tail - head + strays.count }
    /// Bytes held.
    var byteCount: Int { blockBytes + (runRoom + strays.capacity) * MemoryLayout<Waiting>.stride }

    // MARK: In

    /// Keeps an activity for the units of those numbers.
    func push(_ row: UnsafePointer<Slot>, at time: Timestamp, units: UnsafeBufferPointer<UInt32>) {
        let waiting = copy(row, at: time, units)
        if latest < time { latest = time }
        if head == tail || !isBefore(waiting, run[tail - 1]) {
            if tail == runRoom { makeRunRoom() }
            (run + tail).initialize(to: waiting)
            tail += 1
        } else {
            strays.append(waiting)
            siftUp(strays.count - 1)
        }
    }

    /// Moves what waits to the front, of more memory where that is needed.
    private func makeRunRoom() {
        let count = tail - head
        if head < tail / 2 {
            runRoom *= 2
            let more = UnsafeMutablePointer<Waiting>.allocate(capacity: runRoom)
            more.initialize(from: run + head, count: count)
            run.deallocate()
            run = more
        } else {
            run.update(from: run + head, count: count)
        }
        head = 0
        tail = count
    }

    private func copy(
        _ row: UnsafePointer<Slot>, at time: Timestamp, _ units: UnsafeBufferPointer<UInt32>
    ) -> Waiting {
        var textBytes = 0
        for place in 0..<fieldCount where row[fieldPlaces[place]].tag == .string {
            textBytes &+= Int(row[fieldPlaces[place]].count)
        }
        let unitBytes = units.count * 4
        let memory = reserve((slotBytes + unitBytes + textBytes + 8 + 15) & ~15)
        let slots = memory.bindMemory(to: Slot.self, capacity: fieldCount)
        if let numbers = units.baseAddress { (memory + slotBytes).copyMemory(from: numbers, byteCount: unitBytes) }
        var text = memory + slotBytes + unitBytes
        for place in 0..<fieldCount {
            let slot = row[fieldPlaces[place]]
            guard slot.tag == .string, let base = slot.text.baseAddress else {
                slots[place] = slot
                continue
            }
            text.copyMemory(from: base, byteCount: Int(slot.count))
            slots[place] = .string(UnsafeRawBufferPointer(start: text, count: Int(slot.count)))
            text += Int(slot.count)
        }
        return Waiting(
            seconds: time.seconds, nanoseconds: time.nanoseconds, unitCount: UInt32(units.count), memory: memory)
    }

    /// Room in a block; what does not fit into one gets a larger one of its own.
    private func reserve(_ count: Int) -> UnsafeMutableRawPointer {
        if let block, used + count <= Self.blockSize {
            defer { used += count }
            return begin(block, at: used)
        }
        if Self.headSize + count > Self.blockSize {
            return begin(allocate(Self.headSize + count), at: Self.headSize)
        }
        let next = spares.popLast() ?? allocate(Self.blockSize)
        block = next
        used = Self.headSize + count
        return begin(next, at: Self.headSize)
    }

    private func begin(_ block: UnsafeMutableRawPointer, at offset: Int) -> UnsafeMutableRawPointer {
        block.assumingMemoryBound(to: Block.self).pointee.waiting += 1
        block.storeBytes(of: block, toByteOffset: offset, as: UnsafeMutableRawPointer.self)
        return block + offset + 8
    }

    private func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        let made = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 16)
        made.initializeMemory(as: Block.self, to: Block(waiting: 0, byteCount: count))
        blockBytes += count
        return made
    }

    // MARK: Out

    /// The first activity in (time, id) order, when it is before `edge`; it must be released after use.
    func popFirst(before edge: Timestamp) -> Waiting? {
        if strays.isEmpty {
            guard head < tail, run[head].isBefore(edge) else { return nil }
            return popRun()
        }
        let takesStray = head == tail || isBefore(strays[0], run[head])
        guard takesStray else { return run[head].isBefore(edge) ? popRun() : nil }
        return strays[0].isBefore(edge) ? popStray() : nil
    }

    private func popRun() -> Waiting {
        head += 1
        let first = run[head - 1]
        if head == tail {
            head = 0
            tail = 0
        }
        return first
    }

    /// The numbers of the units that look at an activity.
    func units(of waiting: Waiting) -> UnsafeBufferPointer<UInt32> {
        let numbers = (waiting.memory + slotBytes).assumingMemoryBound(to: UInt32.self)
        return UnsafeBufferPointer(start: numbers, count: Int(waiting.unitCount))
    }

    /// Writes the fields into a row of an activity; the other slots stay as they are.
    func write(_ waiting: Waiting, to row: UnsafeMutablePointer<Slot>) {
        let slots = waiting.memory.assumingMemoryBound(to: Slot.self)
        for place in 0..<fieldCount { row[fieldPlaces[place]] = slots[place] }
    }

    /// Gives the memory of an activity back.
    func release(_ waiting: Waiting) {
        let start = waiting.memory.load(fromByteOffset: -8, as: UnsafeMutableRawPointer.self)
        let head = start.assumingMemoryBound(to: Block.self)
        head.pointee.waiting -= 1
        guard head.pointee.waiting == 0 else { return }
        if start == block {
            used = Self.headSize
        } else if head.pointee.byteCount == Self.blockSize, spares.count < 16 {
            spares.append(start)
        } else {
            blockBytes -= head.pointee.byteCount
            start.deallocate()
        }
    }

    // MARK: Saving

    /// Writes what waits.
    func save(to writer: inout StateWriter, row: UnsafeMutablePointer<Slot>) throws(StateFault) {
        writer.write(UInt32(truncatingIfNeeded: count))
        for at in head..<tail { try save(run[at], to: &writer, row: row) }
        for waiting in strays { try save(waiting, to: &writer, row: row) }
    }

    private func save(
        _ waiting: Waiting, to writer: inout StateWriter, row: UnsafeMutablePointer<Slot>
    ) throws(StateFault) {
        writer.write(waiting.time)
        try writer.write(each: units(of: waiting)) { unit, writer in writer.write(unit) }
        write(waiting, to: row)
        for place in 0..<fieldCount { try writer.write(row[fieldPlaces[place]]) }
    }

    /// Takes in what a buffer of the same fields wrote.
    func restore(from reader: inout StateReader, row: UnsafeMutablePointer<Slot>) throws(StateFault) {
        for _ in 0..<(try reader.readCount()) {
            let time = try reader.readMoment()
            let units: [UInt32] = try reader.readEach { reader throws(StateFault) in try reader.read() }
            for place in 0..<fieldCount { row[fieldPlaces[place]] = try reader.readSlot() }
            units.withUnsafeBufferPointer { push(row, at: time, units: $0) }
        }
    }

    // MARK: Order

    /// Time, then id by its bytes.
    @inline(__always)
    private func isBefore(_ left: Waiting, _ right: Waiting) -> Bool {
        if left.seconds != right.seconds { return left.seconds < right.seconds }
        if left.nanoseconds != right.nanoseconds { return left.nanoseconds < right.nanoseconds }
        return id(left).lexicographicallyPrecedes(id(right))
    }

    /// Whether two are one activity that came twice: side by side they are found however far apart they came.
    func isSame(_ left: Waiting, _ right: Waiting) -> Bool {
        left.seconds == right.seconds && left.nanoseconds == right.nanoseconds
            && id(left).elementsEqual(id(right))
    }

    private func id(_ waiting: Waiting) -> UnsafeRawBufferPointer {
        waiting.memory.assumingMemoryBound(to: Slot.self)[idPlace].text
    }

    private func siftUp(_ start: Int) {
        var place = start
        let moving = strays[place]
        while place > 0 {
            let parent = (place - 1) / 2
            guard isBefore(moving, strays[parent]) else { break }
            strays[place] = strays[parent]
            place = parent
        }
        strays[place] = moving
    }

    private func popStray() -> Waiting {
        let first = strays[0]
        guard let moving = strays.popLast(), !strays.isEmpty else { return first }
        var place = 0
        while true {
            var child = place * 2 + 1
            guard child < strays.count else { break }
            if child + 1 < strays.count, isBefore(strays[child + 1], strays[child]) { child += 1 }
            guard isBefore(strays[child], moving) else { break }
            strays[place] = strays[child]
            place = child
        }
        strays[place] = moving
        return first
    }
}

extension ReorderBuffer.Waiting {
    @inline(__always)
    fileprivate func isBefore(_ edge: Timestamp) -> Bool {
        seconds != edge.seconds ? seconds < edge.seconds : nanoseconds < edge.nanoseconds
    }
}
