import CEL

/// The values that constants of rules name, and for each a row of bits: the rules that name it.
final class ConstantRows {
    private let mask: Int
    /// For each place: the hash, 0 where it is free, and the index of the value.
    private let hashes: UnsafeMutablePointer<UInt64>
    private let indexes: UnsafeMutablePointer<Int32>
    private let texts: UnsafeMutableBufferPointer<FixedText>
    private let rows: UnsafeMutablePointer<UInt64>
    private let words: Int

    init(_ constants: [[Value]?], words: Int) {
        var byText: [[UInt8]: [Int]] = [:]
        for (bit, values) in constants.enumerated() {
            for value in values ?? [] { byText[Self.bytes(value), default: []].append(bit) }
        }
        texts = .allocate(capacity: byText.count)
        self.words = words
        var size = 8
        while size < texts.count * 4 { size *= 2 }
        mask = size - 1
        hashes = .allocate(capacity: size)
        hashes.initialize(repeating: 0, count: size)
        indexes = .allocate(capacity: size)
        indexes.initialize(repeating: 0, count: size)
        rows = .allocate(capacity: max(1, texts.count * words))
        rows.initialize(repeating: 0, count: max(1, texts.count * words))
        for (index, (text, bits)) in byText.enumerated() {
            texts.initializeElement(at: index, to: FixedText(text))
            for bit in bits { rows[index * words + bit >> 6] |= 1 << UInt64(bit & 63) }
            let hash = text.withUnsafeBytes { TextHash.of($0, seed: 0) } | 1
            var place = Int(truncatingIfNeeded: hash >> 20) & mask
            while hashes[place] != 0 { place = (place + 1) & mask }
            hashes[place] = hash
            indexes[place] = Int32(index)
        }
    }

    deinit {
        for text in texts { text.deallocate() }
        texts.deallocate()
        hashes.deallocate()
        indexes.deallocate()
        rows.deallocate()
    }

    /// A constant as the field's value would be looked up: text, or the bytes of a number.
    private static func bytes(_ value: Value) -> [UInt8] {
        switch value {
        case .string(let text): Array(text.utf8)
        case .int(let number): withUnsafeBytes(of: UInt64(bitPattern: number)) { Array($0) }
        default: []
        }
    }

    /// The rules that name the value; nil when none does.
    @inline(__always)
    func row(of text: UnsafeRawPointer, _ length: Int, _ hash: UInt64) -> UnsafePointer<UInt64>? {
        let hash = hash | 1
        var place = Int(truncatingIfNeeded: hash >> 20) & mask
        while hashes[place] != 0 {
            if hashes[place] == hash {
                let index = Int(indexes[place])
                if texts[index].equals(text, length) { return UnsafePointer(rows + index * words) }
            }
            place = (place &+ 1) & mask
        }
        return nil
    }
}
