import FieldStorage
import Testing

@Suite struct SlotTests {
    @Test func takesSixteenBytes() {
        #expect(MemoryLayout<Slot>.stride == 16)
    }

    @Test(arguments: [0, 1, -1, .max, .min] as [Int64])
    func keepsIntegers(_ value: Int64) {
        let slot = Slot.int(value)
        #expect(slot.tag == .int && slot.intValue == value && slot.count == 0)
    }

    @Test(arguments: [0, -0.0, 1.5, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude] as [Double])
    func keepsNumbersToTheBit(_ value: Double) {
        #expect(Slot.double(value).doubleValue.bitPattern == value.bitPattern)
    }

    @Test(arguments: [true, false])
    func keepsTruth(_ value: Bool) {
        #expect(Slot.bool(value).boolValue == value)
    }

    @Test(arguments: [(0, 0), (-1, 999_999_999), (253_402_300_799, 1)] as [(Int64, UInt32)])
    func keepsMoments(_ seconds: Int64, nanoseconds: UInt32) {
        let slot = Slot.timestamp(seconds: seconds, nanoseconds: nanoseconds)
        #expect(slot.tag == .timestamp && slot.intValue == seconds && slot.count == nanoseconds)
    }

    @Test(arguments: [(0, -5), (-7, -999_999_999), (7, 999_999_999)] as [(Int64, Int32)])
    func keepsDurations(_ seconds: Int64, nanoseconds: Int32) {
        let slot = Slot.duration(seconds: seconds, nanoseconds: nanoseconds)
        #expect(slot.tag == .duration && slot.intValue == seconds)
        #expect(Int32(bitPattern: slot.count) == nanoseconds)
    }

    @Test func nothingAndUnknownAreTwoThings() {
        #expect(Slot.null.isNull && !Slot.unknown.isNull && Slot.unknown.tag == .unknown)
    }

    @Test func emptyTextIsNotNull() {
        let slot = Slot.string(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(slot.tag == .string && slot.string.isEmpty && slot.text.isEmpty)
    }
}

@Suite struct TextArenaTests {
    @Test(arguments: [64, 100, 4096])
    func textStaysWhereItIsWhileMoreIsAdded(_ chunkSize: Int) {
        let arena = TextArena(chunkSize: chunkSize)
        var slots: [Slot] = []
        var texts: [String] = []
        for number in 0..<500 {
            // Lengths around the chunk size, so that both the shared and the own chunk are met in every order.
            let text = String(repeating: "ü\(number)", count: number * 7 % 60)
            texts.append(text)
            slots.append(arena.copy(text))
        }
        #expect(slots.map(\.string) == texts)
    }

    @Test func textLongerThanAChunkDoesNotWasteTheOpenOne() {
        let arena = TextArena(chunkSize: 64)
        let first = arena.copy("first")
        let long = arena.copy(String(repeating: "x", count: 65))
        let second = arena.copy("second")
        #expect(first.string == "first" && long.text.count == 65 && second.string == "second")
        #expect(second.bits == first.bits + 5)
        #expect(arena.byteCount == 64 + 65)
    }

    @Test func aLongTextMayComeFirst() {
        let arena = TextArena(chunkSize: 64)
        let long = arena.copy(String(repeating: "x", count: 200))
        let short = arena.copy("short")
        #expect(long.string == String(repeating: "x", count: 200) && short.string == "short")
    }

    @Test func forgettingKeepsTheFirstChunkForTheNextBatch() {
        let arena = TextArena(chunkSize: 64)
        for _ in 0..<10 { _ = arena.copy(String(repeating: "y", count: 40)) }
        #expect(arena.byteCount == 640)
        arena.removeAll()
        #expect(arena.byteCount == 64)
        #expect(arena.copy("again").string == "again")
        #expect(arena.byteCount == 64)
    }

    @Test func roomOfNoBytesIsNoProblem() {
        let arena = TextArena()
        #expect(arena.reserve(0).isEmpty)
        #expect(arena.copy("").string.isEmpty)
    }
}
