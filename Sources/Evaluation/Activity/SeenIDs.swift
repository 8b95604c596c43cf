import FieldStorage

/// Which activities of a feed came already, by id; the oldest half is forgotten when there are too many.
///
/// Numbers that lie close together, as those of one feed do, are kept as bits and so exactly; other ids by a hash of
/// 64 bits, of which two are the same once in 10^13 among a million.
final class SeenIDs {
    /// Behind pointers, so that asking them costs no check of exclusive access.
    private let current: UnsafeMutablePointer<SeenGeneration>
    private let previous: UnsafeMutablePointer<SeenGeneration>
    private let limit: Int
    /// The feeds by their text; there are hardly more than two.
    private var feeds: [FixedText]
    private var lastFeed: (place: Int, text: FixedText)

    /// Whether ids came that are numbers, and others.
    private(set) var sawNumber = false
    private(set) var sawOther = false

    /// Feeds whose numbers are kept as bits.
    private static let feedLimit = 64

    /// - Parameter limit: At least so many ids are remembered, at most twice as many.
    init(limit: Int) {
        self.limit = max(1, limit)
        let noFeed = FixedText([])
        feeds = [noFeed]
        lastFeed = (0, noFeed)
        current = .allocate(capacity: 1)
        current.initialize(to: SeenGeneration())
        previous = .allocate(capacity: 1)
        previous.initialize(to: SeenGeneration())
    }

    deinit {
        for feed in feeds { feed.deallocate() }
        current.deinitialize(count: 1)
        current.deallocate()
        previous.deinitialize(count: 1)
        previous.deallocate()
    }

    /// Notes an id of a feed.
    ///
    /// - Returns: false when it came before.
    func insert(_ id: Slot, feed: Slot) -> Bool {
        guard id.tag == .string, id.count > 0 else { return true }
        let feed = place(of: feed.tag == .string ? feed.text : UnsafeRawBufferPointer(start: nil, count: 0))
        let isNew: Bool
        if feed < Self.feedLimit, let number = Self.number(id.text) {
            sawNumber = true
            isNew =
                !previous.pointee.contains(number: number, feed: feed)
                && current.pointee.insert(number: number, feed: feed)
        } else {
            sawOther = true
            let hash = TextHash.of(id.text, seed: UInt64(truncatingIfNeeded: feed) &+ 0x1_0000) | 1
            isNew = !previous.pointee.hashes.contains(hash) && current.pointee.insert(hash: hash)
        }
        if current.pointee.count >= limit {
            previous.pointee = current.pointee
            current.pointee = SeenGeneration()
        }
        return isNew
    }

    @inline(__always)
    private func place(of feed: UnsafeRawBufferPointer) -> Int {
        if lastFeed.text.equals(feed) { return lastFeed.place }
        return find(feed)
    }

    private func find(_ feed: UnsafeRawBufferPointer) -> Int {
        let place = feeds.firstIndex { $0.equals(feed) } ?? feeds.count
        if place == feeds.count { feeds.append(FixedText(feed)) }
        lastFeed = (place, feeds[place])
        return place
    }

    /// The number that is written so and not otherwise: decimal digits, at most 18, no zero before others.
    @inline(__always)
    static func number(_ text: UnsafeRawBufferPointer) -> UInt64? {
        guard text.count <= 18, text[0] != UInt8(ascii: "0") || text.count == 1 else { return nil }
        var number: UInt64 = 0
        for byte in text {
            let digit = byte &- 48
            guard digit < 10 else { return nil }
            number = number &* 10 &+ UInt64(digit)
        }
        return number
    }
}

/// Ids that came until there were too many.
struct SeenGeneration {
    /// Numbers of one page.
    private static let pageBits: UInt64 = 512
    /// From so many pages on they must hold eight numbers each on average, else no more are made.
    private static let sparseFrom = 1024

    private(set) var hashes = HashSet64()
    /// Words of all pages; a page's first by its number, with its feed in the lowest bits.
    private var words: [UInt64] = []
    private var pages: [UInt64: Int] = [:]
    private var numberCount = 0
    private var isSparse = false
    /// The page that was asked for last; it may not be there.
    private var last: (key: UInt64, start: Int?) = (.max, nil)

    /// How many ids there are.
    var count: Int { numberCount + hashes.count }

    @inline(__always)
    private mutating func page(_ key: UInt64) -> Int? {
        if last.key == key { return last.start }
        if numberCount == 0 { return nil }
        last = (key, pages[key])
        return last.start
    }

    @inline(__always)
    private static func key(_ number: UInt64, _ feed: Int) -> UInt64 {
        (number / pageBits) << 6 | UInt64(truncatingIfNeeded: feed)
    }

    mutating func contains(number: UInt64, feed: Int) -> Bool {
        if let start = page(Self.key(number, feed)) {
            let bit = number % Self.pageBits
            return words[start + Int(bit >> 6)] >> (bit & 63) & 1 == 1
        }
        return hashes.count > 0 && hashes.contains(Self.hash(number, feed))
    }

    /// - Returns: false when the number is there already.
    mutating func insert(number: UInt64, feed: Int) -> Bool {
        let key = Self.key(number, feed)
        let start: Int
        if let known = page(key) {
            start = known
        } else if isSparse {
            return hashes.insert(Self.hash(number, feed))
        } else {
            start = words.count
            words.append(contentsOf: repeatElement(0, count: Int(Self.pageBits / 64)))
            pages[key] = start
            last = (key, start)
            isSparse = pages.count > Self.sparseFrom && numberCount < pages.count * 8
        }
        let bit = number % Self.pageBits
        let word = start + Int(bit >> 6)
        if words[word] >> (bit & 63) & 1 == 1 { return false }
        words[word] |= 1 << (bit & 63)
        numberCount += 1
        return true
    }

    /// - Returns: false when the hash is there already.
    mutating func insert(hash: UInt64) -> Bool { hashes.insert(hash) }

    private static func hash(_ number: UInt64, _ feed: Int) -> UInt64 {
        TextHash.mixed(number ^ 0xA076_1D64_78BD_642F, UInt64(truncatingIfNeeded: feed) ^ 0xE703_7ED1_A0B4_28DB) | 1
    }
}

/// A set of hashes, eight bytes each and at most three quarters full; 0 is none.
struct HashSet64 {
    private(set) var count = 0
    private var table: [UInt64] = []

    @inline(__always)
    private func place(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 8) & (table.count &- 1) }

    func contains(_ hash: UInt64) -> Bool {
        guard count > 0 else { return false }
        return table.withUnsafeBufferPointer { table in
            var at = place(hash)
            while table[at] != 0 {
                if table[at] == hash { return true }
                at = (at &+ 1) & (table.count &- 1)
            }
            return false
        }
    }

    /// - Returns: false when it is there already.
    mutating func insert(_ hash: UInt64) -> Bool {
        if count * 4 >= table.count * 3 { grow() }
        var at = place(hash)
        while table[at] != 0 {
            if table[at] == hash { return false }
            at = (at &+ 1) & (table.count &- 1)
        }
        table[at] = hash
        count += 1
        return true
    }

    private mutating func grow() {
        let old = table
        table = [UInt64](repeating: 0, count: max(64, old.count * 2))
        for hash in old where hash != 0 {
            var at = place(hash)
            while table[at] != 0 { at = (at + 1) & (table.count - 1) }
            table[at] = hash
        }
    }
}
