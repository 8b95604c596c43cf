import Timekeeping

/// Writes what an engine remembers as bytes: numbers of fixed width, lowest byte first, and counts before contents.
struct StateWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func write(_ number: Double) { write(number.bitPattern) }

    mutating func write(_ content: UnsafeRawBufferPointer) {
        write(UInt32(truncatingIfNeeded: content.count))
        bytes.append(contentsOf: content)
    }

    mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
    }

    mutating func write(_ moment: Timestamp) {
        write(moment.seconds)
        write(moment.nanoseconds)
    }

    mutating func write(_ window: TimeWindow) {
        write(window.start)
        write(window.end)
    }

    /// Writes how many elements there are, and each.
    mutating func write<Elements: Collection>(
        each elements: Elements, _ body: (Elements.Element, inout StateWriter) throws(StateFault) -> Void
    ) throws(StateFault) {
        write(UInt32(truncatingIfNeeded: elements.count))
        for element in elements { try body(element, &self) }
    }

    /// Writes whether there is something, and what.
    mutating func write<Held>(
        ifAny held: Held?, _ body: (Held, inout StateWriter) throws(StateFault) -> Void
    ) throws(StateFault) {
        write(held != nil)
        if let held { try body(held, &self) }
    }
}
