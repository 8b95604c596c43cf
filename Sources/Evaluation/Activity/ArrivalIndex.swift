import CEL
import Directory
import FieldStorage
import RuleLanguage

/// Which rules without memory may match an activity, found without looking at the others.
///
/// Three sieves: what kind and type number leave over, kept for each pair of them; of that what one field of each
/// rule's choice leaves over, kept for each value of the field; and of that what its other fields do. A rule is left
/// out only where a part of its condition is false, which makes the whole false whatever the rest says; so what a rule
/// says, failures included, is what it says without the index.
final class ArrivalIndex {
    /// A rule as the index sees it.
    struct Entry {
        /// The rule's place in the engine.
        let place: Int
        let anchors: Anchors
        let tests: [FieldTest]
    }

    /// What one kind with one type number leaves over.
    final class Gate {
        let typeID: Int64
        fileprivate let kind: FixedText
        /// A bit for each demand of the sifting fields of which a rule is open.
        fileprivate let alive: UnsafeMutablePointer<UInt64>
        /// A bit for each place of a rule that may match.
        fileprivate let open: UnsafeMutablePointer<UInt64>
        /// The groups that have such a rule.
        fileprivate let groups: UnsafeMutableBufferPointer<Unmanaged<FieldGroup>>
        /// The places of rules that no field sifts.
        fileprivate let unsifted: UnsafeMutableBufferPointer<Int32>
        /// Whether a rule with memory may want the activity.
        let hasOrdered: Bool

        fileprivate init(
            typeID: Int64, kind: [UInt8], alive: [UInt64], open: [UInt64], groups: [Unmanaged<FieldGroup>],
            unsifted: [Int32], hasOrdered: Bool
        ) {
            self.typeID = typeID
            self.kind = FixedText(kind)
            self.alive = .allocate(capacity: max(1, alive.count))
            self.alive.update(from: alive, count: alive.count)
            self.open = .allocate(capacity: open.count)
            self.open.update(from: open, count: open.count)
            self.groups = .allocate(capacity: groups.count)
            _ = self.groups.initialize(from: groups)
            self.unsifted = .allocate(capacity: unsifted.count)
            _ = self.unsifted.initialize(from: unsifted)
            self.hasOrdered = hasOrdered
        }

        deinit {
            kind.deallocate()
            alive.deallocate()
            open.deallocate()
            groups.deallocate()
            unsifted.deallocate()
        }
    }

    /// Pairs of kind and type number that are kept.
    private static let gateLimit = 4096
    /// Places of the table by type number; a power of two.
    private static let tableSize = 1024

    /// A demand of a rule that has come through the sieves so far.
    private struct Further {
        let group: Unmanaged<FieldGroup>
        let bit: Int
        /// What says it all: the field is an integer within; nothing is remembered then.
        let range: ClosedRange<Int64>?
        let rejectsNull: Bool

        @inline(__always)
        func mayHold(_ row: UnsafePointer<Slot>, _ frame: RuleFrame, turn: Int) -> Bool {
            group._withUnsafeGuaranteedRef { group in
                guard let range else { return group.mayHold(bit, row, frame, turn: turn) }
                let value = row[group.slot]
                return switch value.tag {
                case .int: range.contains(value.intValue)
                case .null: !rejectsNull
                default: true
                }
            }
        }
    }

    private struct GateKey: Hashable {
        let typeID: Int64
        let kind: [UInt8]
    }

    private let entries: [Entry]
    private let groups: [FieldGroup]
    /// The groups of demands that are asked last.
    private let furtherGroups: [FieldGroup]
    /// For each rule of the engine, by place: which of `further` are its own.
    private let furtherRanges: UnsafeMutablePointer<Range<Int32>>
    private let further: UnsafeMutableBufferPointer<Further>
    /// For each entry the bit of its demand among all groups; nil: no field sifts it.
    private let bits: [Int?]
    private let wordCount: Int
    /// Words of a row of bits with one for each rule of the engine.
    private let ruleWords: Int
    private let ordered: KindIndex
    private var gates: [GateKey: Gate] = [:]
    /// The last gate of each type number, by its lowest bits.
    private let table: UnsafeMutablePointer<Unmanaged<Gate>?>
    @exclusivity(unchecked) private var turn = 0
    /// Room for the places of all rules.
    let found: UnsafeMutablePointer<Int32>

    /// - Parameters:
    ///   - ruleCount: How many rules the engine has; places are below it.
    ///   - ordered: Tells which activities rules with memory want.
    init(_ entries: [Entry], ruleCount: Int, ordered: KindIndex) {
        self.entries = entries
        self.ordered = ordered
        ruleWords = max(1, (ruleCount + 63) / 64)
        var first: [Int: [(index: Int, member: FieldGroup.Member)]] = [:]
        var rest: [Int: [FieldGroup.Member]] = [:]
        for (index, entry) in entries.enumerated() {
            for (rank, test) in Self.choice(entry.tests).enumerated() {
                let member = FieldGroup.Member(place: entry.place, test: test)
                if rank == 0 {
                    first[test.slot, default: []].append((index, member))
                } else {
                    rest[test.slot, default: []].append(member)
                }
            }
        }
        var bits = [Int?](repeating: nil, count: entries.count)
        var groups: [FieldGroup] = []
        var words = 0
        for (slot, some) in first.sorted(by: { $0.key < $1.key }) {
            let group = FieldGroup(slot: slot, firstWord: words, some.map(\.member))
            for (one, bit) in zip(some, group.bits) { bits[one.index] = words * 64 + bit }
            words += group.wordCount
            groups.append(group)
        }
        self.bits = bits
        self.groups = groups
        wordCount = words
        var byPlace: [Int: [Further]] = [:]
        furtherGroups = rest.sorted { $0.key < $1.key }.map { slot, members in
            let group = FieldGroup(slot: slot, firstWord: 0, members)
            for (member, bit) in zip(members, group.bits) {
                byPlace[member.place, default: []].append(
                    Further(
                        group: .passUnretained(group), bit: bit, range: member.test.range,
                        rejectsNull: member.test.rejectsNull))
            }
            return group
        }
        further = .allocate(capacity: byPlace.values.reduce(0) { $0 + $1.count })
        furtherRanges = .allocate(capacity: max(1, ruleCount))
        var next = 0
        for place in 0..<ruleCount {
            let own = byPlace[place] ?? []
            for (offset, one) in own.enumerated() { further.initializeElement(at: next + offset, to: one) }
            (furtherRanges + place).initialize(to: Int32(next)..<Int32(next + own.count))
            next += own.count
        }
        table = .allocate(capacity: Self.tableSize)
        table.initialize(repeating: nil, count: Self.tableSize)
        found = .allocate(capacity: max(1, entries.count))
    }

    deinit {
        table.deallocate()
        found.deallocate()
        further.deallocate()
        furtherRanges.deallocate()
    }

    /// Fields that the gate knows already, or of which every value is another.
    private static let unsifting = Set([ActivityField.kind, .typeID, .id, .raw, .observedBy].map(\.rawValue))

    /// The fields by which a rule is sifted, the one that leaves least over first.
    private static func choice(_ tests: [FieldTest]) -> [FieldTest] {
        tests.filter { !unsifting.contains($0.slot) && $0.selectivity != .low }
            .sorted { (-$0.selectivity.rawValue, $0.slot) < (-$1.selectivity.rawValue, $1.slot) }
    }

    /// What kind and type number of an activity leave over; the activity is the subject of `frame`.
    @inline(__always)
    private func gate(_ row: UnsafePointer<Slot>, _ frame: RuleFrame) -> Unmanaged<Gate> {
        let type = row[ActivityField.typeID.rawValue]
        let kind = row[ActivityField.kind.rawValue]
        if let known = table[Int(truncatingIfNeeded: type.bits) & (Self.tableSize &- 1)] {
            let isSame = known._withUnsafeGuaranteedRef { gate in
                type.tag == .int && gate.typeID == type.intValue && kind.tag == .string
                    && gate.kind.equals(kind.text)
            }
            if isSame { return known }
        }
        return findGate(type, kind, frame)
    }

    /// Finds the rules that may match the activity that is the subject of `frame`.
    ///
    /// - Returns: How many places of rules are in ``found``, and whether a rule with memory may want the activity.
    @inline(__always)
    func candidates(_ row: UnsafePointer<Slot>, _ frame: RuleFrame) -> (count: Int, wantsOrder: Bool) {
        gate(row, frame)._withUnsafeGuaranteedRef { gate in
            var count = 0
            for place in 0..<gate.groups.count {
                count = gate.groups[place]._withUnsafeGuaranteedRef { group in
                    group.sift(
                        row, alive: gate.alive + group.firstWord, open: gate.open, frame, into: found, count: count)
                }
            }
            for place in 0..<gate.unsifted.count {
                found[count] = gate.unsifted[place]
                count &+= 1
            }
            if count > 0 { count = siftOn(count, row, frame) }
            return (count, gate.hasOrdered)
        }
    }

    /// Keeps those of ``found`` whose other demands may hold too.
    private func siftOn(_ count: Int, _ row: UnsafePointer<Slot>, _ frame: RuleFrame) -> Int {
        var left = 0
        turn &+= 1
        for place in 0..<count {
            let rule = found[place]
            var mayMatch = true
            for index in furtherRanges[Int(rule)] where mayMatch {
                mayMatch = further[Int(index)].mayHold(row, frame, turn: turn)
            }
            guard mayMatch else { continue }
            found[left] = rule
            left += 1
        }
        if left > 1 { sort(left) }
        return left
    }

    /// Rules answer in their order, since signals go from rule to rule.
    private func sort(_ count: Int) {
        var places = UnsafeMutableBufferPointer(start: found, count: count)
        places.sort()
    }

    // MARK: Gates

    private func findGate(_ type: Slot, _ kind: Slot, _ frame: RuleFrame) -> Unmanaged<Gate> {
        let typeID = type.tag == .int ? type.intValue : -1
        let key = GateKey(typeID: typeID, kind: kind.tag == .string ? Array(kind.text) : [])
        let gate: Gate
        if let known = gates[key] {
            gate = known
        } else {
            if gates.count >= Self.gateLimit {
                gates.removeAll()
                table.update(repeating: nil, count: Self.tableSize)
            }
            gate = makeGate(key, type, kind, frame)
            gates[key] = gate
        }
        table[Int(truncatingIfNeeded: type.bits) & (Self.tableSize - 1)] = .passUnretained(gate)
        return .passUnretained(gate)
    }

    private func makeGate(_ key: GateKey, _ type: Slot, _ kind: Slot, _ frame: RuleFrame) -> Gate {
        var alive = [UInt64](repeating: 0, count: wordCount)
        var openRules = [UInt64](repeating: 0, count: ruleWords)
        var unsifted: [Int32] = []
        for (index, entry) in entries.enumerated() where isOpen(entry, key, frame) {
            openRules[entry.place >> 6] |= 1 << UInt64(entry.place & 63)
            if let bit = bits[index] {
                alive[bit >> 6] |= 1 << UInt64(bit & 63)
            } else {
                unsifted.append(Int32(entry.place))
            }
        }
        let sifting = groups.filter { alive[$0.firstWord..<($0.firstWord + $0.wordCount)].contains { $0 != 0 } }
        let ofType = ordered.candidates(type: type)?.ordered ?? []
        let hasOrdered = !ordered.candidates(kind: kind).ordered.isEmpty || !ofType.isEmpty
        return Gate(
            typeID: key.typeID, kind: key.kind, alive: alive, open: openRules,
            groups: sifting.map { .passUnretained($0) }, unsifted: unsifted, hasOrdered: hasOrdered)
    }

    /// Whether a rule may match an activity of this kind and type number.
    private func isOpen(_ entry: Entry, _ key: GateKey, _ frame: RuleFrame) -> Bool {
        if let kinds = entry.anchors.kinds, !kinds.contains(where: { $0.utf8.elementsEqual(key.kind) }) { return false }
        if let types = entry.anchors.typeIDs, !types.contains(key.typeID) { return false }
        return entry.tests.allSatisfy { test in
            let isGate = test.slot == ActivityField.kind.rawValue || test.slot == ActivityField.typeID.rawValue
            guard isGate else { return true }
            if let range = test.range, let row = frame.tables[FrameLayout.subjectTable] {
                return row[test.slot].tag != .int || range.contains(row[test.slot].intValue)
            }
            return test.program.map { $0.truth(frame.frame) != .no } ?? true
        }
    }
}
