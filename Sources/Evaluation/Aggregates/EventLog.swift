import FieldStorage

/// The activities that are in some window of a table, in order of time, and what their aggregates took from them.
///
/// One activity takes 24 bytes, and four more for each aggregate that looks at a value. Windows are chains in the log,
/// each activity naming the one before it of the same key.
final class EventLog {
    struct Event {
        let time: Int64
        /// See ``EventID``.
        var id: UInt64
        /// The key's place in its table; `EventLog.nobody` when the key had to leave.
        var place: Int32
        /// How many numbers before it the key's last activity is; 0 for the first.
        var back: UInt32
    }

    /// A stretch of the log in memory of its own.
    private struct Chunk {
        let events: UnsafeMutablePointer<Event>
        let samples: UnsafeMutablePointer<UInt32>
        var text: [UInt8] = []
    }

    static let nobody: Int32 = -1
    private static let shift = 9
    private static let size = 1 << shift

    /// In order, the first one at `firstChunk`; behind a pointer, since it is read for every activity.
    @exclusivity(unchecked) private var chunks: UnsafeMutablePointer<Chunk>
    @exclusivity(unchecked) private var chunkRoom = 8
    @exclusivity(unchecked) private var chunkCount = 0
    /// Chunks before it were given back.
    @exclusivity(unchecked) private var firstChunk = 0
    @exclusivity(unchecked) private var spare: Chunk?
    private let width: Int
    @exclusivity(unchecked) private var textBytes = 0
    /// The number of the first activity, and of the next one to come.
    @exclusivity(unchecked) private(set) var start = 0
    @exclusivity(unchecked) private(set) var end = 0
    /// The number of the first activity of `chunks[0]`.
    @exclusivity(unchecked) private var base = 0

    /// - Parameter width: How many samples each activity has.
    init(width: Int) {
        self.width = width
        chunks = .allocate(capacity: 8)
    }

    deinit {
        for at in firstChunk..<chunkCount { Self.free(chunks[at]) }
        if let spare { Self.free(spare) }
        (chunks + firstChunk).deinitialize(count: chunkCount - firstChunk)
        chunks.deallocate()
    }

    private static func free(_ chunk: Chunk) {
        chunk.events.deallocate()
        chunk.samples.deallocate()
    }

    var isEmpty: Bool { start == end }
    /// Bytes held.
    var byteCount: Int {
        (chunkCount - firstChunk + (spare == nil ? 0 : 1)) * Self.size * (MemoryLayout<Event>.stride + 4 * width)
            + textBytes
    }

    @inline(__always)
    private func chunk(of number: Int) -> Int { (number &- base) >> Self.shift }

    @inline(__always)
    private func offset(of number: Int) -> Int { (number &- base) & (Self.size - 1) }

    subscript(_ number: Int) -> Event {
        @inline(__always) get { chunks[chunk(of: number)].events[offset(of: number)] }
        @inline(__always) _modify { yield &chunks[chunk(of: number)].events[offset(of: number)] }
    }

    /// The samples of an activity, one an aggregate that has any.
    @inline(__always)
    func samples(of number: Int) -> UnsafeMutablePointer<UInt32> {
        chunks[chunk(of: number)].samples + offset(of: number) * width
    }

    /// The id of an activity, as text.
    func id(of number: Int) -> String { EventID.text(self[number].id, chunks[chunk(of: number)].text) }

    /// Adds an activity that is not before the last one.
    ///
    /// - Returns: Its number.
    @inline(__always)
    func append(time: Int64, id: Slot, place: Int32, back: UInt32) -> Int {
        if chunk(of: end) == chunkCount { addChunk() }
        let at = chunk(of: end)
        let number = EventID.number(id) ?? keep(id, at)
        (chunks[at].events + offset(of: end)).initialize(to: Event(time: time, id: number, place: place, back: back))
        end &+= 1
        return end &- 1
    }

    private func keep(_ id: Slot, _ at: Int) -> UInt64 {
        guard id.tag == .string else { return EventID.none }
        let offset = chunks[at].text.count
        chunks[at].text += id.text
        textBytes += Int(id.count)
        return EventID.reference(offset: offset, count: Int(id.count))
    }

    /// Writes an activity's id.
    func saveID(of number: Int, to writer: inout StateWriter) {
        let id = self[number].id
        writer.write(id)
        if let range = EventID.range(id) {
            chunks[chunk(of: number)].text.withUnsafeBytes { writer.write(UnsafeRawBufferPointer(rebasing: $0[range])) }
        }
    }

    /// Reads an activity's id; text is where the bytes are.
    static func readID(from reader: inout StateReader) throws(StateFault) -> (number: UInt64, text: Slot) {
        let id: UInt64 = try reader.read()
        return (id, EventID.range(id) == nil ? .null : .string(try reader.readContent()))
    }

    /// Adds an activity whose id was read from a saved state.
    func append(time: Int64, saved id: (number: UInt64, text: Slot), place: Int32, back: UInt32) -> Int {
        let number = append(time: time, id: id.text, place: place, back: back)
        if id.text.tag == .null { self[number].id = id.number }
        return number
    }

    private func addChunk() {
        if chunkCount == chunkRoom { makeChunkRoom() }
        let next =
            spare
            ?? Chunk(
                events: .allocate(capacity: Self.size), samples: .allocate(capacity: max(1, Self.size * width)))
        spare = nil
        (chunks + chunkCount).initialize(to: next)
        chunkCount += 1
    }

    /// Moves the chunks to the front of a table that has room for as many again.
    private func makeChunkRoom() {
        let kept = chunkCount - firstChunk
        chunkRoom = max(8, kept * 2)
        let more = UnsafeMutablePointer<Chunk>.allocate(capacity: chunkRoom)
        more.moveInitialize(from: chunks + firstChunk, count: kept)
        chunks.deallocate()
        chunks = more
        base += firstChunk << Self.shift
        firstChunk = 0
        chunkCount = kept
    }

    /// Forgets the first activity.
    @inline(__always)
    func removeFirst() {
        start &+= 1
        if (start &- base) & (Self.size - 1) == 0 { leaveChunk() }
    }

    private func leaveChunk() {
        var left = (chunks + firstChunk).move()
        textBytes -= left.text.count
        left.text.removeAll(keepingCapacity: true)
        if spare == nil { spare = left } else { Self.free(left) }
        firstChunk += 1
    }

    /// Takes the place of what it holds from a log that is given up.
    func take(over other: EventLog) {
        swap(&chunks, &other.chunks)
        swap(&chunkRoom, &other.chunkRoom)
        swap(&chunkCount, &other.chunkCount)
        swap(&firstChunk, &other.firstChunk)
        swap(&textBytes, &other.textBytes)
        swap(&start, &other.start)
        swap(&end, &other.end)
        swap(&base, &other.base)
    }

    /// Copies an activity to the end of another log of the same width.
    func copy(_ number: Int, to other: EventLog, place: Int32, back: UInt32) {
        let event = self[number]
        if other.chunk(of: other.end) == other.chunkCount { other.addChunk() }
        let at = other.chunk(of: other.end)
        var id = event.id
        if let range = EventID.range(id) {
            let offset = other.chunks[at].text.count
            other.chunks[at].text += chunks[chunk(of: number)].text[range]
            other.textBytes += range.count
            id = EventID.reference(offset: offset, count: range.count)
        }
        let moved = Event(time: event.time, id: id, place: place, back: back)
        (other.chunks[at].events + other.offset(of: other.end)).initialize(to: moved)
        other.samples(of: other.end).update(from: samples(of: number), count: width)
        other.end += 1
    }
}

/// An activity's id in eight bytes: a number of up to 18 digits, or where its text is.
enum EventID {
    static let none: UInt64 = .max
    private static let isText: UInt64 = 1 << 63

    /// The id as a number; nil when it is not written as one is.
    @inline(__always)
    static func number(_ id: Slot) -> UInt64? {
        guard id.tag == .string, id.count > 0, id.count <= 18 else { return nil }
        var value: UInt64 = 0
        let text = id.text
        if text[0] == 0x30, id.count > 1 { return nil }
        for byte in text {
            let digit = byte &- 0x30
            guard digit < 10 else { return nil }
            value = value &* 10 &+ UInt64(digit)
        }
        return value
    }

    /// A text of at most 16 MiB in a chunk's text.
    static func reference(offset: Int, count: Int) -> UInt64 {
        isText | UInt64(offset) << 24 | UInt64(min(count, 0xff_ffff))
    }

    /// Where the text of an id is; nil for a number.
    static func range(_ id: UInt64) -> Range<Int>? {
        guard id & isText != 0, id != none else { return nil }
        let offset = Int((id & ~isText) >> 24)
        return offset..<(offset + Int(id & 0xff_ffff))
    }

    static func text(_ id: UInt64, _ chunk: [UInt8]) -> String {
        if id == none { return "" }
        guard let range = range(id) else { return String(id) }
        return String(decoding: chunk[range], as: UTF8.self)
    }
}
