/// Which keys came and which after which: the records of a feed repeat theirs, so the next key is guessed, and a guess
/// is checked with four loads.
///
/// Belongs to one reader of one feed; what it holds never changes what is read, only how fast. At most
/// `entryLimit` keys are learnt.
public final class JSONKeyMemory {
    /// A key as it stands in compact text, `"key":`, in words that are compared under their masks.
    struct Entry {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        var masks: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        /// Bytes of the text, quotes and colon counted.
        var length = 0
        /// The entry of the key that came after this one last.
        var next = 0
        /// How often it had a value, for keys that nobody asked for.
        var unasked = 0
        /// The key's code; 0 when nobody asked for it.
        var code: UInt8 = 0
        /// Whether it is known and passed over.
        var isPassedOver = false
    }

    static let entryLimit = 255
    /// Bytes of the longest text that is learnt.
    static let textLimit = 32

    /// Entry 0 is the start of a record, and stands for every key that was not learnt.
    let entries: UnsafeMutablePointer<Entry>
    private(set) var count = 1
    /// The last key that was read and not guessed, without its quotes; none for one that is passed over.
    var unlearnt = UnsafeRawBufferPointer(start: nil, count: 0)
    private var unknownUnlearnt: [String: Int] = [:]
    /// Names of keys that are not learnt which are counted, and bytes of each that are kept.
    static let unlearntLimit = 100
    static let unlearntTextLimit = 256

    public init() {
        entries = .allocate(capacity: Self.entryLimit + 1)
        entries.initialize(repeating: Entry(), count: Self.entryLimit + 1)
        // No text ends with this word, so the start of a record is never taken for a key.
        entries[0].words.0 = .max
    }

    deinit { entries.deallocate() }

    /// Counts a key that is not known and that was not learnt: it is long, or written with escapes or blanks.
    func noteUnlearnt() {
        guard !unlearnt.isEmpty else { return }
        let name = String(decoding: unlearnt.prefix(Self.unlearntTextLimit), as: UTF8.self)
        guard unknownUnlearnt[name] != nil || unknownUnlearnt.count < Self.unlearntLimit else { return }
        unknownUnlearnt[name, default: 0] += 1
    }

    /// The keys that had a value and are not known, and how often each, since this was asked last; by name.
    public func takeUnknown() -> [(name: String, count: Int)] {
        var found = unknownUnlearnt
        unknownUnlearnt = [:]
        for place in 1..<max(1, count) where entries[place].unasked > 0 {
            defer { entries[place].unasked = 0 }
            if entries[place].isPassedOver { continue }
            let name = withUnsafeBytes(of: entries[place].words) { text in
                String(decoding: text[1..<(entries[place].length - 2)], as: UTF8.self)
            }
            found[name, default: 0] += entries[place].unasked
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The entry of a key, learnt when there is room.
    ///
    /// - Parameters:
    ///   - text: From the opening quote to the colon.
    ///   - isPassedOver: Whether it is known and its value is not wanted; the code is 0 then.
    func entry(of text: UnsafeRawBufferPointer, code: UInt8, isPassedOver: Bool) -> Int {
        guard text.count <= Self.textLimit else { return 0 }
        var made = Entry()
        made.length = text.count
        made.code = code
        made.isPassedOver = isPassedOver
        var words = [UInt64](repeating: 0, count: 4)
        var masks = words
        for (place, byte) in text.enumerated() {
            words[place >> 3] |= UInt64(byte) << UInt64((place & 7) * 8)
            masks[place >> 3] |= 0xFF << UInt64((place & 7) * 8)
        }
        made.words = (words[0], words[1], words[2], words[3])
        made.masks = (masks[0], masks[1], masks[2], masks[3])
        for known in 1..<max(1, count) where entries[known].length == made.length {
            if entries[known].words == made.words { return known }
        }
        guard count <= Self.entryLimit else { return 0 }
        entries[count] = made
        count += 1
        return count - 1
    }
}

extension ByteScan {
    /// Whether the key of an entry is at `start`, of which 32 bytes may be loaded.
    @inline(__always)
    func has(_ entry: UnsafePointer<JSONKeyMemory.Entry>, at start: Int) -> Bool {
        let words = entry.pointee.words
        let masks = entry.pointee.masks
        let one = (word(start) & masks.0) ^ words.0
        let two = (word(start + 8) & masks.1) ^ words.1
        let three = (word(start + 16) & masks.2) ^ words.2
        let four = (word(start + 24) & masks.3) ^ words.3
        return one | two | three | four == 0
    }

    /// Whether the key of an entry is at `start`, near the end of the text.
    func hasNearEnd(_ entry: UnsafePointer<JSONKeyMemory.Entry>, at start: Int) -> Bool {
        let length = entry.pointee.length
        guard length > 0, start + length <= end else { return false }
        return withUnsafeBytes(of: entry.pointee.words) { text in
            for place in 0..<length where byte(start + place) != text[place] { return false }
            return true
        }
    }
}
