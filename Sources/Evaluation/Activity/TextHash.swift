import FieldStorage

/// A hash of bytes for tables in memory: sixteen bytes a step, by one multiplication of which both halves are used.
enum TextHash {
    @inline(__always)
    static func of(_ text: UnsafeRawBufferPointer, seed: UInt64 = 0x9E37_79B9_7F4A_7C15) -> UInt64 {
        guard let base = text.baseAddress else { return mixed(seed, 0x2545_F491_4F6C_DD1D) }
        return of(base, text.count, seed: seed)
    }

    @inline(__always)
    static func of(_ base: UnsafeRawPointer, _ count: Int, seed: UInt64) -> UInt64 {
        var hash = seed ^ UInt64(truncatingIfNeeded: count) &* 0xFF51_AFD7_ED55_8CCD
        if count >= 16 {
            var place = 0
            while place &+ 16 <= count {
                hash = mixed(word(base, place) ^ 0xA076_1D64_78BD_642F, word(base, place &+ 8) ^ hash)
                place &+= 16
            }
            return mixed(
                word(base, count &- 16) ^ 0xE703_7ED1_A0B4_28DB, word(base, count &- 8) ^ hash ^ 0x8EBC_6AF0_9C88_C6E3)
        }
        if count >= 8 {
            return mixed(word(base, 0) ^ 0xE703_7ED1_A0B4_28DB, word(base, count &- 8) ^ hash)
        }
        var rest: UInt64 = 0
        if count >= 4 {
            let low = base.loadUnaligned(as: UInt32.self)
            let high = base.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
            rest = UInt64(low) | UInt64(high) << 32
        } else {
            for place in 0..<count { rest = rest << 8 | UInt64(base.load(fromByteOffset: place, as: UInt8.self)) }
        }
        return mixed(rest ^ 0xE703_7ED1_A0B4_28DB, hash)
    }

    @inline(__always)
    static func mixed(_ one: UInt64, _ two: UInt64) -> UInt64 {
        let product = one.multipliedFullWidth(by: two)
        return product.high ^ product.low ^ 0x589D_8B2B_2C1E_61A7
    }

    @inline(__always)
    private static func word(_ base: UnsafeRawPointer, _ place: Int) -> UInt64 {
        base.loadUnaligned(fromByteOffset: place, as: UInt64.self)
    }

    /// Whether two texts of one length are the same.
    @inline(__always)
    static func isSame(_ one: UnsafeRawPointer, _ two: UnsafeRawPointer, count: Int) -> Bool {
        if count < 8 {
            for place in 0..<count {
                let left = one.load(fromByteOffset: place, as: UInt8.self)
                if left != two.load(fromByteOffset: place, as: UInt8.self) { return false }
            }
            return true
        }
        var place = 0
        while place &+ 8 <= count {
            if word(one, place) != word(two, place) { return false }
            place &+= 8
        }
        return word(one, count &- 8) == word(two, count &- 8)
    }
}

/// A text of its own memory, for tables that are asked for every activity: comparing it touches no reference count.
struct FixedText {
    private let base: UnsafeMutableRawPointer
    private let count: Int

    init(_ bytes: some Collection<UInt8>) {
        count = bytes.count
        base = .allocate(byteCount: max(1, count), alignment: 8)
        for (place, byte) in bytes.enumerated() { base.storeBytes(of: byte, toByteOffset: place, as: UInt8.self) }
    }

    /// Gives the memory back; the text must not be used afterwards.
    func deallocate() { base.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    @inline(__always)
    func equals(_ text: UnsafeRawPointer, _ length: Int) -> Bool {
        length == count && TextHash.isSame(base, text, count: length)
    }

    @inline(__always)
    func equals(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let other = text.baseAddress else { return count == 0 }
        return equals(other, text.count)
    }
}
