import FieldStorage
import RuleLanguage

/// Which rules can match an activity of a kind or a type number, found without looking at the others.
///
/// Rules that tie down neither are candidates of every activity.
struct KindIndex {
    /// Rules that may match, by their places.
    struct Candidates {
        /// Rules without memory, which are evaluated on arrival.
        var plain: [Int] = []
        /// Rules with memory, which are evaluated in order of time.
        var ordered: [Int] = []

        var isEmpty: Bool { plain.isEmpty && ordered.isEmpty }
    }

    private var kinds: [(text: [UInt8], candidates: Candidates)] = []
    /// Open addressing over `kinds`; -1 is free.
    private var table: [Int32] = []
    private var byType: [Int64: Candidates] = [:]
    private var always = Candidates()

    /// An index of rules by what each of their conditions needs.
    ///
    /// - Parameter rules: For each rule, by place: whether it has memory, and the anchors of all conditions of which
    ///   one must hold for the rule to care.
    init(_ rules: [(isOrdered: Bool, anchors: [Anchors])]) {
        var byKind: [String: Candidates] = [:]
        var everywhere: [(Int, Bool)] = []
        for (place, rule) in rules.enumerated() {
            if rule.anchors.contains(where: { $0.kinds == nil && $0.typeIDs == nil }) {
                everywhere.append((place, rule.isOrdered))
                continue
            }
            var types: Set<Int64> = []
            var names: Set<String> = []
            for anchor in rule.anchors {
                if let kinds = anchor.kinds { names.formUnion(kinds) } else { types.formUnion(anchor.typeIDs ?? []) }
            }
            if types.isEmpty {
                for name in names { Self.add(place, rule.isOrdered, to: &byKind[name, default: Candidates()]) }
            } else if names.isEmpty {
                for type in types { Self.add(place, rule.isOrdered, to: &byType[type, default: Candidates()]) }
            } else {
                everywhere.append((place, rule.isOrdered))
            }
        }
        for (place, isOrdered) in everywhere {
            Self.add(place, isOrdered, to: &always)
            for name in byKind.keys { Self.add(place, isOrdered, to: &byKind[name, default: Candidates()]) }
        }
        kinds = byKind.sorted { $0.key < $1.key }.map { (Array($0.key.utf8), $0.value) }
        var size = 16
        while size < kinds.count * 4 { size *= 2 }
        table = Array(repeating: -1, count: size)
        for (place, kind) in kinds.enumerated() {
            var at = kind.text.withUnsafeBytes { Self.hash($0) } & (size - 1)
            while table[at] >= 0 { at = (at + 1) & (size - 1) }
            table[at] = Int32(place)
        }
    }

    private static func add(_ place: Int, _ isOrdered: Bool, to candidates: inout Candidates) {
        if isOrdered { candidates.ordered.append(place) } else { candidates.plain.append(place) }
    }

    /// The rules that a kind or a rule without anchors makes candidates.
    func candidates(kind: Slot) -> Candidates {
        guard kind.tag == .string, let place = find(kind.text) else { return always }
        return kinds[place].candidates
    }

    /// The rules that a type number makes candidates, in addition.
    func candidates(type: Slot) -> Candidates? {
        guard !byType.isEmpty, type.tag == .int else { return nil }
        return byType[type.intValue]
    }

    private func find(_ text: UnsafeRawBufferPointer) -> Int? {
        var at = Self.hash(text) & (table.count - 1)
        while table[at] >= 0 {
            let kind = kinds[Int(table[at])].text
            if kind.count == text.count, kind.elementsEqual(text) { return Int(table[at]) }
            at = (at + 1) & (table.count - 1)
        }
        return nil
    }

    private static func hash(_ text: UnsafeRawBufferPointer) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ (hash >> 32)) & Int.max
    }
}
