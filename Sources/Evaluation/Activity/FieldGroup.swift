import CEL
import FieldStorage
import RuleLanguage

/// The rules that are sifted by one field, and what is known of its values.
///
/// For each value there is a row of bits, one a rule: whether the rule's demand on the field has been tried, and
/// whether it may hold. A demand is tried when it is asked for the first time, so rules that kind and type leave out
/// cost nothing. Values of which all is known from constants need no row. The rows are a cache of fixed size: a value
/// that falls on the place of another takes it.
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
    /// Words of the group: 64 rules each.
    let wordCount: Int
    /// For each bit the rule's place.
    private let places: UnsafeMutablePointer<Int32>
    /// For each bit the demand; of rules whose demand is constants another's, which is never asked.
    private let programs: UnsafeMutablePointer<Program>
    private let programCount: Int
    private let constants: ConstantRows
    /// Rules whose demand is constants.
    private let exact: UnsafeMutablePointer<UInt64>
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
        let words = (members.count + 63) / 64
        wordCount = words
        places = .allocate(capacity: words * 64)
        places.initialize(repeating: 0, count: words * 64)
        exact = .allocate(capacity: words)
        exact.initialize(repeating: 0, count: words)
        for (bit, member) in members.enumerated() {
            places[bit] = Int32(member.place)
            if member.test.constants != nil { exact[bit >> 6] |= 1 << UInt64(bit & 63) }
        }
        let made = members.compactMap(\.test.program)
        isExact = made.isEmpty
        programCount = isExact ? 0 : members.count
        programs = .allocate(capacity: max(1, programCount))
        if let any = made.first {
            for (bit, member) in members.enumerated() {
                (programs + bit).initialize(to: member.test.program ?? any)
            }
        }
        constants = ConstantRows(members.map(\.test.constants), words: words)
        memo = ValueMemo(words: words, isUsed: !isExact)
        var rejectsNull = [UInt64](repeating: 0, count: words)
        for (bit, member) in members.enumerated() where member.test.rejectsNull {
            rejectsNull[bit >> 6] |= 1 << UInt64(bit & 63)
        }
        scratch = .allocate(capacity: words * 2)
        nullRow = .allocate(capacity: words * 2)
        for word in 0..<words {
            nullRow[word] = exact[word] | rejectsNull[word]
            nullRow[words + word] = 0
            scratch[word] = exact[word]
            scratch[words + word] = 0
        }
    }

    deinit {
        programs.deinitialize(count: programCount)
        programs.deallocate()
        places.deallocate()
        exact.deallocate()
        scratch.deallocate()
        nullRow.deallocate()
    }

    /// Writes the places of the rules among `alive` whose demand may hold.
    ///
    /// - Parameters:
    ///   - row: The activity, which is the subject of `frame` too.
    ///   - alive: The row of bits that kind and type leave over.
    ///   - found: Has room for all rules of the engine.
    /// - Returns: How many there are in `found` now.
    @inline(__always)
    func sift(
        _ row: UnsafePointer<Slot>, alive: UnsafePointer<UInt64>, _ frame: RuleFrame,
        into found: UnsafeMutablePointer<Int32>, count: Int
    ) -> Int {
        var count = count
        let bits: UnsafeMutablePointer<UInt64>
        switch known(row) {
        case .none: return count
        case .all: return take(alive, alive, found, count)
        case .some(let row): bits = row
        }
        for word in 0..<wordCount where alive[word] != 0 {
            let open = alive[word] & ~bits[word]
            if open != 0 { tryOut(open, word, bits, frame) }
        }
        count = take(alive, bits + wordCount, found, count)
        return count
    }

    /// Whether the demand of one rule may hold.
    ///
    /// - Parameters:
    ///   - bit: The rule's place among the members.
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

    private var lastTurn = 0
    private var lastKnown = Known.all

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

    /// What constants say of a value; the rest has to be tried.
    private func prepare(
        _ bits: UnsafeMutablePointer<UInt64>, _ text: UnsafeRawPointer, _ length: Int, _ hash: UInt64
    ) {
        let known = constants.row(of: text, length, hash)
        for word in 0..<wordCount {
            bits[word] = exact[word]
            bits[wordCount + word] = known?[word] ?? 0
        }
    }

    @inline(__always)
    private func take(
        _ alive: UnsafePointer<UInt64>, _ bits: UnsafePointer<UInt64>, _ found: UnsafeMutablePointer<Int32>,
        _ count: Int
    ) -> Int {
        var count = count
        for word in 0..<wordCount {
            var rest = alive[word] & bits[word]
            while rest != 0 {
                found[count] = places[word << 6 | rest.trailingZeroBitCount]
                rest &= rest &- 1
                count &+= 1
            }
        }
        return count
    }

    /// Tries the demands of `open`: only one that is false keeps a rule out, one that fails does not.
    private func tryOut(_ open: UInt64, _ word: Int, _ bits: UnsafeMutablePointer<UInt64>, _ frame: RuleFrame) {
        let frame = frame.frame
        var rest = open
        var holding: UInt64 = 0
        while rest != 0 {
            let bit = rest.trailingZeroBitCount
            rest &= rest &- 1
            if programs[word << 6 | bit].truth(frame) != .no { holding |= 1 << UInt64(bit) }
        }
        bits[word] |= open
        bits[wordCount + word] = bits[wordCount + word] & ~open | holding
    }
}
