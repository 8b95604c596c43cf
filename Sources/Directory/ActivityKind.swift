public import FieldStorage

/// What OneLogin's event type number means: our kind, its own name, and a short meaning.
///
/// The dictionary is data (`ActivityKindBelow200.swift` and the files beside it), read once. Its text is never given
/// back, so the slots are good for the life of the process and a lookup allocates nothing.
public struct ActivityKind: Sendable {
    /// OneLogin's number; 0 for what a comparison of snapshots shows.
    public let typeID: Int64
    /// The kind as a slot, for `ActivityField.kind`.
    public let kindSlot: Slot
    /// OneLogin's name as a slot, for `ActivityField.type`; `UNKNOWN` for a number that is not in the table.
    public let typeNameSlot: Slot
    /// A clause that says what happened.
    public let meaningSlot: Slot

    /// Our word, such as `login.success`; known types without one have `onelogin.` and the name in lower case.
    public var kind: String { kindSlot.string }
    /// OneLogin's name of the type, such as `USER_LOGGED_INTO_ONELOGIN`.
    public var typeName: String { typeNameSlot.string }
    /// What happened, as a clause of a few words.
    public var meaning: String { meaningSlot.string }

    /// Whether OneLogin's number is in the table.
    public var isKnown: Bool { typeID != Self.unknown.typeID }

    /// The entry of a type number; `unknown` for a number that is not in the table, never nil.
    ///
    /// - Complexity: O(1), one load from a dense table, no allocation.
    public static func forType(_ id: Int64) -> ActivityKind { ActivityKindTable.shared[id] }

    /// The first entry of a kind, by type number; nil for a kind outside `all`.
    ///
    /// What derives activities (snapshot comparison) and what writes fixtures know kinds and no numbers.
    public static func named(_ kind: String) -> ActivityKind? { ActivityKindTable.shared.byKind[kind] }

    /// Every kind an activity of OneLogin or of a snapshot can have, in code point order; `signal.<rule>` comes on
    /// top from the rule book.
    public static var all: [String] { ActivityKindTable.shared.kinds }

    /// Every known type, by number.
    public static var types: [ActivityKind] { ActivityKindTable.shared.entries }

    /// What a number outside the table has.
    public static let unknown = ActivityKind(
        typeID: -1, kind: "onelogin.unknown", typeName: "UNKNOWN", meaning: "a type of event that is not known here")

    /// A user moved to another group: no event says so, a comparison of snapshots does.
    public static let groupChanged = ActivityKind(
        typeID: 0, kind: "user.group_changed", typeName: "USER_GROUP_CHANGED", meaning: "a user moved to another group")

    /// An entry whose text stays in memory for good.
    init(typeID: Int64, kind: String, typeName: String, meaning: String) {
        self.typeID = typeID
        kindSlot = Self.immortal(kind)
        typeNameSlot = Self.immortal(typeName)
        meaningSlot = Self.immortal(meaning)
    }

    /// The kinds that activities of each known type number have; 0 is what only a comparison of snapshots tells.
    public static var kindsOfTypes: [Int64: Set<String>] {
        var kinds: [Int64: Set<String>] = [:]
        for entry in ActivityKindTable.shared.entries { kinds[entry.typeID, default: []].insert(entry.kind) }
        // An update that names another group than before is one of both.
        for type in kinds.filter({ $0.value.contains("user.updated") }).keys { kinds[type]?.insert(groupChanged.kind) }
        kinds[groupChanged.typeID] = [groupChanged.kind]
        return kinds
    }

    private static func immortal(_ text: String) -> Slot {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 1)
        memory.copyBytes(from: text.utf8)
        return .string(UnsafeRawBufferPointer(memory))
    }
}

/// The dictionary in the form that lookups want.
private struct ActivityKindTable: Sendable {
    static let shared = ActivityKindTable()

    /// Known types by number.
    let entries: [ActivityKind]
    /// All kinds in code point order.
    let kinds: [String]
    /// The first entry of each kind.
    let byKind: [String: ActivityKind]
    /// For each number from 0: its place in `slots`; 0 for numbers that are not known.
    private let places: [UInt16]
    /// `unknown`, then `entries`.
    private let slots: [ActivityKind]

    init() {
        let texts = [
            ActivityKind.typesBelow200, ActivityKind.typesFrom200, ActivityKind.typesFrom1000,
            ActivityKind.typesFrom3000,
        ]
        entries = texts.flatMap { $0.split(separator: "\n").compactMap(Self.entry) }
        slots = [.unknown] + entries
        var places = [UInt16](repeating: 0, count: Int((entries.last?.typeID ?? 0) + 1))
        for (index, entry) in entries.enumerated() { places[Int(entry.typeID)] = UInt16(index + 1) }
        self.places = places
        byKind = Dictionary((entries + [.groupChanged, .unknown]).map { ($0.kind, $0) }) { first, _ in first }
        kinds = byKind.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    subscript(id: Int64) -> ActivityKind {
        id >= 0 && id < Int64(places.count) ? slots[Int(places[Int(id)])] : slots[0]
    }

    /// Reads `number name kind meaning`.
    private static func entry(_ line: Substring) -> ActivityKind? {
        let parts = line.split(separator: " ", maxSplits: 3)
        guard parts.count == 4, let id = Int64(parts[0]) else { return nil }
        let kind = parts[2] == "-" ? "onelogin." + parts[1].lowercased() : String(parts[2])
        return ActivityKind(typeID: id, kind: kind, typeName: String(parts[1]), meaning: String(parts[3]))
    }
}
