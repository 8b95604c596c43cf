import Timekeeping

/// Reads what a ``StateWriter`` wrote; it never reads past the end, whatever the bytes are.
struct StateReader {
    private let bytes: UnsafeRawBufferPointer
    private var place = 0

    /// - Parameter bytes: They must outlive the reader and what it gives of them.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    private mutating func take(_ count: Int) throws(StateFault) -> UnsafeRawBufferPointer {
        guard count <= bytes.count - place else { throw .damaged("it ends too soon") }
        defer { place += count }
        return UnsafeRawBufferPointer(rebasing: bytes[place..<place + count])
    }

    mutating func read<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(StateFault) -> Number {
        let bytes = try take(Number.bitWidth / 8)
        return Number(littleEndian: bytes.loadUnaligned(as: Number.self))
    }

    mutating func readFlag() throws(StateFault) -> Bool { try read(UInt8.self) != 0 }

    mutating func readDouble() throws(StateFault) -> Double { Double(bitPattern: try read()) }

    /// Bytes where they are.
    mutating func readContent() throws(StateFault) -> UnsafeRawBufferPointer { try take(Int(try read(UInt32.self))) }

    mutating func readText() throws(StateFault) -> String { String(decoding: try readContent(), as: UTF8.self) }

    mutating func readMoment() throws(StateFault) -> Timestamp {
        let seconds: Int64 = try read()
        let nanoseconds: UInt32 = try read()
        guard nanoseconds < 1_000_000_000 else { throw .damaged("no moment has \(nanoseconds) nanoseconds") }
        return Timestamp(seconds: seconds, nanoseconds: nanoseconds)
    }

    mutating func readWindow() throws(StateFault) -> TimeWindow {
        let start = try readMoment()
        return TimeWindow(start: start, end: try readMoment())
    }

    /// How many elements follow, each of at least one byte.
    mutating func readCount() throws(StateFault) -> Int {
        let count = Int(try read(UInt32.self))
        guard count <= bytes.count - place else { throw .damaged("it ends before \(count) elements") }
        return count
    }

    mutating func readEach<Element>(
        _ body: (inout StateReader) throws(StateFault) -> Element
    ) throws(StateFault) -> [Element] {
        let count = try readCount()
        var elements: [Element] = []
        for _ in 0..<count { elements.append(try body(&self)) }
        return elements
    }

    mutating func readIfAny<Held>(_ body: (inout StateReader) throws(StateFault) -> Held) throws(StateFault) -> Held? {
        try readFlag() ? try body(&self) : nil
    }
}
