/// State by key in memory of its own: a key of up to 16 bytes takes 24 bytes beside its state and some six of index.
///
/// A place is a key's number while it is there. What it points to never moves.
final class KeyedStore<State> {
    private struct Entry {
        /// The first bytes of the key; of a free entry, the next free place.
        var low: UInt64
        /// The next bytes, or where the bytes of a longer key are.
        var high: UInt64
        var hash: UInt32
        var length: UInt32
        var state: State
    }

    private static var pageShift: Int { 8 }
    private static var pageSize: Int { 1 << pageShift }
    private static var isFree: UInt32 { .max }

    @exclusivity(unchecked) private var pages: UnsafeMutablePointer<UnsafeMutablePointer<Entry>>
    @exclusivity(unchecked) private var pageCount = 0
    @exclusivity(unchecked) private var pageRoom = 4
    /// Place plus one, by hash; 0 is free.
    @exclusivity(unchecked) private var index: UnsafeMutablePointer<UInt32>
    @exclusivity(unchecked) private var mask = 15
    @exclusivity(unchecked) private var used = 0
    @exclusivity(unchecked) private var firstFree: UInt64 = .max
    @exclusivity(unchecked) private var longBytes = 0
    /// How many keys there are.
    @exclusivity(unchecked) private(set) var count = 0

    init() {
        pages = .allocate(capacity: 4)
        index = .allocate(capacity: 16)
        index.initialize(repeating: 0, count: 16)
    }

    deinit {
        for place in 0..<used where entry(place).pointee.length != Self.isFree { destroy(place) }
        for page in 0..<pageCount { pages[page].deallocate() }
        pages.deallocate()
        index.deallocate()
    }

    /// Bytes held.
    var byteCount: Int {
        pageCount * Self.pageSize * MemoryLayout<Entry>.stride + (mask + 1) * 4 + pageRoom * 8 + longBytes
    }

    @inline(__always)
    private func entry(_ place: Int) -> UnsafeMutablePointer<Entry> {
        pages[place >> Self.pageShift] + (place & (Self.pageSize - 1))
    }

    /// The state of a place in use.
    @inline(__always)
    subscript(_ place: Int) -> State {
        get { entry(place).pointee.state }
        _modify { yield &entry(place).pointee.state }
    }

    /// Whether there is a key at a place.
    func holds(_ place: Int) -> Bool { place < used && entry(place).pointee.length != Self.isFree }

    /// The places in use, rising.
    var places: some Sequence<Int> { (0..<used).lazy.filter { self.holds($0) } }

    /// The bytes of the key at a place; good until it is removed.
    func bytes(of place: Int) -> UnsafeRawBufferPointer {
        let found = entry(place)
        let count = Int(found.pointee.length)
        let start =
            count > 16
            ? UnsafeRawPointer(bitPattern: UInt(found.pointee.high)) : UnsafeRawPointer(found) + Self.lowOffset
        return UnsafeRawBufferPointer(start: start, count: count)
    }

    /// The place of a key; -1 when it is not there.
    @inline(__always)
    func place(of key: KeyBytes) -> Int {
        var at = Int(key.hash) & mask
        while true {
            let found = index[at]
            if found == 0 { return -1 }
            let place = Int(found) - 1
            if isEqual(entry(place), key) { return place }
            at = (at &+ 1) & mask
        }
    }

    @inline(__always)
    private func isEqual(_ entry: UnsafeMutablePointer<Entry>, _ key: KeyBytes) -> Bool {
        guard entry.pointee.hash == key.hash, entry.pointee.low == key.low,
            entry.pointee.length == UInt32(truncatingIfNeeded: key.count)
        else { return false }
        if key.count <= 16 { return entry.pointee.high == key.high }
        return Self.isEqual(entry.pointee.high, key)
    }

    @inline(never)
    private static func isEqual(_ address: UInt64, _ key: KeyBytes) -> Bool {
        guard let bytes = UnsafeRawPointer(bitPattern: UInt(address)) else { return false }
        return UnsafeRawBufferPointer(start: bytes, count: key.count)
            .elementsEqual(UnsafeRawBufferPointer(start: key.base, count: key.count))
    }

    /// Adds a key that is not there.
    ///
    /// - Returns: Its place.
    func insert(_ key: KeyBytes, _ state: State) -> Int {
        if (count + 1) * 4 > (mask + 1) * 3 { grow() }
        let place = takePlace()
        var high = key.high
        if key.count > 16 {
            let bytes = UnsafeMutableRawPointer.allocate(byteCount: key.count, alignment: 8)
            bytes.copyMemory(from: key.base, byteCount: key.count)
            longBytes += key.count
            high = UInt64(UInt(bitPattern: bytes))
        }
        entry(place).initialize(
            to: Entry(
                low: key.low, high: high, hash: key.hash, length: UInt32(truncatingIfNeeded: key.count), state: state))
        count += 1
        var at = Int(key.hash) & mask
        while index[at] != 0 { at = (at &+ 1) & mask }
        index[at] = UInt32(place + 1)
        return place
    }

    /// Forgets the key of a place.
    func remove(_ place: Int) {
        var at = Int(entry(place).pointee.hash) & mask
        while index[at] != UInt32(place + 1) { at = (at &+ 1) & mask }
        // Closes the gap, so that every key stays reachable from where its hash points.
        var gap = at
        var next = (at &+ 1) & mask
        while index[next] != 0 {
            let home = Int(entry(Int(index[next]) - 1).pointee.hash) & mask
            if (next &- home) & mask >= (next &- gap) & mask {
                index[gap] = index[next]
                gap = next
            }
            next = (next &+ 1) & mask
        }
        index[gap] = 0
        destroy(place)
        let free = UnsafeMutableRawPointer(entry(place))
        free.storeBytes(of: firstFree, toByteOffset: Self.lowOffset, as: UInt64.self)
        free.storeBytes(of: Self.isFree, toByteOffset: Self.lengthOffset, as: UInt32.self)
        firstFree = UInt64(place)
        count -= 1
    }

    private static var lowOffset: Int { MemoryLayout<Entry>.offset(of: \.low) ?? 0 }
    private static var lengthOffset: Int { MemoryLayout<Entry>.offset(of: \.length) ?? 20 }

    private func destroy(_ place: Int) {
        let old = entry(place)
        if old.pointee.length > 16 {
            UnsafeMutableRawPointer(bitPattern: UInt(old.pointee.high))?.deallocate()
            longBytes -= Int(old.pointee.length)
        }
        old.deinitialize(count: 1)
    }

    private func takePlace() -> Int {
        if firstFree != .max {
            let place = Int(firstFree)
            firstFree = UnsafeRawPointer(entry(place)).load(fromByteOffset: Self.lowOffset, as: UInt64.self)
            return place
        }
        if used == pageCount * Self.pageSize { addPage() }
        used += 1
        return used - 1
    }

    private func addPage() {
        if pageCount == pageRoom {
            let more = UnsafeMutablePointer<UnsafeMutablePointer<Entry>>.allocate(capacity: pageRoom * 2)
            more.moveInitialize(from: pages, count: pageCount)
            pages.deallocate()
            pages = more
            pageRoom *= 2
        }
        (pages + pageCount).initialize(to: .allocate(capacity: Self.pageSize))
        pageCount += 1
    }

    private func grow() {
        index.deallocate()
        let size = (mask + 1) * 2
        mask = size - 1
        index = .allocate(capacity: size)
        index.initialize(repeating: 0, count: size)
        for place in 0..<used where entry(place).pointee.length != Self.isFree {
            var at = Int(entry(place).pointee.hash) & mask
            while index[at] != 0 { at = (at &+ 1) & mask }
            index[at] = UInt32(place + 1)
        }
    }
}
