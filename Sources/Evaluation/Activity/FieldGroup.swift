import CEL
import FieldStorage
import RuleLanguage

/// The rules that are sifted by one field, and what is known of its values.
///
/// Rules that demand the same share a bit. For each value there is a row of bits, one a demand: whether it has been
/// tried, and whether it may hold. A demand is tried when it is asked for the first time, so rules that kind and type
/// leave out cost nothing. Values of which all is known from constants need no row. The rows are a cache of fixed size:
/// a value that falls on the place of another takes it.
final class FieldGroup {
    /// A rule of the group.
    struct Member {
        /// The rule's place in the engine.
        let place: Int
        let test: FieldTest
    }

    /// How many values are remembered.
    static let valueLimit = 32_768
    /// Bytes of the longest text that is remembered.
    static let textLimit = 512

    /// The field's slot in an activity's row.
    let slot: Int
    /// The first word of the group in a gate's row of bits.
    let firstWord: Int
    /// Words of the group: 64 demands each.
    let wordCount: Int
    /// For each member the bit of its demand.
    let bits: [Int]
    /// For each bit the places of its rules: those of `rules` from its start to the next one's.
    private let starts: UnsafeMutablePointer<Int32>
    private let rules: UnsafeMutablePointer<Int32>
    private let tests: [FieldTest]
    /// For each bit the demand; where constants or a range say all, another's, which is never asked.
    private let programs: UnsafeMutablePointer<Condition>
    private let constants: ConstantRows
    private let ranges: [(bit: Int, range: ClosedRange<Int64>)]
    /// Demands that constants or a range settle.
    private let settled: UnsafeMutablePointer<UInt64>
    /// Whether constants are all there is.
    private let isExact: Bool
    private let memo: ValueMemo
    /// For a value that is not remembered: tried, then may hold.
    private let scratch: UnsafeMutablePointer<UInt64>
    /// The row of the null value.
    private let nullRow: UnsafeMutablePointer<UInt64>

    init(slot: Int, firstWord: Int, _ members: [Member]) {
        self.slot = slot
        self.firstWord = firstWord
        let (tests, bits) = Self.demands(of: members)
        self.tests = tests
        self.bits = bits
        let words = (tests.count + 63) / 64
        wordCount = words
        starts = .allocate(capacity: tests.count + 1)
        rules = .allocate(capacity: members.count)
        var next: Int32 = 0
        let byDemand = Dictionary(grouping: members.indices) { bits[$0] }
        for bit in tests.indices {
            starts[bit] = next
            for index in byDemand[bit] ?? [] {
                rules[Int(next)] = Int32(members[index].place)
                next += 1
            }
        }
        starts[tests.count] = next
        isExact = tests.allSatisfy { $0.constants != nil }
        programs = .allocate(capacity: tests.count)
        if let any = tests.lazy.compactMap(\.program).first {
            for (bit, test) in tests.enumerated() {
                (programs + bit).initialize(to: Condition(unretained: test.program ?? any))
            }
        }
        constants = ConstantRows(tests.map(\.constants), words: words)
        ranges = tests.enumerated().compactMap { bit, test in test.range.map { (bit, $0) } }
        memo = ValueMemo(words: words, isUsed: !isExact)
        settled = Self.row(words, of: tests) { $0.program == nil }
        scratch = Self.row(words * 2, of: tests) { $0.program == nil }
        nullRow = Self.row(words * 2, of: tests) { $0.program == nil || $0.rejectsNull }
        for (bit, test) in tests.enumerated() where test.range != nil && !test.rejectsNull {
            nullRow[words + bit >> 6] |= 1 << UInt64(bit & 63)
        }
    }

    /// Different demands in the order in which they come first, and for each member which of them is its own.
    private static func demands(of members: [Member]) -> (tests: [FieldTest], bits: [Int]) {
        var known: [[UInt8]: Int] = [:]
        var tests: [FieldTest] = []
        let bits = members.map { member in
            if let identity = member.test.identity, let bit = known[identity] { return bit }
            if let identity = member.test.identity { known[identity] = tests.count }
            tests.append(member.test)
            return tests.count - 1
        }
        return (tests, bits)
    }

    /// A row of bits, set where `isSet` says so of a demand.
    private static func row(
        _ words: Int, of tests: [FieldTest], _ isSet: (FieldTest) -> Bool
    ) -> UnsafeMutablePointer<UInt64> {
        let row = UnsafeMutablePointer<UInt64>.allocate(capacity: words)
        row.initialize(repeating: 0, count: words)
        for (bit, test) in tests.enumerated() where isSet(test) { row[bit >> 6] |= 1 << UInt64(bit & 63) }
        return row
    }

    deinit {
        programs.deallocate()
        starts.deallocate()
        rules.deallocate()
        settled.deallocate()
        scratch.deallocate()
        nullRow.deallocate()
    }

    /// Writes the places of the rules among `alive` whose demand may hold.
    ///
    /// - Parameters:
    ///   - row: The activity, which is the subject of `frame` too.
    ///   - alive: The row of demands of which kind and type leave a rule over.
    ///   - open: Those rules, a bit for each place.
    ///   - found: Has room for all rules of the engine.
    /// - Returns: How many there are in `found` now.
    @inline(__always)
    func sift(
        _ row: UnsafePointer<Slot>, alive: UnsafePointer<UInt64>, open: UnsafePointer<UInt64>, _ frame: RuleFrame,
        into found: UnsafeMutablePointer<Int32>, count: Int
    ) -> Int {
        let bits: UnsafeMutablePointer<UInt64>
        switch known(row) {
        case .none: return count
        case .all: return take(alive, alive, open, found, count)
        case .some(let row): bits = row
        }
        for word in 0..<wordCount where alive[word] != 0 {
            let untried = alive[word] & ~bits[word]
            if untried != 0 { tryOut(untried, word, bits, frame) }
        }
        return take(alive, bits + wordCount, open, found, count)
    }

    /// Whether a demand may hold.
    ///
    /// - Parameters:
    ///   - bit: The demand's place among those of the group.
    ///   - turn: Another for each activity, so that its value is looked up once.
    func mayHold(_ bit: Int, _ row: UnsafePointer<Slot>, _ frame: RuleFrame, turn: Int) -> Bool {
        let (word, mask) = (bit >> 6, UInt64(1) << UInt64(bit & 63))
        if turn != lastTurn {
            lastTurn = turn
            lastKnown = known(row)
        }
        switch lastKnown {
        case .none: return false
        case .all: return true
        case .some(let bits):
            if bits[word] & mask == 0 { tryOut(mask, word, bits, frame) }
            return bits[wordCount + word] & mask != 0
        }
    }

    @exclusivity(unchecked) private var lastTurn = 0
    @exclusivity(unchecked) private var lastKnown = Known.all

    /// What is known of a value.
    private enum Known {
        /// No rule of the group can want it.
        case none
        /// Nothing can be said: every rule has to look.
        case all
        /// Two rows of bits: what has been tried, and what may hold.
        case some(UnsafeMutablePointer<UInt64>)
    }

    @inline(__always)
    private func known(_ row: UnsafePointer<Slot>) -> Known {
        let value = row[slot]
        let text: UnsafeRawPointer
        let length: Int
        switch value.tag {
        case .null: return isExact ? .none : .some(nullRow)
        case .string:
            text = UnsafeRawPointer(bitPattern: UInt(value.bits)) ?? UnsafeRawPointer(row + slot)
            length = Int(value.count)
        case .int:
            // The bits come first in a slot, so a number is a text of eight bytes.
            text = UnsafeRawPointer(row + slot)
            length = 8
        default: return .all
        }
        let hash = TextHash.of(text, length, seed: 0)
        if isExact {
            guard let bits = constants.row(of: text, length, hash) else { return .none }
            for word in 0..<wordCount { scratch[wordCount + word] = bits[word] }
            return .some(scratch)
        }
        guard length <= Self.textLimit, memo.isWorthwhile else {
            prepare(scratch, text, length, hash)
            return .some(scratch)
        }
        let (bits, isNew) = memo.row(of: text, length, hash)
        if isNew { prepare(bits, text, length, hash) }
        return .some(bits)
    }

    /// What constants and ranges say of a value; the rest has to be tried.
    private func prepare(
        _ bits: UnsafeMutablePointer<UInt64>, _ text: UnsafeRawPointer, _ length: Int, _ hash: UInt64
    ) {
        let known = constants.row(of: text, length, hash)
        for word in 0..<wordCount {
            bits[word] = settled[word]
            bits[wordCount + word] = known?[word] ?? 0
        }
        guard !ranges.isEmpty, length == 8 else { return }
        // A field with ranges is one of integers, and those are texts of eight bytes here.
        let number = text.loadUnaligned(as: Int64.self)
        for (bit, range) in ranges where range.contains(number) {
            bits[wordCount + bit >> 6] |= 1 << UInt64(bit & 63)
        }
    }

    @inline(__always)
    private func take(
        _ alive: UnsafePointer<UInt64>, _ bits: UnsafePointer<UInt64>, _ open: UnsafePointer<UInt64>,
        _ found: UnsafeMutablePointer<Int32>, _ count: Int
    ) -> Int {
        var count = count
        for word in 0..<wordCount {
            var rest = alive[word] & bits[word]
            while rest != 0 {
                let bit = word << 6 | rest.trailingZeroBitCount
                rest &= rest &- 1
                for place in Int(starts[bit])..<Int(starts[bit + 1]) {
                    let rule = rules[place]
                    guard open[Int(rule) >> 6] >> UInt64(rule & 63) & 1 != 0 else { continue }
                    found[count] = rule
                    count &+= 1
                }
            }
        }
        return count
    }

    /// Tries the demands of `untried`: only one that is false keeps a rule out, one that fails does not.
    private func tryOut(_ untried: UInt64, _ word: Int, _ bits: UnsafeMutablePointer<UInt64>, _ frame: RuleFrame) {
        let frame = frame.frame
        var rest = untried
        var holding: UInt64 = 0
        while rest != 0 {
            let bit = rest.trailingZeroBitCount
            rest &= rest &- 1
            if programs[word << 6 | bit].truth(frame) != .no { holding |= 1 << UInt64(bit) }
        }
        bits[word] |= untried
        bits[wordCount + word] = bits[wordCount + word] & ~untried | holding
    }
}
