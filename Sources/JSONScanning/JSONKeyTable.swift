/// Finds known keys by their bytes: two loads, one multiplication and one comparison a key.
public struct JSONKeyTable: Sendable {
    /// A key as the table compares it: its length and its first and last eight bytes, which may overlap.
    private struct Entry {
        var first: UInt64 = 0
        var last: UInt64 = 0
        var length = 0
        var code: UInt8 = 0
        /// The whole key, for those longer than sixteen bytes.
        var bytes: [UInt8] = []
    }

    private let entries: [Entry]
    private let shift: UInt64

    /// A table of keys.
    ///
    /// - Parameter keys: Each key in UTF-8 without escapes, at least 1 byte, and its code, 1 to 255. Keys may share
    ///   a code: two spellings of one thing.
    public init(_ keys: [(key: String, code: UInt8)]) {
        var bits: UInt64 = 4
        while 1 << bits < keys.count * 8 { bits += 1 }
        var table = [Entry](repeating: Entry(), count: 1 << Int(bits))
        shift = 64 - bits
        for (key, code) in keys {
            precondition(!key.isEmpty && code > 0, "a key has bytes, and a code that is not 0")
            let bytes = Array(key.utf8)
            let entry = bytes.withUnsafeBytes { text in
                let words = Self.words(text.baseAddress.unsafelyUnwrapped, count: text.count, mayReadOn: false)
                return Entry(
                    first: words.first, last: words.last, length: text.count, code: code,
                    bytes: text.count > 16 ? bytes : [])
            }
            var place = Int(Self.hash(entry.first, entry.last, entry.length) >> shift)
            while table[place].code != 0 { place = (place + 1) & (table.count - 1) }
            table[place] = entry
        }
        entries = table
    }

    /// The code of a key; 0 when it is not known.
    ///
    /// - Parameter mayReadOn: Whether at least eight bytes may be loaded from the start of the key.
    @inline(__always)
    func code(_ key: UnsafeRawPointer, count: Int, mayReadOn: Bool) -> UInt8 {
        guard count > 0 else { return 0 }
        let (first, last) = Self.words(key, count: count, mayReadOn: mayReadOn)
        return entries.withUnsafeBufferPointer { table in
            let mask = table.count &- 1
            var place = Int(truncatingIfNeeded: Self.hash(first, last, count) >> shift)
            while true {
                let code = table[place].code
                if code == 0 { return 0 }
                if table[place].first == first, table[place].last == last, table[place].length == count {
                    if count <= 16 || Self.isSame(key, table[place].bytes) { return code }
                }
                place = (place &+ 1) & mask
            }
        }
    }

    /// The code of a key in a slice; 0 when it is not known.
    public func code(of key: UnsafeRawBufferPointer) -> UInt8 {
        guard let base = key.baseAddress else { return 0 }
        return code(base, count: key.count, mayReadOn: key.count >= 8)
    }

    @inline(__always)
    private static func hash(_ first: UInt64, _ last: UInt64, _ count: Int) -> UInt64 {
        (first ^ (last &* 0x9E37_79B9_7F4A_7C15) ^ UInt64(truncatingIfNeeded: count)) &* 0xD6E8_FEB8_6659_FD93
    }

    @inline(__always)
    private static func words(
        _ key: UnsafeRawPointer, count: Int, mayReadOn: Bool
    ) -> (first: UInt64, last: UInt64) {
        if count >= 8 {
            return (
                UInt64(littleEndian: key.loadUnaligned(as: UInt64.self)),
                UInt64(littleEndian: key.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
            )
        }
        if mayReadOn {
            let mask = (UInt64(1) << UInt64(count * 8)) &- 1
            return (UInt64(littleEndian: key.loadUnaligned(as: UInt64.self)) & mask, 0)
        }
        var word: UInt64 = 0
        for place in 0..<count { word |= UInt64(key.load(fromByteOffset: place, as: UInt8.self)) << UInt64(place * 8) }
        return (word, 0)
    }

    private static func isSame(_ key: UnsafeRawPointer, _ bytes: [UInt8]) -> Bool {
        for place in bytes.indices where key.load(fromByteOffset: place, as: UInt8.self) != bytes[place] {
            return false
        }
        return true
    }
}
