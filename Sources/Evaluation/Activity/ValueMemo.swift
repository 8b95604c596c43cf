/// A cache of what is known of the values of one field: for each value two rows of bits.
///
/// Each value has one of four places; when all are taken, one of the values there leaves. A field whose values hardly
/// ever come again is not remembered for a while.
final class ValueMemo {
    /// Look-ups after which it is asked whether remembering pays.
    private static let trial = 8192
    /// Look-ups for which nothing is remembered when it did not pay.
    private static let pause = 262_144

    /// How many places a value may have, side by side.
    private static let ways = 4
    /// Bytes of text that a place holds itself.
    private static let inlineBytes = 32
    /// Words before the rows.
    private static let head = 2 + inlineBytes / 8

    /// Words of one place: the hash, 0 when it is free; the text's length; the text, or its address when it is longer
    /// than the room; the rows.
    private let stride: Int
    @exclusivity(unchecked) private var table: UnsafeMutablePointer<UInt64>
    /// Places; a power of two.
    @exclusivity(unchecked) private var size: Int
    /// Values that came since the table got its size.
    @exclusivity(unchecked) private var arrivals = 0
    @exclusivity(unchecked) private var lookups = 0
    @exclusivity(unchecked) private var misses = 0
    @exclusivity(unchecked) private var pauseLeft = 0

    /// - Parameter words: Words of one row of bits.
    init(words: Int, isUsed: Bool) {
        stride = Self.head + words * 2
        size = isUsed ? 512 : Self.ways
        table = Self.allocate(size * stride)
    }

    /// Zeroes that begin with a cache line, as places of eight words then all do.
    private static func allocate(_ count: Int) -> UnsafeMutablePointer<UInt64> {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 8, alignment: 64)
        return memory.initializeMemory(as: UInt64.self, repeating: 0, count: count)
    }

    deinit { free() }

    private func free() {
        for place in 0..<size { freeText(table + place * stride) }
        table.deallocate()
    }

    /// Starts over with a larger table; what was known is found out again.
    private func grow() {
        free()
        size *= 4
        table = Self.allocate(size * stride)
        arrivals = 0
    }

    /// Whether values come again often enough; counts down while they do not.
    var isWorthwhile: Bool {
        @inline(__always)
        get {
            if pauseLeft == 0 { return true }
            pauseLeft &-= 1
            return false
        }
    }

    /// The rows of a value, and whether they are still to be filled; valid until the next call.
    @inline(__always)
    func row(
        of text: UnsafeRawPointer, _ length: Int, _ hash: UInt64
    ) -> (bits: UnsafeMutablePointer<UInt64>, isNew: Bool) {
        let hash = hash | 1
        lookups &+= 1
        var entry = firstPlace(hash)
        for _ in 0..<Self.ways {
            if entry[0] == hash, Int(entry[1]) == length, TextHash.isSame(known(entry, length), text, count: length) {
                return (entry + Self.head, false)
            }
            entry += stride
        }
        return (take(text, length, hash), true)
    }

    /// The first of the places that a value may have.
    @inline(__always)
    private func firstPlace(_ hash: UInt64) -> UnsafeMutablePointer<UInt64> {
        table + (Int(truncatingIfNeeded: hash >> 24) & (size &- Self.ways)) &* stride
    }

    /// The text of a place.
    @inline(__always)
    private func known(_ entry: UnsafeMutablePointer<UInt64>, _ length: Int) -> UnsafeRawPointer {
        guard length > Self.inlineBytes else { return UnsafeRawPointer(entry + 2) }
        return UnsafeRawPointer(bitPattern: UInt(entry[2])).unsafelyUnwrapped
    }

    private func freeText(_ entry: UnsafeMutablePointer<UInt64>) {
        guard entry[1] > UInt64(Self.inlineBytes) else { return }
        UnsafeMutableRawPointer(bitPattern: UInt(entry[2]))?.deallocate()
    }

    /// Gives a value a place: a free one, or that of another value.
    private func take(_ wanted: UnsafeRawPointer, _ length: Int, _ hash: UInt64) -> UnsafeMutablePointer<UInt64> {
        misses += 1
        if lookups >= Self.trial {
            if misses > lookups / 4 * 3 { pauseLeft = Self.pause }
            lookups = 0
            misses = 0
        }
        arrivals += 1
        if arrivals > size / 2, size < FieldGroup.valueLimit { grow() }
        let first = firstPlace(hash)
        let free = (0..<Self.ways).first { first[$0 * stride] == 0 }
        let entry = first + (free ?? arrivals % Self.ways) * stride
        freeText(entry)
        entry[0] = hash
        entry[1] = UInt64(length)
        if length > Self.inlineBytes {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: 8)
            memory.copyMemory(from: wanted, byteCount: length)
            entry[2] = UInt64(UInt(bitPattern: memory))
        } else {
            UnsafeMutableRawPointer(entry + 2).copyMemory(from: wanted, byteCount: length)
        }
        return entry + Self.head
    }
}
